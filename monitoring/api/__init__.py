"""Monitoring's part of the JSON API, one line for each file."""

from monitoring.api import drift, exceptions, mappings

OPERATIONS = (*exceptions.OPERATIONS, *mappings.OPERATIONS, *drift.OPERATIONS)
