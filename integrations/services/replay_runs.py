"""What a saved mapping lets go: a canary first, approval above a limit, every record followed.

A run and its items are rows, so that a restart loses nothing and a second look changes nothing.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from hashlib import sha256
from typing import Any

from django.db import transaction

from integrations.mapping.tables import MappingTable
from integrations.models import (
    Document,
    Hold,
    Link,
    MappingRow,
    ReplayItem,
    ReplayRun,
)
from integrations.services import replay
from integrations.services.audit import By, actor, actor_name, record_audit
from integrations.services.policy import link_policy
from integrations.services.replay_progress import outcome_of, standings
from integrations.services.schedule import kick

CANARY = 3  # records that go first; the others wait for their read-back
BATCH = 200  # records started at once, and looked at in one round
RECENT = 50  # runs of a table among which the latest of a value is looked for
RECEIPTS = (Document.Kind.SALE, Document.Kind.RETURN)
SWEEP = "replays"

State = ReplayRun.State
Outcome = ReplayItem.Outcome


# --- Asking -----------------------------------------------------------------------------------


def open_run(
    link: Link,
    table: MappingTable,
    *,
    saved: Sequence[MappingRow],
    removed: Sequence[MappingRow] = (),
    by: By,
    now: datetime,
) -> ReplayRun | None:
    """Let go what waits for these rows, or ask for approval. Runs in the transaction of the save.

    An earlier run for one of these values is void: its approval was of other content. What it had
    not begun is part of the new one. None when nothing waits.
    """
    changed = {table.source_key(row.source_value) for row in (*saved, *removed)}
    rows = [*saved, *_void(link, table, changed, now)]
    documents = waiting_for(link, table, rows)
    if not documents:
        return None
    run = ReplayRun.objects.create(
        link=link,
        table=table.key,
        content=[content_of(row) for row in rows],
        state=State.ASKED,
        asked_by=actor(by),
        asked_name=actor_name(by)[:150],
        asked_at=now,
    )
    ReplayItem.objects.bulk_create((_item(run, each) for each in documents), batch_size=500)
    run.content_hash = fingerprint(run)
    run.save(update_fields=["content_hash"])
    if needs_approval(link, by=by, value=values_of(documents)):
        note(run, "replay.ask", by=by, now=now)
    else:
        begin(run, now)
    return run


def latest_run(link: Link, table: MappingTable, value: str) -> ReplayRun | None:
    """The newest run that this value is part of."""
    key = table.source_key(value)
    for run in ReplayRun.objects.filter(link=link, table=table.key)[:RECENT]:
        if any(table.source_key(row["value"]) == key for row in run.content):
            return run
    return None


def waiting_for(link: Link, table: MappingTable, rows: Iterable[MappingRow]) -> list[Document]:
    """Receipts that wait for one of these rows, each once; sales first, oldest first.

    A row that begins after a receipt's trading day does not help it.
    """
    since: dict[str, list[date]] = {}
    for row in rows:
        key = table.source_key(row.source_value)
        since.setdefault(key, []).append(row.effective_from or date.min)
    holds = Hold.objects.open().filter(link=link, table=table.key, document__kind__in=RECEIPTS)
    found = holds.values_list("subject", "document_id", "document__business_date")
    ids = {
        document
        for subject, document, on in found
        if any(on is None or begins <= on for begins in since.get(table.source_key(subject), ()))
    }
    documents = Document.objects.filter(pk__in=ids).defer("record")
    return sorted(documents, key=lambda each: (each.kind != Document.Kind.SALE, each.pk))


def values_of(documents: Iterable[Document]) -> dict[str, Decimal]:
    """What these records are worth, by currency."""
    sums: dict[str, Decimal] = {}
    for document in documents:
        sums[document.currency] = sums.get(document.currency, Decimal(0)) + document.gross
    return sums


def needs_approval(link: Link, *, by: By, value: dict[str, Decimal]) -> bool:
    """A person's own change above the link's limit; what a reviewed file says was looked at."""
    limit = link_policy(link).replay_limit
    if isinstance(by, str) or limit is None:
        return False
    return any(amount > limit for amount in value.values())


def fingerprint(run: ReplayRun) -> str:
    """A digest of what an approval is about: the rows as saved, and every record with its worth."""
    items = run.items.order_by("document_id").values_list("document_id", "event_id_then", "value")
    records = [[pk, event, f"{value:.4f}"] for pk, event, value in items]
    text = json.dumps([run.content, records], sort_keys=True)  # a database keeps keys in its order
    return sha256(text.encode()).hexdigest()


def _void(link: Link, table: MappingTable, changed: set[str], now: datetime) -> list[MappingRow]:
    """End the runs for these values; returns the rows that they had besides, as they are now."""
    besides: list[MappingRow] = []
    for run in ReplayRun.objects.open().filter(link=link, table=table.key):
        keys = {table.source_key(row["value"]) for row in run.content}
        if keys & changed:
            void(run, "Its mapping was changed meanwhile.", now)
            rows = MappingRow.objects.filter(link=link, table=table.key)
            besides += [row for row in rows if table.source_key(row.source_value) in keys - changed]
    return list({row.pk: row for row in besides}.values())


def void(run: ReplayRun, reason: str, now: datetime) -> None:
    """End a run; what it had not finished is not followed any more and not sent by it."""
    ReplayRun.objects.filter(pk=run.pk).update(state=State.VOID, reason=reason, ended_at=now)
    run.items.filter(ended_at__isnull=True).update(ended_at=now, outcome=Outcome.KEPT, cause=reason)


def content_of(row: MappingRow) -> dict[str, Any]:
    """What an approval says about a row."""
    since = row.effective_from.isoformat() if row.effective_from else ""
    return {
        "value": row.source_value,
        "effective_from": since,
        "target": dict(sorted(row.target.items())),
        "version": row.version,
    }


def _item(run: ReplayRun, document: Document) -> ReplayItem:
    return ReplayItem(
        run=run,
        document=document,
        event_id_then=document.event_id,
        value=document.gross,
        currency=document.currency,
    )


def note(run: ReplayRun, action: str, *, by: By, now: datetime, reason: str = "") -> None:
    """Put a step of a run into the record of changes."""
    record_audit(
        by=by,
        action=action,
        subject=f"{run.link.slug} {run.table} {run}",
        after={"run": run.pk, "content": run.content_hash, "records": run.items.count()},
        reason=reason,
        now=now,
    )


# --- Going ------------------------------------------------------------------------------------


def advance(now: datetime) -> bool:
    """Follow every run one step; True when one has more to start at once. Safe to repeat."""
    runs = ReplayRun.objects.moving().select_related("link")
    return any([_advance(run, now) for run in runs])


def _advance(run: ReplayRun, now: datetime) -> bool:
    going = run.items.filter(started_at__isnull=False, ended_at__isnull=True)
    items = list(going[:BATCH])
    settled = _settle(run, items, now)
    if run.state == State.CANARY and settled < len(items):
        return False  # the others wait for what becomes of these
    if run.state == State.CANARY and (wrong := _wrong(run)):
        reason = f"One of the first records went wrong at its target: {wrong}"[:300]
        ReplayRun.objects.filter(pk=run.pk, state=State.CANARY).update(
            state=State.STOPPED, reason=reason
        )
        return False
    return _start_more(run, now) or settled == BATCH


def _settle(run: ReplayRun, items: Sequence[ReplayItem], now: datetime) -> int:
    """Store what became of these records, as far as it is known. Returns of how many."""
    where = standings(run, items)
    ended = []
    for item in items:
        if found := outcome_of(where[item.document_id]):
            item.outcome, item.cause, item.ended_at = found[0], found[1][:300], now
            ended.append(item)
    ReplayItem.objects.bulk_update(ended, ("outcome", "cause", "ended_at"), batch_size=100)
    return len(ended)


def _wrong(run: ReplayRun) -> str:
    """Why one of the first went wrong at its target; empty when none did."""
    refused = run.items.filter(outcome=Outcome.REFUSED).values_list("cause", flat=True)
    return refused.first() or ""


def _start_more(run: ReplayRun, now: datetime) -> bool:
    """The next records, if any are left: a few more until one has proved right, then batches."""
    left = run.items.filter(started_at__isnull=True, ended_at__isnull=True)
    proved = run.state == State.REST or run.items.filter(outcome=Outcome.VERIFIED).exists()
    more = list(left[: BATCH if proved else CANARY])
    with transaction.atomic():
        state = State.REST if proved else State.CANARY
        if not ReplayRun.objects.moving().filter(pk=run.pk).update(state=state):
            return False
        _send(run, more, is_canary=not proved, now=now)
        is_over = not run.items.filter(ended_at__isnull=True).exists()
        if is_over:
            ReplayRun.objects.filter(pk=run.pk).update(state=State.DONE, ended_at=now)
    return len(more) == BATCH


def begin(run: ReplayRun, now: datetime) -> None:
    """The first few go now; the others once these were read back."""
    run.state, run.started_at = State.CANARY, now
    run.save(update_fields=["state", "started_at"])
    _send(run, list(run.items.all()[:CANARY]), is_canary=True, now=now)
    kick(SWEEP, now=now)


def _send(run: ReplayRun, items: Sequence[ReplayItem], *, is_canary: bool, now: datetime) -> None:
    """Ask the source about these records; what it still has as it was is planned and sent."""
    ids = [item.pk for item in items]
    ReplayItem.objects.filter(pk__in=ids).update(started_at=now, is_canary=is_canary)
    holds = Hold.objects.open().filter(
        document__replays__in=ids, transfer__isnull=True, link=run.link
    )
    one_each = dict(holds.order_by("-pk").values_list("document_id", "pk"))
    replay.replay_holds(Hold.objects.filter(pk__in=one_each.values()).order_by("pk"), now=now)
