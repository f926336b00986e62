"""Questionnaires as XLSForm workbooks, the format of ODK and Kobo: written for them, and read from anybody."""
