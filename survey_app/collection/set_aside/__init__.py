"""Work set aside: all forms of a collector left out of the figures, with a reason and a second person."""
