"""Scanned paper forms as the first of two readings. Needs requirements-scan.txt; everything else works without it."""
