"""The example retailer and its trading: made up from a seed, or read from files."""
