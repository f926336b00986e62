"""The collector's app: everything a week without network needs, and what was done meanwhile coming back."""
