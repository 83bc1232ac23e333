"""What open cases are about: so that a fault does not vanish when it leaves a detector's window."""

from collections.abc import Iterable
from typing import Any

from monitoring.models import CaseOccurrence, ExceptionCase


def remembered_documents(type_key: str) -> list[int]:
    """Return the documents that open cases of this type are about."""
    records = CaseOccurrence.objects.filter(
        case__type_key=type_key, case__cause_gone_at__isnull=True, cleared_at__isnull=True
    )
    return list(records.filter(document__isnull=False).values_list("document_id", flat=True))


def remembered_details(type_key: str) -> Iterable[dict[str, Any]]:
    """Return the details of the cases of this type whose cause was there when last looked for."""
    cases = ExceptionCase.objects.in_doubt().filter(type_key=type_key)
    return list(cases.values_list("detail", flat=True))
