"""What a person may do to the hub: each is one transaction, audited, and safe to repeat."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from integrations.models import Connection, Document, Hold, Sweep, Transfer
from integrations.ports import Found, Probe
from integrations.services import outcomes, replay, replay_approval, wiring
from integrations.services.audit import By, actor_name, record_audit
from integrations.services.calls import store_calls
from integrations.services.runtime import new_token, system_now
from integrations.services.schedule import kick


class CommandError(ValueError):
    """It was not done; the sentence says why and what to do."""


@dataclass(frozen=True, slots=True)
class ReplayResult:
    """`kept_back` records wait for a second person's approval, so nothing was asked of them."""

    replayed: int
    already_settled: int
    kept_back: int = 0


def replay_holds(
    *, hold_ids: list[int], by: By, reason: str = "", now: datetime | None = None
) -> ReplayResult:
    """Replay the records behind these holds, each after its source was read again."""
    now = now or system_now()
    open_holds = Hold.objects.open().filter(pk__in=hold_ids)
    still_open = open_holds.count()
    kept_back = _kept_back(open_holds, by)
    open_holds = open_holds.exclude(document_id__in=kept_back)
    with transaction.atomic():
        replayed = replay.replay_holds(open_holds, now=now, by=actor_name(by))
        record_audit(
            by=by,
            action="holds.replay",
            subject=f"{replayed} records",
            after={"holds": sorted(hold_ids)[:500]},
            reason=reason,
            now=now,
        )
    return ReplayResult(replayed, len(set(hold_ids)) - still_open, len(kept_back))


def _kept_back(holds: QuerySet[Hold], by: By) -> set[int]:
    """Records that a person may not let go by this door: a second one has to approve them."""
    if isinstance(by, str):
        return set()
    ids = set(holds.exclude(document=None).values_list("document_id", flat=True))
    return replay_approval.kept_back({pk for pk in ids if pk is not None})


def dismiss_hold(*, hold_id: int, by: By, reason: str, now: datetime | None = None) -> None:
    """The record is not to be transferred; needs a reason."""
    now = now or system_now()
    if not reason.strip():
        raise CommandError("Say why this record is not to be transferred.")
    hold = Hold.objects.open().select_related("document", "transfer").filter(pk=hold_id).first()
    if hold is None:
        raise CommandError("It is settled already; nothing was changed.")
    with transaction.atomic():
        replay.dismiss(hold, reason=reason.strip(), now=now)
        record_audit(
            by=by,
            action="hold.dismiss",
            subject=f"{hold.kind} {hold.subject}",
            reason=reason,
            now=now,
        )


def approve_levels(*, link_slug: str, by: By, reason: str, now: datetime | None = None) -> int:
    """Let an unusual publication go. Returns how many levels."""
    now = now or system_now()
    holds = Hold.objects.open().filter(kind="STOCK_WRITE_HELD", link__slug=link_slug)
    ids = list(holds.values_list("transfer_id", flat=True))
    with transaction.atomic():
        changed = Transfer.objects.filter(pk__in=ids, state=Transfer.State.HELD).update(
            state=Transfer.State.READY, not_before=now
        )
        holds.update(closed_at=now, closed_reason="Approved.")
        record_audit(
            by=by,
            action="levels.approve",
            subject=link_slug,
            after={"levels": changed},
            reason=reason,
            now=now,
        )
    return changed


def adopt_unknown(
    *, transfer_id: int, external_ref: str, by: By, reason: str, now: datetime | None = None
) -> None:
    """A person found it at the target: take that record as the outcome."""
    now = now or system_now()
    if not external_ref.strip():
        raise CommandError("Give the number under which it was found.")
    token = new_token()
    with transaction.atomic():
        taken = Transfer.objects.filter(pk=transfer_id, state=Transfer.State.UNKNOWN).update(
            lease_token=token
        )
        if not taken:
            raise CommandError("Its outcome is known by now; nothing was changed.")
        transfer = Transfer.objects.select_related("document").get(pk=transfer_id)
        settled = outcomes.Settled(transfer, Found(external_ref.strip()), "adopt")
        outcomes.record([settled], token=token, now=now, lag=now - now)
        record_audit(
            by=by,
            action="transfer.adopt",
            subject=transfer.key,
            after={"external_ref": external_ref},
            reason=reason,
            now=now,
        )


