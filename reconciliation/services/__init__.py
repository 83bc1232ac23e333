"""Every write of reconciliation, and the journals that follow from a day."""

from reconciliation.services.journals import (
    build_due_journals,
    cash_events,
    day_receipts,
    journal_lines,
    stored_lines,
)

__all__ = [
    "build_due_journals",
    "cash_events",
    "day_receipts",
    "journal_lines",
    "stored_lines",
]
