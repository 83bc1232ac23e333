"""Prepare, sign, send back and reopen a day: by different people, on figures that both saw."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from integrations import public
from monitoring.kit.permissions import Capability, can
from reconciliation.content import Change, changes, figure_changes
from reconciliation.models import DayJournal, EvidencePack, SignOff, StoreDay
from reconciliation.services import chain
from reconciliation.services.days import policy_sentences
from reconciliation.services.duties import refuse_beyond_limit, refuse_same_person, require
from reconciliation.services.errors import ConflictError, DayError, NotReadyError, RefusedError
from reconciliation.services.journals import build_journal
from reconciliation.services.locking import Held, hold_day

if TYPE_CHECKING:
    from django.contrib.auth.models import User

State = StoreDay.State
PREPARED = "I have checked this day and every difference in it is explained."
SIGNED = "I approve this day as shown."


@transaction.atomic
def prepare(
    day_id: int, *, seen: str, by: "User", now: datetime, statement: str = PREPARED
) -> StoreDay:
    """Hand a day over for signing. `seen` is the content hash of what was shown.

    Raises RefusedError, NotReadyError, or ConflictError when it is not what was shown.
    """
    require(by, Capability.PREPARE_DAY, "prepare a day")
    held = hold_day(day_id, now=now)
    if held.day.state in (State.PREPARED, State.SIGNED):
        raise ConflictError(f"{held.day} is {held.day.state} already.")
    _must_be_ready(held)
    _must_be_what_was_seen(held, seen)
    _step(held.day, SignOff.Step.PREPARED, by=by, now=now, seen=seen, statement=statement)
    _move(held, State.PREPARED, now=now, prepared_facts=held.found.facts)
    _audit(held.day, "day.prepare", by=by, now=now, seen=seen)
    return _again(held.day)


@transaction.atomic
def sign(
    day_id: int, *, seen: str, by: "User", now: datetime, statement: str = SIGNED
) -> EvidencePack:
    """Freeze a prepared day, chain its evidence, and queue its journal where the policy says so.

    Raises RefusedError, NotReadyError, or ConflictError when it is not what was shown.
    """
    require(by, Capability.SIGN_DAY, "sign a day")
    held = hold_day(day_id, now=now)
    if held.day.state != State.PREPARED:
        sentence = f"{held.day} is {held.day.state}, so there is nothing to sign."
        raise ConflictError(sentence, _moved(held, seen))
    refuse_same_person(held.day, by)
    _must_be_ready(held)
    _must_be_what_was_seen(held, seen)
    refuse_beyond_limit(held.day, by, held.found.explained, held.found.figures.currency)
    _step(held.day, SignOff.Step.SIGNED, by=by, now=now, seen=seen, statement=statement)
    fresh: dict[str, object] = {
        "look_at": None,
        "seal_broken_at": None,
        "seal_lines": [],
        "late": 0,
    }
    _move(held, State.SIGNED, now=now, prepared_facts=None, **fresh)
    pack = chain.append(held.day, _evidence(held), content_hash=seen, now=now)
    if held.found.figures.journal_posting == "on_signed":
        build_journal(held.facts, now=now)
    _audit(held.day, "day.sign", by=by, now=now, seen=seen, pack=pack.hash)
    return pack


@transaction.atomic
def send_back(day_id: int, *, reason: str, by: "User", now: datetime) -> StoreDay:
    """An approver gives a prepared day back. Raises RefusedError, ConflictError or DayError."""
    require(by, Capability.SIGN_DAY, "send a day back")
    _must_have(reason, "Say what has to be put right.")
    held = hold_day(day_id, now=now)
    if held.day.state != State.PREPARED:
        raise ConflictError(f"{held.day} is {held.day.state}, so it cannot be sent back.")
    _step(held.day, SignOff.Step.SENT_BACK, by=by, now=now, statement=reason)
    _move(held, State.READY, now=now)
    _audit(held.day, "day.send-back", by=by, now=now, reason=reason)
    return _again(held.day)


@transaction.atomic
def reopen(day_id: int, *, reason: str, by: "User", now: datetime) -> StoreDay:
    """Open a signed day again: a new round, while the old signature and its pack stay.

    Raises RefusedError, ConflictError or DayError.
    """
    require(by, Capability.SIGN_DAY, "reopen a day")
    _must_have(reason, "Say why the day is opened again.")
    held = hold_day(day_id, now=now)
    if held.day.state != State.SIGNED:
        raise ConflictError(f"{held.day} is not signed, so there is nothing to open.")
    _step(held.day, SignOff.Step.REOPENED, by=by, now=now, statement=reason)
    opened = {"round": held.day.round + 1, "look_at": now, "late": 0}
    _move(held, State.REOPENED, now=now, seal_broken_at=None, seal_lines=[], **opened)
    _audit(held.day, "day.reopen", by=by, now=now, reason=reason)
    return _again(held.day)


def why_not_prepare(day: StoreDay, user: "User") -> str:
    """The sentence that tells this person why they cannot prepare it; empty when they can."""
    if not can(user, Capability.PREPARE_DAY):
        return "Your role may not prepare a day."
    if day.state == State.READY:
        return ""
    if day.state == State.VARIANCE:
        return "Explain every variance first."
    if day.state in (State.PREPARED, State.SIGNED):
        return f"It is {day.state} already."
    return "Something of the day is still open."


def why_not_sign(day: StoreDay, user: "User") -> str:
    """The sentence that tells this person why they cannot sign it; empty when they can."""
    if not can(user, Capability.SIGN_DAY):
        return "Your role may not sign a day."
    if day.state != State.PREPARED:
        return "It is signed already." if day.state == State.SIGNED else "It is not prepared yet."
    try:
        refuse_same_person(day, user)
    except RefusedError as error:
        return error.sentence
    return ""


def _must_have(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise DayError(sentence)


def _must_be_ready(held: Held) -> None:
    found = held.found
    if found.blockers:
        raise NotReadyError(f"{held.day}: {found.blockers[0].sentence}", found.blockers)
    if found.unexplained:
        raise NotReadyError(f"{held.day}: {found.unexplained[0].sentence} Explain it first.")


def _must_be_what_was_seen(held: Held, seen: str) -> None:
    """Raise ConflictError, naming the figures that moved, when the facts are other ones now."""
    if held.found.content_hash != seen:
        what = "A figure or an explanation of this day changed since you opened it."
        raise ConflictError(f"{what} Look at it again; nothing was done.", _moved(held, seen))


def _moved(held: Held, seen: str) -> list[Change]:
    """What differs from what was shown, where that is still known."""
    day = held.day
    prepared = SignOff.objects.filter(day=day, round=day.round, step=SignOff.Step.PREPARED).last()
    if day.prepared_facts and prepared is not None and prepared.content_hash == seen:
        return changes(day.prepared_facts, held.found.facts)
    if day.content_hash == seen:
        return figure_changes(day.content, held.found.content())
    return []


def _move(held: Held, state: StoreDay.State, *, now: datetime, **more: object) -> None:
    """Conditional on the state it was read in: of two browsers one wins."""
    if not held.keep(now=now, state=state, **more):
        raise ConflictError("Somebody else was faster. Look at the day again.")


def _step(
    day: StoreDay,
    step: SignOff.Step,
    *,
    by: "User",
    now: datetime,
    seen: str = "",
    statement: str,
) -> None:
    SignOff.objects.create(
        day=day,
        round=day.round,
        step=step,
        by=by,
        by_name=by.get_username(),
        at=now,
        content_hash=seen or day.content_hash,
        statement=statement.strip()[:500],
    )


def _evidence(held: Held) -> dict[str, Any]:
    """Everything that was signed, so that it can be shown and recomputed years later."""
    day, found = held.day, held.found
    return {
        "day": {"store": day.store_code, "name": day.store_name, "date": day.business_date},
        "round": day.round,
        "content": found.content(),
        "facts": found.facts,
        "notes": found.notes,
        "policy": policy_sentences(day.store_code, found.figures.currency),
        "journals": _journals(day),
        "explained": found.explained,
        "steps": [
            {
                "step": s.step,
                "by": s.by_name,
                "at": s.at,
                "statement": s.statement,
                "seen": s.content_hash,
            }
            for s in SignOff.objects.filter(day=day, round=day.round)
        ],
    }


def _journals(day: StoreDay) -> list[dict[str, str]]:
    """The day's journals by our reference and the ledger's."""
    rows = list(DayJournal.objects.of_takings(day.store_code, day.business_date))
    sent = public.transfers().in_bulk([row.transfer_id for row in rows if row.transfer_id])
    refs = {pk: transfer.external_ref for pk, transfer in sent.items()}
    return [
        {"reference": row.reference, "external_ref": refs.get(row.transfer_id or 0, "")}
        for row in rows
    ]


def _audit(day: StoreDay, action: str, *, by: "User", now: datetime, **after: object) -> None:
    reason = str(after.pop("reason", ""))
    public.record_audit(
        by=by,
        action=action,
        subject=str(day),
        before={"state": day.state, "round": day.round},
        after=after or None,
        reason=reason,
        now=now,
    )


def _again(day: StoreDay) -> StoreDay:
    day.refresh_from_db()
    return day
