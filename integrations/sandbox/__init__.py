"""The systems a retailer owns, simulated: their dialects, limits, state and bad days."""
