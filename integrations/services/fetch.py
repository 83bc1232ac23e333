"""Webhooks are hints: fetch again what they name, in as few requests as possible."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction

from integrations.connectors.errors import ConnectorError, ThrottledError
from integrations.models import Connection, Document, InboundEvent, StreamCursor
from integrations.ports import Fact
from integrations.services import catalogue, health, originals, replay
from integrations.services.calls import store_calls
from integrations.services.poll import DOCUMENT_STREAMS, products_of, read_changed
from integrations.services.receive import store_facts
from integrations.services.runtime import Runtime

BATCH = 100
PARENT = "parent"
State = InboundEvent.State


def fetch(rt: Runtime, connection: Connection, *, limit: int = BATCH) -> int:
    """Turn waiting hints into facts. Returns how many hints were answered; safe to repeat."""
    now = rt.clock()
    hints = list(
        InboundEvent.objects.hints()
        .waiting(now)
        .filter(connection=connection)
        .order_by("id")[:limit]
    )
    done = 0
    by_topic: dict[str, list[InboundEvent]] = {}
    for hint in hints:
        by_topic.setdefault(hint.topic, []).append(hint)
    for topic, group in by_topic.items():
        try:
            _answer(rt, connection, topic, group)
        except ConnectorError as error:
            _postpone(connection, group, error, now)
        else:
            done += len(group)
    return done


def _answer(rt: Runtime, connection: Connection, topic: str, hints: Sequence[InboundEvent]) -> None:
    ids = list(dict.fromkeys(hint.external_id for hint in hints))
    connector, buffer = rt.open(connection)
    if topic == "stock-changes":
        read_changed(rt, connection, ids)
        _close(hints, "Read again.")
        return
    if topic not in DOCUMENT_STREAMS and topic != "products":
        _close(hints, "Nothing here depends on it.")
        return
    try:
        facts = connector.fetch(topic, ids)
    finally:
        store_calls(connection, buffer.drain())
    now = rt.clock()
    with transaction.atomic():
        if topic == "products":
            catalogue.store_products(connection, products_of(connector, facts), now=now)
        else:
            store_facts(connection, facts, source=InboundEvent.Source.WEBHOOK, now=now)
            replay.confirm(hints, facts, now=now)
            originals.hold_orphans(connection, _absent_parents(hints, facts), now=now)
        _close(hints, "Fetched again.")
    health.note_success(connection, now=now)


def _absent_parents(hints: Sequence[InboundEvent], facts: Sequence[Fact]) -> set[str]:
    """Sales that were asked for by id and that the source does not have."""
    asked = {hint.external_id for hint in hints if hint.payload.get(PARENT)}
    return asked - {fact.external_id for fact in facts}


def _close(hints: Sequence[InboundEvent], reason: str) -> None:
    InboundEvent.objects.filter(pk__in=[hint.pk for hint in hints]).update(
        state=State.PLANNED, reason=reason
    )


def _postpone(
    connection: Connection, hints: Sequence[InboundEvent], error: ConnectorError, now: datetime
) -> None:
    if isinstance(error, ThrottledError):
        until = now + error.retry_after
    else:
        until = health.note_trouble(connection, error, now=now)
    InboundEvent.objects.filter(pk__in=[hint.pk for hint in hints]).update(
        not_before=until, reason=error.sentence[:300]
    )


def ask_for_parents(connection: Connection, *, now: datetime) -> int:
    """Ask by id for sales that returns wait for. Returns how many were not asked for just now."""
    parked = Document.objects.filter(connection=connection, state=Document.State.PARKED)
    wanted = {row["original_external_id"] for row in parked.values_list("record", flat=True)}
    version = f"{PARENT}-{now:%Y%m%d%H}{now.minute // 10}"  # every ten minutes is enough
    asked = InboundEvent.objects.filter(connection=connection, topic="orders", version=version)
    wanted -= set(asked.filter(external_id__in=wanted).values_list("external_id", flat=True))
    InboundEvent.objects.bulk_create(
        (
            InboundEvent(
                connection=connection,
                kind=InboundEvent.Kind.HINT,
                topic="orders",
                external_id=external_id,
                version=version,
                source=InboundEvent.Source.POLL,
                received_at=now,
                not_before=now,
                payload={PARENT: True},
            )
            for external_id in wanted
        ),
        ignore_conflicts=True,
    )
    return len(wanted)


def poll_now(connection: Connection, *, now: datetime, streams: Sequence[str]) -> None:
    """Make these streams due at once."""
    StreamCursor.objects.filter(connection=connection, stream__in=list(streams)).update(
        due_at=now - timedelta(seconds=1)
    )