def send_unknown_again(
    *, transfer_id: int, by: By, reason: str, now: datetime | None = None
) -> None:
    """A person looked at the target and it is not there: send it again."""
    now = now or system_now()
    if not reason.strip():
        raise CommandError("Say where you looked and that it is not there.")
    with transaction.atomic():
        changed = Transfer.objects.filter(pk=transfer_id, state=Transfer.State.UNKNOWN).update(
            state=Transfer.State.READY, not_before=now, look_ups=0
        )
        if not changed:
            raise CommandError("Its outcome is known by now; nothing was changed.")
        transfer = Transfer.objects.select_related("connection").get(pk=transfer_id)
        Hold.objects.open().filter(transfer=transfer).update(
            closed_at=now, closed_reason="Not at the target; sent again."
        )
        record_audit(
            by=by, action="transfer.send-again", subject=transfer.key, reason=reason, now=now
        )
        kick(f"deliver:{transfer.connection.slug}", now=now)


def replay_document(*, document_id: int, by: By, reason: str = "") -> ReplayResult:
    holds = Hold.objects.open().filter(document_id=document_id)
    return replay_holds(hold_ids=list(holds.values_list("pk", flat=True)), by=by, reason=reason)


def replay_transfer(*, transfer_id: int, by: By, reason: str = "") -> ReplayResult:
    holds = Hold.objects.open().filter(transfer_id=transfer_id)
    return replay_holds(hold_ids=list(holds.values_list("pk", flat=True)), by=by, reason=reason)


def pause_connection(*, slug: str, by: By, reason: str, now: datetime | None = None) -> None:
    """Nothing is sent or read; what arrives is still stored."""
    if not reason.strip():
        raise CommandError("Say why; the others will see it.")
    _set_state(slug, Connection.State.PAUSED, by=by, reason=reason, now=now)


def resume_connection(*, slug: str, by: By, reason: str = "", now: datetime | None = None) -> None:
    _set_state(slug, Connection.State.ACTIVE, by=by, reason=reason, now=now)


def _set_state(
    slug: str, state: Connection.State, *, by: By, reason: str, now: datetime | None
) -> None:
    now = now or system_now()
    with transaction.atomic():
        before = Connection.objects.select_for_update().get(slug=slug)
        Connection.objects.filter(pk=before.pk).update(
            state=state,
            state_reason=reason[:200] if state != Connection.State.ACTIVE else "",
            circuit_open_until=None,
        )
        record_audit(
            by=by,
            action=f"connection.{state}",
            subject=slug,
            before={"state": before.state},
            after={"state": state},
            reason=reason,
            now=now,
        )
        Sweep.objects.filter(name__endswith=f":{slug}").update(due_at=now)


def test_connection(*, slug: str, by: By, now: datetime | None = None) -> Probe:  # noqa: PT028
    """Ask the vendor whether credentials, permissions and clock are right. Not for page views."""
    now = now or system_now()
    connection = Connection.objects.get(slug=slug)
    try:
        connector, buffer = wiring.live().open(connection)
    except ValueError as error:
        return Probe(ok=False, sentence=str(error))
    probe = connector.check()
    store_calls(connection, buffer.drain())
    record_audit(by=by, action="connection.test", subject=slug, after={"ok": probe.ok}, now=now)
    return probe


def run_flow(*, sweep_name: str, by: By, now: datetime | None = None) -> None:
    """Make a sweep due at once."""
    now = now or system_now()
    if not Sweep.objects.filter(name=sweep_name).exists():
        raise CommandError("There is no such flow.")
    kick(sweep_name, now=now)
    record_audit(by=by, action="flow.run", subject=sweep_name, now=now)


@dataclass(frozen=True, slots=True)
class Release:
    """What saving a mapping row would let go."""

    documents: int
    value_by_currency: dict[str, str]
    days: list[str]
    still_held: int  # held by something else as well
    numbers: list[str]


def preview_release(*, link_id: int, table: str, source_value: str) -> Release:
    """Which records wait for this value, and for nothing else. Reads only."""
    holds = Hold.objects.open().filter(link_id=link_id, table=table, subject=source_value[:120])
    ids = set(holds.exclude(document=None).values_list("document_id", flat=True))
    others = set(
        Hold.objects.open()
        .filter(document_id__in=ids)
        .exclude(table=table, subject=source_value[:120])
        .values_list("document_id", flat=True)
    )
    free = Document.objects.filter(pk__in=ids - others).order_by("placed_at")
    totals: dict[str, Decimal] = {}
    days, numbers = set(), []
    for document in free.only("currency", "gross", "business_date", "number"):
        totals[document.currency] = totals.get(document.currency, Decimal(0)) + document.gross
        days.add(str(document.business_date))
        numbers.append(document.number)
    return Release(
        documents=len(numbers),
        value_by_currency={currency: str(value) for currency, value in totals.items()},
        days=sorted(days),
        still_held=len(ids & others),
        numbers=numbers[:50],
    )
