"""Two waves side by side: what is comparable, the difference and its interval."""
