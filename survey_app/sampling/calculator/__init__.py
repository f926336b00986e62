"""How many answers a survey needs, and what the one at hand will be able to say, before it is drawn."""
