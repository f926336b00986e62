"""Cases in the field: handed out, tried, answered, replaced, closed."""
