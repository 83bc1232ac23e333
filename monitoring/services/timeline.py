"""The story of a case, one line at a time."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitoring.models import CaseEvent, ExceptionCase

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def line(
    case: ExceptionCase,
    kind: CaseEvent.Kind,
    sentence: str,
    *,
    at: datetime,
    by: "AbstractBaseUser | None" = None,
    **detail: Any,
) -> CaseEvent:
    """Return a line, not saved. Without `by` Plumbline itself did it."""
    return CaseEvent(
        case_id=case.pk,
        at=at,
        actor_id=by.pk if by else None,
        actor_name=by.get_username() if by else "",
        kind=kind,
        sentence=sentence[:2000],
        detail=detail,
    )


def append(lines: Iterable[CaseEvent]) -> None:
    CaseEvent.objects.bulk_create(lines, batch_size=500)
