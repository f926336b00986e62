"""Provinces, districts where there are any, communes: with their codes and the years they are valid."""
