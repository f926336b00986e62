"""ODK Collect collects for us: the OpenRosa endpoints in front of the same door."""
