"""Mintsoft, a warehouse system for fulfilment houses."""
