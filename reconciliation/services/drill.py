"""The receipts behind a cell, whose shares add up to it."""

from reconciliation.facts import Day
from reconciliation.figures import Measure, Share
from reconciliation.takings import amount_of, journal_numbers, posted_of


def shares(day: Day, key: str) -> list[Share]:
    """What each receipt adds to the row `key` (a FigureRow.key), oldest first.

    Σ of one column's shares is that cell. Raises KeyError for a row that there is not.
    """
    measure, name = _row_named(key)
    named = journal_numbers(day.book, measure, name)
    found = []
    for fact in day.book.receipts:
        amount = amount_of(fact, measure, name)
        there = posted_of(fact, measure, name)
        if not amount and not there:
            continue
        found.append(
            Share(
                document_id=fact.document_id,
                number=fact.entry.number,
                placed_at=fact.placed_at,
                register_id=fact.register_id,
                kind=fact.kind,
                receipts=amount,
                erp=there,
                journal=amount if fact.entry.number in named else None,
                erp_refs=fact.posted.refs if fact.posted else (),
            )
        )
    return found


def _row_named(key: str) -> tuple[Measure, str]:
    """Split a row's key. Raises KeyError when it names no measure."""
    measure, _, name = key.partition(":")
    if measure not in {each.value for each in Measure}:
        raise KeyError(key)
    return Measure(measure), name
