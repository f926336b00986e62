"""Watching the fieldwork: progress against plan, outcome rates, pace, and a map of the communes."""
