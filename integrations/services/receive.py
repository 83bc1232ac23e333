"""Store a fact or a hint once. Everything outside enters here."""

from collections.abc import Sequence
from datetime import datetime

from integrations.models import Connection, InboundEvent
from integrations.ports import Fact, Hint


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
    """Keep what a webhook said, before it is answered. A repeated event id changes nothing."""
    InboundEvent.objects.bulk_create(
        (
            InboundEvent(
                connection=connection,
                kind=InboundEvent.Kind.HINT,
                topic=hint.topic,
                external_id=hint.external_id,
                version=hint.event_id,
                source=InboundEvent.Source.WEBHOOK,
                occurred_at=hint.occurred_at,
                received_at=now,
                not_before=now,
                payload=hint.payload,
            )
            for hint in hints
        ),
        ignore_conflicts=True,
        batch_size=500,
    )
