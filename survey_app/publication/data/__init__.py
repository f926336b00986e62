"""Open data of a survey: its published figures, its anonymised responses, and what is needed to use and check both."""
