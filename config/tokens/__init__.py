"""Tokens of the JSON API: made and revoked, recognised, and the door of every operation."""
