"""Tablets at counters: paired once with a survey and a place, they show the survey and nothing else."""
