"""A simulated OrderWise: one installation with one session for the tills."""
