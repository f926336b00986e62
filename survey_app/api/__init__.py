"""File and API: other systems speak to the rooms through keys of their own; nothing is decided here."""
