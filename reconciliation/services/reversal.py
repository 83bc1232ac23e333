"""Take a posted journal back with one of opposite lines; nothing that was posted is edited."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction

from integrations import public
from integrations.public import Transfer
from monitoring.kit.permissions import Capability
from reconciliation.journals import opposite
from reconciliation.models import DayJournal
from reconciliation.services.duties import require
from reconciliation.services.errors import ConflictError, DayError
from reconciliation.services.journals import post

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def reverse_journal(journal_id: int, *, reason: str, by: "User", now: datetime) -> DayJournal:
    """Queue the journal that takes this one back, on the same day. Asking twice makes one.

    Raises RefusedError, DayError, or ConflictError when it is not in the ledger or is reversed
    already. The same figures are not posted again by themselves afterwards: only changed ones are.
    """
    require(by, Capability.SIGN_DAY, "reverse a journal")
    if not reason.strip():
        raise DayError("Say why the journal is reversed.")
    try:
        return _reverse(journal_id, reason=reason.strip(), by=by, now=now)
    except IntegrityError:
        raise ConflictError("This journal was reversed already.") from None


@transaction.atomic
def _reverse(journal_id: int, *, reason: str, by: "User", now: datetime) -> DayJournal:
    journal = DayJournal.objects.select_for_update().filter(pk=journal_id).first()
    if journal is None:
        raise DayError("There is no such journal.")
    if journal.reverses_id is not None:
        raise DayError("This is a reversal itself. Correct the day; its difference is posted.")
    if DayJournal.objects.filter(reverses=journal).exists():
        raise ConflictError("This journal was reversed already.")
    transfer = public.transfers().select_related("link").filter(pk=journal.transfer_id or 0).first()
    if transfer is None or transfer.state != Transfer.State.POSTED:
        raise ConflictError("This journal is not in the ledger, so there is nothing to reverse.")
    store = public.stores().get(code=journal.store_code)
    public.lock_day(store, journal.business_date, now=now)
    reversal = post(
        transfer.link,
        store,
        journal.business_date,
        opposite(journal.as_lines()),
        mode=journal.accounting_mode,
        now=now,
        reverses=journal,
        late_of=journal.late_of,
        reason=reason,
        by_name=by.get_username(),
    )
    public.mark_day(store, journal.business_date, now=now)
    public.record_audit(
        by=by,
        action="journal.reverse",
        subject=journal.reference,
        after={"reversal": reversal.reference, "total": journal.total},
        reason=reason,
        now=now,
    )
    return reversal
