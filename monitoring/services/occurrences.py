"""Which records each case holds up, kept equal to what the detectors see."""

from collections.abc import Iterable
from datetime import datetime

from monitoring.findings import Finding, Occurrence
from monitoring.models import CaseOccurrence, ExceptionCase

CHUNK = 500
COLUMNS = ("value", "currency", "opened_at", "cleared_at", "document", "transfer", "event")


def sync(type_key: str, found: Iterable[tuple[ExceptionCase, Finding]], *, now: datetime) -> None:
    """Add what is new and clear what is gone; nothing is deleted. Runs inside the refresh."""
    wanted = {
        (case.pk, occurrence.ref): occurrence
        for case, finding in found
        for occurrence in finding.occurrences
    }
    current = CaseOccurrence.objects.filter(case__type_key=type_key, cleared_at__isnull=True)
    known = {
        (case, ref): pk for pk, case, ref in current.values_list("pk", "case_id", "ref").iterator()
    }
    gone = sorted(pk for key, pk in known.items() if key not in wanted)
    for start in range(0, len(gone), CHUNK):
        batch = gone[start : start + CHUNK]
        CaseOccurrence.objects.filter(pk__in=batch).update(cleared_at=now)
    CaseOccurrence.objects.bulk_create(
        (_row(case, wanted[case, ref]) for case, ref in wanted if (case, ref) not in known),
        update_conflicts=True,  # the same record again: it is one row that is open once more
        unique_fields=("case", "ref"),
        update_fields=COLUMNS,
        batch_size=CHUNK,
    )


def _row(case: int, each: Occurrence) -> CaseOccurrence:
    return CaseOccurrence(
        case_id=case,
        ref=each.ref,
        hold_id=each.hold_id,
        document_id=each.document_id,
        transfer_id=each.transfer_id,
        event_id=each.event_id,
        value=each.value,
        currency=each.currency,
        opened_at=each.since,
    )
