"""Receipts that arrived for a signed day: open the day again, or post them on an open one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from integrations import public
from integrations.public import Store
from monitoring.kit.permissions import Capability
from reconciliation.accounts import journal_lines
from reconciliation.facts import Day, read_day
from reconciliation.figures import ZERO
from reconciliation.journals import DayReceipt, Line
from reconciliation.models import LateItem, StoreDay
from reconciliation.services import chain, seal, signing
from reconciliation.services.days import row_of
from reconciliation.services.duties import require
from reconciliation.services.errors import ConflictError, DayError, NotReadyError
from reconciliation.services.journals import post
from reconciliation.services.locking import hold_day

if TYPE_CHECKING:
    from django.contrib.auth.models import User

Decision = LateItem.Decision


@dataclass(frozen=True, slots=True)
class LatePreview:
    """Both ways of taking late receipts in: the journal that each would post."""

    items: tuple[LateItem, ...]
    reopened: tuple[Line, ...]  # posted on the day itself, once it is signed again
    today: tuple[Line, ...]  # posted on `today_on`, with the day as reference
    today_on: date
    tax: Decimal
    period_changes: bool  # `today_on` is in another calendar month: another VAT return, maybe


def late_items(day: StoreDay) -> list[LateItem]:
    """Undecided late receipts of the day, oldest first."""
    return list(LateItem.objects.filter(day=day, round=day.round, decision=""))


def late_preview(day: StoreDay, *, now: datetime) -> LatePreview:
    """Show what either decision would post. Reads only.

    Raises UnmappedAccountError or UnbalancedError when no journal can be built.
    """
    store = public.stores().get(code=day.store_code)
    items = late_items(day)
    facts = read_day(store, day.business_date)
    entries = _entries(facts, items)
    on = _open_day(store, day, now=now)
    return LatePreview(
        items=tuple(items),
        reopened=tuple(_lines(facts, entries, on=day.business_date)),
        today=tuple(_lines(facts, entries, on=on)),
        today_on=on,
        tax=sum((entry.tax for entry in entries), ZERO),
        period_changes=(on.year, on.month) != (day.business_date.year, day.business_date.month),
    )


def _entries(facts: Day, items: Sequence[LateItem]) -> list[DayReceipt]:
    ids = {item.document_id for item in items}
    late = [fact for fact in facts.book.receipts if fact.document_id in ids]
    if any(not fact.is_planned for fact in late):
        raise NotReadyError("A late receipt is held. Settle its exception first.")
    return [fact.entry for fact in late]


def _lines(facts: Day, entries: Sequence[DayReceipt], *, on: date) -> list[Line]:
    if facts.link is None:
        return []
    return journal_lines(facts.link, entries, [], on=on, mode=facts.book.accounting_mode)


def _open_day(store: Store, day: StoreDay, *, now: datetime) -> date:
    """The store's current trading day, or the first after it that is not signed."""
    on = public.trading_day(now, timezone=store.timezone, cut_off=store.cut_off)
    signed = set(
        StoreDay.objects.filter(
            store_code=store.code, state=StoreDay.State.SIGNED, business_date__gte=on
        ).values_list("business_date", flat=True)
    )
    on = max(on, day.business_date + timedelta(days=1))
    while on in signed:
        on += timedelta(days=1)
    return on


@transaction.atomic
def decide_late(day_id: int, *, decision: str, reason: str, by: "User", now: datetime) -> StoreDay:
    """Settle all late receipts of a signed day in one of the two ways.

    Raises RefusedError, ConflictError when they are settled already, NotReadyError, DayError.
    """
    require(by, Capability.SIGN_DAY, "decide about late receipts")
    if not reason.strip():
        raise DayError("Say why.")
    choice = Decision(decision)
    held = hold_day(day_id, now=now)
    items = late_items(held.day)
    if held.day.state != StoreDay.State.SIGNED or not items:
        raise ConflictError(f"No late receipt of {held.day} waits for a decision.")
    decided = {"decision": choice, "reason": reason.strip()[:300], "decided_by": by}
    waiting = LateItem.objects.filter(pk__in=[item.pk for item in items], decision="")
    if choice is Decision.REOPEN:
        waiting.update(**decided, decided_at=now)
        return signing.reopen(day_id, reason=reason, by=by, now=now)
    on = _post_today(held.day, held.facts, items, reason=reason, by=by, now=now)
    waiting.update(**decided, decided_at=now, posted_on=on)
    seal.watch(held.day, held.facts.store, now=now)
    held.day.refresh_from_db()
    return held.day


def _post_today(
    day: StoreDay,
    facts: Day,
    items: Sequence[LateItem],
    *,
    reason: str,
    by: "User",
    now: datetime,
) -> date:
    """Queue the late receipts' journal on an open day, and chain what was decided."""
    store = facts.store
    on = _open_day(store, day, now=now)
    public.lock_day(store, on, now=now)
    lines = _lines(facts, _entries(facts, items), on=on)
    journal = None
    if lines and facts.link is not None:
        journal = post(
            facts.link,
            store,
            on,
            lines,
            mode=facts.book.accounting_mode,
            now=now,
            late_of=day.business_date,
            reason=reason,
            by_name=by.get_username(),
        )
    row_of(store, on)
    body = {
        "day": {"store": day.store_code, "name": day.store_name, "date": day.business_date},
        "round": day.round,
        "late": [{"number": i.number, "gross": i.gross, "vat": i.tax} for i in items],
        "posted_on": on,
        "journal": lines,
        "reference": journal.reference if journal else "",
        "decided": {"by": by.get_username(), "at": now, "reason": reason},
    }
    part = day.packs.filter(round=day.round).count() + 1
    chain.append(day, body, part=part, content_hash=day.content_hash, now=now)
    public.record_audit(
        by=by,
        action="day.post-late",
        subject=str(day),
        after={"receipts": [item.number for item in items], "posted_on": on},
        reason=reason,
        now=now,
    )
    return on
