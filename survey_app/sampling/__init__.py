"""From the frozen frame to the communes drawn, with probabilities and weights that anyone can recompute."""
