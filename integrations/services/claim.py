"""Leases: who may work on a transfer, and for how long. A late writer is refused by its token."""

from datetime import datetime, timedelta

from django.db import connection as database
from django.db import transaction
from django.db.models import F

from integrations.models import Connection, Transfer
from integrations.services.runtime import Runtime, is_gone

LEASE = timedelta(seconds=45)
State = Transfer.State


def claim_due(
    rt: Runtime, connection: Connection, *, limit: int, operations: frozenset[str] | None = None
) -> list[Transfer]:
    """Lease the most urgent due transfers of a connection; the attempt is counted here.

    `operations` narrows the claim. Returns them in order of urgency with this claim's token.
    """
    now, token = rt.clock(), rt.token()
    due = Transfer.objects.due(now).filter(connection=connection)
    if operations is not None:
        due = due.filter(operation__in=operations)
    due = due.order_by("due_order", "id")
    with transaction.atomic():
        if database.features.has_select_for_update_skip_locked:
            due = due.select_for_update(skip_locked=True)
        ids = list(due.values_list("pk", flat=True)[:limit])
        if not ids:
            return []
        Transfer.objects.filter(pk__in=ids, state=State.READY).update(
            state=State.SENDING,
            lease_token=token,
            lease_owner=rt.owner(),
            leased_until=now + LEASE,
            attempts=F("attempts") + 1,
        )
    return list(
        Transfer.objects.filter(pk__in=ids, lease_token=token)
        .select_related("document", "connection")
        .order_by("due_order", "id")
    )


def mark_sent(
    rt: Runtime, transfers: list[Transfer], token: str
) -> tuple[list[Transfer], datetime]:
    """Renew the lease at the last moment before sending; those lost meanwhile are left out.

    Returns them and when the lease ends: nothing may be sent after that.
    """
    now = rt.clock()
    ids = [t.pk for t in transfers]
    mine = Transfer.objects.filter(
        pk__in=ids, lease_token=token, state=State.SENDING, leased_until__gt=now
    )
    mine.update(leased_until=now + LEASE)
    mine.filter(first_sent_at__isnull=True).update(first_sent_at=now)
    sent_at = dict(mine.values_list("pk", "first_sent_at"))
    kept = [t for t in transfers if t.pk in sent_at]
    for transfer in kept:
        transfer.first_sent_at = sent_at[transfer.pk]
    return kept, now + LEASE


def expire_leases(rt: Runtime) -> int:
    """Work whose worker is gone: it may have landed, so it is unknown until looked up."""
    now = rt.clock()
    sending = Transfer.objects.filter(state=State.SENDING)
    expired = list(
        sending.filter(leased_until__lte=now).values_list("pk", "lease_token", "first_sent_at")
    )
    running = sending.filter(leased_until__gt=now).values_list(
        "pk", "lease_token", "first_sent_at", "lease_owner"
    )
    expired += [row[:3] for row in running if is_gone(row[3])]
    count = 0
    for pk, token, sent_at in expired:
        # Never renewed for sending: nothing left this machine, so it is simply due again.
        state = State.UNKNOWN if sent_at else State.READY
        count += Transfer.objects.filter(pk=pk, lease_token=token, state=State.SENDING).update(
            state=state,
            lease_token="",
            leased_until=None,
            not_before=now,
            error_kind="AmbiguousError" if sent_at else "",
            error_sentence="The worker stopped while it was sending." if sent_at else "",
        )
    return count
