"""A simulated warehouse that speaks the generic contract, over REST and by file drop."""
