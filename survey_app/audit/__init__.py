"""The append-only trail that every verb writes to."""
