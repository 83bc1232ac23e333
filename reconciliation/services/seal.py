"""Does a signed day still say what was signed? What arrived since, and what changed."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations import public
from integrations.public import Store
from reconciliation.content import Change, changes, digest, plain, receipt_key, sealed_facts
from reconciliation.facts import Day, read_day
from reconciliation.models import EvidencePack, LateItem, StoreDay
from reconciliation.takings import ReceiptFact

WATCHED = 50  # signed days a round, the longest unseen first
EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A signed day against its facts: what is late, and which lines of the seal are broken."""

    facts: Day
    late: tuple[ReceiptFact, ...]
    lines: tuple[Change, ...]


def compare(day: StoreDay, store: Store) -> Comparison:
    """Hold a signed day against the facts as they are now. Reads only."""
    pack = pack_of(day)
    facts = read_day(store, day.business_date, late_until=pack.made_at)
    if digest(pack.content) != pack.hash:  # it proves nothing any more
        return Comparison(facts, (), (Change(str(pack), "evidence", "as signed", "changed"),))
    known = set(_sealed(pack)["receipts"])
    late = tuple(fact for fact in facts.book.receipts if receipt_key(fact) not in known)
    return Comparison(facts, late, tuple(_broken(pack, facts, late)))


def watch(day: StoreDay, store: Store, *, now: datetime) -> Day:
    """Note late receipts and broken lines of a signed day beside it. Safe to repeat."""
    found = compare(day, store)
    _note_late(day, found.late, currency=found.facts.book.currency)
    undecided = LateItem.objects.filter(day=day, round=day.round, decision="")
    ids = [fact.document_id for fact in found.late]
    StoreDay.objects.filter(pk=day.pk, state=StoreDay.State.SIGNED, round=day.round).update(
        late=undecided.filter(document_id__in=ids).count(),
        seal_lines=plain(found.lines),
        seal_checked_at=now,
        seal_broken_at=(day.seal_broken_at or now) if found.lines else None,
    )
    return found.facts


def seal_problems() -> Iterator[str]:
    """Say of every signed day what is not as it was signed: its facts, its row, its pack."""
    stores = {store.code: store for store in public.stores()}
    for day in StoreDay.objects.filter(state=StoreDay.State.SIGNED):
        pack = EvidencePack.objects.filter(day=day, round=day.round, part=1).first()
        if pack is None or day.store_code not in stores:
            yield f"{day} is signed and its evidence is gone."
            continue
        if digest(pack.content) != pack.hash:
            continue  # the chain names it
        if plain(day.content) != json.loads(pack.content)["content"]:
            yield f"{day}: what is shown is not what was signed in evidence pack {pack.sequence}."
        for line in compare(day, stores[day.store_code]).lines[:5]:
            yield (
                f"{day}: {line.record} {line.field} was {line.before or 'not there'} when signed"
                f" and is {line.after or 'gone'}."
            )


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
