"""Does a signed day still say what was signed? What arrived since, and what changed."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations import public
from integrations.public import Store
from reconciliation.content import Change, changes, plain, sealed_facts
from reconciliation.facts import Day, read_day
from reconciliation.models import EvidencePack, LateItem, StoreDay
from reconciliation.takings import ReceiptFact

WATCHED = 50  # signed days a round, the longest unseen first
EVERY = timedelta(hours=1)


def watch(day: StoreDay, store: Store, *, now: datetime) -> Day:
    """Note late receipts and broken lines of a signed day beside it. Safe to repeat."""
    pack = pack_of(day)
    facts = read_day(store, day.business_date, late_until=pack.made_at)
    known = set(_sealed(pack)["receipts"])
    late = [fact for fact in facts.book.receipts if _key(fact) not in known]
    _note_late(day, late, currency=facts.book.currency)
    lines = _broken(pack, facts, late)
    undecided = LateItem.objects.filter(day=day, round=day.round, decision="")
    StoreDay.objects.filter(pk=day.pk, state=StoreDay.State.SIGNED, round=day.round).update(
        late=undecided.filter(document_id__in=[fact.document_id for fact in late]).count(),
        seal_lines=plain(lines),
        seal_checked_at=now,
        seal_broken_at=(day.seal_broken_at or now) if lines else None,
    )
    return facts


def pack_of(day: StoreDay) -> EvidencePack:
    """The pack of the day's latest signature."""
    return EvidencePack.objects.get(day=day, round=day.round, part=1)


def _sealed(pack: EvidencePack) -> dict[str, Any]:
    facts: dict[str, Any] = json.loads(pack.content)["facts"]
    return facts


def _broken(pack: EvidencePack, facts: Day, late: Iterable[ReceiptFact]) -> list[Change]:
    """What differs in the signed set: late receipts are no part of it."""
    ids = {fact.document_id for fact in late}
    kept = tuple(fact for fact in facts.book.receipts if fact.document_id not in ids)
    now = sealed_facts(replace(facts.book, receipts=kept))
    before = _sealed(pack)
    if facts.book.journal_is_draft:  # nothing is built: there is nothing to compare with
        now["journal"] = before["journal"]
    return changes(before, now)


def _key(fact: ReceiptFact) -> str:
    return f"{fact.kind} {fact.external_id}"


def _note_late(day: StoreDay, late: Iterable[ReceiptFact], *, currency: str) -> None:
    LateItem.objects.bulk_create(
        (
            LateItem(
                day=day,
                round=day.round,
                document_id=fact.document_id,
                number=fact.entry.number,
                register_id=fact.register_id,
                gross=fact.gross,
                tax=fact.entry.tax,
                currency=currency,
                arrived_at=fact.received_at,
            )
            for fact in late
        ),
        ignore_conflicts=True,
    )


def watch_seals(now: datetime) -> int:
    """Look at the signed days that were not looked at for longest. Returns how many."""
    signed = StoreDay.objects.filter(state=StoreDay.State.SIGNED)
    due = signed.exclude(seal_checked_at__gt=now - EVERY).order_by("seal_checked_at")[:WATCHED]
    stores = {store.code: store for store in public.stores()}
    found = [day for day in due if day.store_code in stores]
    for day in found:
        watch(day, stores[day.store_code], now=now)
    return len(found)


def stake_of(lines: Iterable[Change]) -> Decimal:
    """Σ |after − before| over the gross amounts that changed; else over whatever amounts did."""
    found = list(lines)
    gross = [line for line in found if line.field in ("gross", "amount")]
    return sum((abs(_number(e.after) - _number(e.before)) for e in gross or found), Decimal(0))


def _number(text: str) -> Decimal:
    try:
        return Decimal(text or 0)
    except ArithmeticError:
        return Decimal(0)
