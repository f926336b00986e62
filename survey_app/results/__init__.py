"""From responses to figures: the columnar extract, the estimates, tables and charts."""
