"""Explain a variance: with a reason code, by name, at exactly its amount."""

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from integrations import public
from monitoring.kit.permissions import Capability
from reconciliation.models import ReasonCode, StoreDay, VarianceNote
from reconciliation.services.duties import require
from reconciliation.services.errors import ConflictError, DayError
from reconciliation.services.locking import Held, hold_day

if TYPE_CHECKING:
    from django.contrib.auth.models import User

OPEN = (StoreDay.State.COLLECTING, StoreDay.State.VARIANCE, StoreDay.State.READY)


@transaction.atomic
def explain_variance(
    day_id: int,
    *,
    key: str,
    reason: str,
    text: str = "",
    by: "User",
    now: datetime,
    carried: bool = False,
    owner: str = "",
    expected_on: date | None = None,
) -> VarianceNote:
    """Say why one variance is acceptable; the newest explanation of a variance holds.

    Raises RefusedError, DayError when the day is past that or the reason is missing, and
    ConflictError when the variance is not there any more.
    """
    require(by, Capability.PREPARE_DAY, "explain a variance")
    code = ReasonCode.objects.filter(code=reason, is_active=True).first()
    if code is None:
        raise DayError("Choose a reason.")
    if carried and not (owner.strip() and expected_on):
        raise DayError("Say who clears the carried item, and by when.")
    held = hold_day(day_id, now=now)
    if held.day.state not in (*OPEN, StoreDay.State.REOPENED):
        raise DayError(f"{held.day} is {held.day.state}; its variances are settled.")
    found = {variance.key: variance for variance in held.found.variances}
    if key not in found:
        raise ConflictError("This variance is not there any more. Look at the day again.")
    note = VarianceNote.objects.create(
        day=held.day,
        round=held.day.round,
        key=key,
        reason=code,
        amount=found[key].amount,
        currency=held.found.figures.currency,
        text=text.strip()[:300],
        is_carried=carried,
        owner=owner.strip()[:80],
        expected_on=expected_on,
        by=by,
        by_name=by.get_username(),
        at=now,
    )
    _record(held, note, by=by, now=now)
    held.keep(now=now)
    return note


def _record(held: Held, note: VarianceNote, *, by: "User", now: datetime) -> None:
    public.record_audit(
        by=by,
        action="day.explain",
        subject=f"{held.day}: {note.key}",
        after={"amount": note.amount, "reason": note.reason.code, "carried": note.is_carried},
        reason=note.text,
        now=now,
    )
