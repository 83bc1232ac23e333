"""A whole day in one process: a manual clock, simulated vendors, crashes at every boundary."""
