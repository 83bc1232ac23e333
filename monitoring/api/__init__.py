"""Monitoring's part of the JSON API, one line for each file."""

from monitoring.api import drift, exceptions, mappings, replays

OPERATIONS = (
    *exceptions.OPERATIONS,
    *replays.OPERATIONS,  # fixed addresses under a table go before the one that takes a row id
    *mappings.OPERATIONS,
    *drift.OPERATIONS,
)
