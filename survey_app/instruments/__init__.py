"""Questionnaire files → validated instruments → stored versions; the form built from one."""
