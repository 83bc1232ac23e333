"""Inbox → documents and outbox: read a fact, decide, store what follows, in one transaction."""

import logging
from datetime import datetime

from django.db import connection as database
from django.db import transaction
from django.db.models import F

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.canonical.stock import StockMovement
from integrations.canonical.till import ZReport
from integrations.connectors.errors import SchemaChangedError
from integrations.models import Connection, Hold, InboundEvent, Link
from integrations.services import day_marks, levels, plan_receipts, plan_tills
from integrations.services.reading import Reading
from integrations.services.runtime import Runtime

log = logging.getLogger(__name__)

BATCH = 200
# A record that takes its worker down is tried alone, and after this many times not at all.
PATIENCE = 3

State = InboundEvent.State


def plan(rt: Runtime, *, limit: int = BATCH) -> int:
    """Plan the next facts, oldest first. Returns how many were looked at; safe to repeat.

    An attempt is counted before it is made. Facts that were tried before are tried alone, so
    that only a record which takes its worker down with it runs out of attempts.
    """
    now = rt.clock()
    waiting = InboundEvent.objects.facts().waiting(now).select_related("connection")
    events = list(waiting.order_by("id")[:limit])
    fresh = [event for event in events if not event.attempts]
    suspects = [event for event in events if event.attempts]
    if fresh:
        _count(fresh)
        suspects = suspects if _try(rt, fresh, now) else fresh + suspects
    for event in suspects:
        if event.attempts >= PATIENCE:
            _quarantine(event, now)
        else:
            _count([event])
            _try(rt, [event], now)
    return len(events)


def _count(events: list[InboundEvent]) -> None:
    InboundEvent.objects.filter(pk__in=[event.pk for event in events]).update(
        attempts=F("attempts") + 1
    )
    for event in events:
        event.attempts += 1


def _try(rt: Runtime, events: list[InboundEvent], now: datetime) -> bool:
    """Plan these together; False, and nothing stored, when one of them breaks us."""
    try:
        with transaction.atomic():
            _plan_together(rt, _ours(events), now)
    except Exception:  # the worker loop's own last resort: the caller tries them one by one
        log.exception("planning failed events=%s", [event.pk for event in events][:10])
        return False
    return True


def _ours(events: list[InboundEvent]) -> list[InboundEvent]:
    """Those that no other planner has or had: locked until this transaction ends."""
    still = InboundEvent.objects.filter(pk__in=[event.pk for event in events], state=State.RECEIVED)
    if database.features.has_select_for_update_skip_locked:
        still = still.select_for_update(skip_locked=True)
    ours = set(still.values_list("pk", flat=True))
    return [event for event in events if event.pk in ours]


def _plan_together(rt: Runtime, events: list[InboundEvent], now: datetime) -> None:
    by_connection: dict[int, list[InboundEvent]] = {}
    for event in events:
        by_connection.setdefault(event.connection_id, []).append(event)
    for group in by_connection.values():
        connection = group[0].connection
        link = Link.objects.filter(channel=connection, enabled=True).select_related().first()
        readings = [r for event in group if (r := _read(rt, event, now)) is not None]
        if link is None:
            _close(readings, State.SKIPPED, "No enabled link takes this connection's records.")
        else:
            _dispatch(readings, connection, link, now)


def _dispatch(readings: list[Reading], connection: Connection, link: Link, now: datetime) -> None:
    receipts = [r for r in readings if _all(r, SalesOrder | SalesCredit)]
    tills = [r for r in readings if _all(r, ZReport)]
    movements = [r for r in readings if _all(r, StockMovement)]
    sales = [r for r in receipts if not _has_credit(r)]
    credits = [r for r in receipts if _has_credit(r)]
    # Sales first: a return in the same batch finds its sale already stored.
    rung = plan_receipts.store(sales, connection=connection, link=link, now=now)
    rung += plan_receipts.store(credits, connection=connection, link=link, now=now)
    plan_tills.store_z_reports(tills, now=now)
    moved = plan_tills.store_movements(movements, link=link)
    known = {id(r) for r in (*receipts, *tills, *movements)}
    rest = [r for r in readings if id(r) not in known]
    _close(rest, State.SKIPPED, "This link does not use records of this kind.")
    # Once and last: rows lock in one order.
    levels.mark_moved(link.channel_id, levels.rung_at(rung) | moved, now=now)
    facts = (record for r in (*receipts, *tills) for record in r.records)
    day_marks.mark_facts((f for f in facts if isinstance(f, day_marks.DayFact)), now=now)


def _all(reading: Reading, types: object) -> bool:
    return bool(reading.records) and all(isinstance(r, types) for r in reading.records)  # type: ignore[arg-type]


def _has_credit(reading: Reading) -> bool:
    return any(isinstance(record, SalesCredit) for record in reading.records)


def _read(rt: Runtime, event: InboundEvent, now: datetime) -> Reading | None:
    """The event's records; None when it is not of the promised shape, which holds only itself."""
    connector, _ = rt.open(event.connection)
    try:
        return Reading(event, connector.records(event.topic, event.payload))
    except SchemaChangedError as error:
        hold_event(event, sentence=error.sentence, field=error.field, now=now)
        return None


def _close(readings: list[Reading], state: InboundEvent.State, reason: str) -> None:
    InboundEvent.objects.filter(pk__in=[r.event.pk for r in readings]).update(
        state=state, reason=reason
    )


def hold_event(event: InboundEvent, *, sentence: str, field: str, now: datetime) -> None:
    """An event that cannot be read waits for a person; everything it said is kept."""
    InboundEvent.objects.filter(pk=event.pk).update(state=State.HELD, reason=sentence[:300])
    Hold.objects.create(
        kind="VALIDATION_FAILED",
        subject=f"{event.topic} {event.external_id}"[:120],
        sentence=sentence[:400],
        field=field[:120],
        connection=event.connection,
        event=event,
        opened_at=now,
    )


def _quarantine(event: InboundEvent, now: datetime) -> None:
    sentence = (
        f"{event.topic} {event.external_id} could not be processed {event.attempts} times. "
        "It is kept whole; its neighbours went on."
    )
    hold_event(event, sentence=sentence, field="", now=now)
