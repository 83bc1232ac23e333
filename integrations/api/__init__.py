"""The hub's part of the JSON API, one line for each file."""

from integrations.api import documents, health, levels, trace, transfers

OPERATIONS = (
    *documents.OPERATIONS,
    *trace.OPERATIONS,
    *transfers.OPERATIONS,
    *levels.OPERATIONS,
    *health.OPERATIONS,
)
