"""Store a fact or a hint once. Everything outside enters here."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from integrations.connectors.bodies import storable
from integrations.models import Connection, InboundEvent
from integrations.ports import Fact, Hint

LONGEST_ID = 120  # characters of InboundEvent.external_id
LONGEST_NAME = 64  # of InboundEvent.version; a SHA-256 in hexadecimal digits

# Every sale that we post moves the owner's stock, and it tells us so: what it tells within one
# window is read in one request. Sales themselves never wait.
GATHERED = {"stock-changes": timedelta(seconds=10)}
EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def store_facts(
    connection: Connection,
    facts: Sequence[Fact],
    *,
    source: InboundEvent.Source,
    now: datetime,
) -> None:
    """Keep facts; one that is known already changes nothing. Safe to repeat."""
    InboundEvent.objects.bulk_create(
        (
            InboundEvent(
                connection=connection,
                kind=InboundEvent.Kind.FACT,
                topic=fact.topic,
                external_id=fact.external_id,
                version=fact.version,
                source=source,
                occurred_at=fact.occurred_at,
                received_at=now,
                not_before=now,
                payload=fact.payload,
            )
            for fact in facts
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def store_hints(connection: Connection, hints: Sequence[Hint], *, now: datetime) -> None:
    """Keep what a webhook said, before it is answered. A repeated event id changes nothing.

    Raises ValueError, and keeps none, when one names an id that no record can have.
    """
    if any(len(hint.external_id) > LONGEST_ID for hint in hints):
        raise ValueError(f"An event names an id of more than {LONGEST_ID} characters.")
    InboundEvent.objects.bulk_create(
        (
            InboundEvent(
                connection=connection,
                kind=InboundEvent.Kind.HINT,
                topic=hint.topic,
                external_id=storable(hint.external_id),
                version=_name(hint.event_id),
                source=InboundEvent.Source.WEBHOOK,
                occurred_at=hint.occurred_at,
                received_at=now,
                not_before=_window_end(hint.topic, now),
                payload=storable(hint.payload),
            )
            for hint in hints
        ),
        ignore_conflicts=True,
        batch_size=500,
    )


def _window_end(topic: str, now: datetime) -> datetime:
    window = GATHERED.get(topic)
    return EPOCH + ((now - EPOCH) // window + 1) * window if window else now


def _name(event_id: str) -> str:
    """The event's id, or its digest when it is longer than the column."""
    kept: str = storable(event_id)
    return kept if len(kept) <= LONGEST_NAME else hashlib.sha256(kept.encode()).hexdigest()
