"""Quotas: how many responses of a part of the survey are wanted, and what happens to those beyond."""
