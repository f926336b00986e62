"""Intake: one door through which every answer enters, and a file for each channel that leads to it."""
