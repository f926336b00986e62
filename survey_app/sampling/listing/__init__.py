"""Lists of units and of cases: read, checked, stored whole or not at all."""
