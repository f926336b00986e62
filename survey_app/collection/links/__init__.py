"""Links for respondents' own phones: open ones on posters, personal ones on slips."""
