"""Surveys of the past of which only a published table is known: entered as counts, given intervals."""
