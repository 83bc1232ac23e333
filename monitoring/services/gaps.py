"""Receipt numbers that a till skipped, for whoever closes a day."""

from collections.abc import Iterable

from integrations.public import Document
from monitoring.detectors.receipt_gap import TYPE, Seen, gaps_in, recall
from monitoring.models import ExceptionCase


def receipt_gaps(receipts: Iterable[Document]) -> dict[str, tuple[str, ...]]:
    """Return the numbers missing between these receipts, by till. No query."""
    seen = [
        Seen(
            connection_id=each.connection_id,
            slug="",
            store_code=each.store_code,
            register_id=each.register_id,
            number=each.number,
            received_at=each.received_at,
            gross=each.gross,
            currency=each.currency,
        )
        for each in receipts
        if each.register_id and each.number
    ]
    found: dict[str, tuple[str, ...]] = {}
    for gap in gaps_in(seen):
        found[gap.register_id] = (*found.get(gap.register_id, ()), *gap.names)
    return found


def waived_receipts(store_codes: Iterable[str]) -> set[str]:
    """Return the numbers that somebody confirmed as never used, when closing their case."""
    closed = ExceptionCase.objects.filter(
        type_key=TYPE.key,
        store_code__in=list(store_codes),
        state__in=(ExceptionCase.State.DISMISSED, ExceptionCase.State.RESOLVED),
    )
    details = closed.values_list("detail", flat=True)
    return {name for detail in details if "gap" in detail for name in recall(detail).names}
