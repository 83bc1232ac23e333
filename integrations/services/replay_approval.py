"""Who lets a large replay go: never whoever changed the mapping, and only as it was asked."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from integrations.mapping.tables import TABLES
from integrations.models import MappingChange, MappingRow, ReplayItem, ReplayRun
from integrations.services.audit import By, actor_name
from integrations.services.replay_runs import (
    SWEEP,
    begin,
    content_of,
    fingerprint,
    note,
    open_run,
    void,
)
from integrations.services.schedule import kick

if TYPE_CHECKING:
    from django.contrib.auth.models import User

State = ReplayRun.State


class RunError(ValueError):
    """It was not done; the sentence says why and what to do."""


@transaction.atomic
def approve(*, run_id: int, seen: str, by: "User", now: datetime) -> ReplayRun:
    """A second person lets it go. `seen` is the content hash that this person looked at.

    Raises RunError: decided already, one's own change, or changed since approval was asked.
    """
    run = _asked(run_id)
    if any(_same_person(by, other) for other in _editors(run)):
        raise RunError(
            "You changed this mapping yourself. Somebody else approves sending what waits for it."
        )
    if seen != run.content_hash or not _is_as_asked(run):
        raise RunError(
            "It changed after approval was asked. Look at it again, or ask for approval again."
        )
    _decide(run, by=by, now=now)
    note(run, "replay.approve", by=by, now=now)
    begin(run, now)
    return run


@transaction.atomic
def refuse(*, run_id: int, by: "User", reason: str, now: datetime) -> ReplayRun:
    """It is not sent. The mapping stays as saved; its records wait until somebody asks again."""
    if not reason.strip():
        raise RunError("Say why; whoever asked will see it.")
    run = _asked(run_id)
    _decide(run, by=by, now=now)
    void(run, f"Refused: {reason.strip()}"[:300], now)
    note(run, "replay.refuse", by=by, now=now, reason=reason)
    run.refresh_from_db()
    return run


@transaction.atomic
def ask_again(*, run_id: int, by: "User", now: datetime) -> ReplayRun:
    """A new run for the rows of one that is void or changed, with what waits for them now."""
    run = ReplayRun.objects.select_for_update().select_related("link").get(pk=run_id)
    rows = _rows_now(run)
    if run.state not in (State.VOID, State.ASKED, State.STOPPED) or not rows:
        raise RunError("There is nothing to ask again: look at its records.")
    again = open_run(run.link, TABLES[run.table], saved=rows, by=by, now=now)
    if again is None:
        raise RunError("Nothing waits for this mapping any more.")
    return again


@transaction.atomic
def go_on(*, run_id: int, by: By, reason: str, now: datetime) -> None:
    """A person looked at what went wrong with the first records: send the others."""
    if not reason.strip():
        raise RunError("Say why the others may go.")
    changed = ReplayRun.objects.filter(pk=run_id, state=State.STOPPED).update(
        state=State.REST, reason=""
    )
    if not changed:
        raise RunError("It is not stopped any more; nothing was changed.")
    note(ReplayRun.objects.get(pk=run_id), "replay.go-on", by=by, now=now, reason=reason)
    kick(SWEEP, now=now)


def kept_back(documents: Collection[int]) -> set[int]:
    """Those of these documents whose latest run waits for approval, or was refused."""
    items = ReplayItem.objects.filter(document_id__in=documents).select_related("run")
    latest = {item.document_id: item.run for item in items.order_by("pk")}
    refused = (State.VOID,)
    return {
        pk
        for pk, run in latest.items()
        if run.state == State.ASKED or (run.state in refused and run.decided_at is not None)
    }


def _asked(run_id: int) -> ReplayRun:
    runs = ReplayRun.objects.select_for_update().select_related("link")
    run = runs.filter(pk=run_id, state=State.ASKED).first()
    if run is None:
        raise RunError("It was decided already; nothing was changed.")
    return run


def _editors(run: ReplayRun) -> list["User"]:
    """Who asked, and who made each of its rows what it is."""
    changes = MappingChange.objects.filter(link=run.link, table=run.table)
    values = [row["value"] for row in run.content]
    latest = {
        (change.source_value, change.effective_from): change.actor
        for change in changes.filter(source_value__in=values).select_related("actor").order_by("pk")
    }
    return [user for user in (run.asked_by, *latest.values()) if user is not None]


def _same_person(one: "User", other: "User") -> bool:
    """The same account, or another one with the same address."""
    mail = one.email.strip().casefold()
    return one.pk == other.pk or (bool(mail) and mail == other.email.strip().casefold())


def _is_as_asked(run: ReplayRun) -> bool:
    """The rows are as saved, and so is every record that the source has not withdrawn."""
    if [content_of(row) for row in _rows_now(run)] != run.content:
        return False
    items = run.items.select_related("document").defer("document__record")
    return fingerprint(run) == run.content_hash and all(
        (item.document.event_id, item.document.gross) == (item.event_id_then, item.value)
        for item in items
    )


def _rows_now(run: ReplayRun) -> list[MappingRow]:
    """The rows of the run as they are now, in its order; those that are gone are left out."""
    rows = {
        (row.source_value, row.effective_from.isoformat() if row.effective_from else ""): row
        for row in MappingRow.objects.filter(link=run.link, table=run.table)
    }
    keys = [(each["value"], each["effective_from"]) for each in run.content]
    return [rows[key] for key in keys if key in rows]


def _decide(run: ReplayRun, *, by: "User", now: datetime) -> None:
    run.decided_by, run.decided_name, run.decided_at = by, actor_name(by)[:150], now
    run.save(update_fields=["decided_by", "decided_name", "decided_at"])
