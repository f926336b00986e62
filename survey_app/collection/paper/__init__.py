"""Paper forms: printed with a serial, handed out and back in batches, keyed twice, entered through the one door."""
