"""The chain of weighting steps of a survey: each kept, shown, and undone."""
