"""Stock to a channel: work out what may be promised, send only what changed, hold what is odd."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import connection as database
from django.db import transaction
from django.db.models import Q, Sum

from integrations.availability import LAST_UNITS, available, is_jump, is_unusual
from integrations.canonical.effects import SetLevel
from integrations.flows import lanes
from integrations.flows.decisions import Planned
from integrations.models import (
    ChannelLevel,
    Document,
    DocumentLine,
    Hold,
    Link,
    StockReading,
    Transfer,
)
from integrations.operating_model.policy import StockPolicy
from integrations.services import cadence
from integrations.services.bulk import update_many
from integrations.services.documents import transfer_of
from integrations.services.places import Places, places
from integrations.services.policy import link_policy
from integrations.services.runtime import Runtime, new_token

FLOW = "stock-to-channel"
BATCH = 5000
OPERATION = SetLevel.operation
# A level in one of these states is not being sent: a newer one takes its place.
REPLACEABLE = (Transfer.State.READY, Transfer.State.UNKNOWN, Transfer.State.HELD)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is known of one place and SKU."""

    sellable: Decimal | None
    in_flight: Decimal


def publish(rt: Runtime, link: Link, *, limit: int = BATCH) -> int:
    """Work out ripe levels and queue those that changed. Returns how many were worked out.

    The rows are locked before their figures are read: a sale that is stored meanwhile marks them
    again when we are done, so that it is never overlooked.
    """
    now = rt.clock()
    policy = link_policy(link).stock
    with transaction.atomic():
        due = _ripe(link, policy, now, limit)
        sending = _places_in(link, Transfer.State.SENDING)
        ready = [level for level in due if _place(level) not in sending]  # others: next time
        if not ready:
            return 0
        figures = _figures(link, places(link), ready)
        for level in ready:
            _work_out(level, figures[_place(level)], policy)
        unsure = _places_unsure(link)
        changed = [level for level in ready if _must_tell(level, unsure=_place(level) in unsure)]
        update_many(
            ChannelLevel,
            ((lv.desired, lv.in_flight, lv.safety, lv.dirty_at, lv.pk) for lv in ready),
            fields=("desired", "in_flight", "safety", "dirty_at"),
        )
        awaiting = _awaiting_approval(link)
        supersede(link, [level for level in ready if level.desired is not None], now)
        _queue(link, changed, policy, now, awaiting=awaiting)
    return len(ready)


def _ripe(link: Link, policy: StockPolicy, now: datetime, limit: int) -> list[ChannelLevel]:
    rows = ChannelLevel.objects.filter(
        cadence.ripe(policy, now=now), connection=link.channel, dirty_at__isnull=False
    )
    if database.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return list(rows.order_by("dirty_at", "id")[:limit])


def _place(level: ChannelLevel) -> tuple[str, str]:
    return level.location_code, level.sku


def _must_tell(level: ChannelLevel, *, unsure: bool) -> bool:
    """Whether what the channel shows is, or may be, another level than it should show."""
    if level.desired is None or _is_absent(level):
        return False
    if unsure or level.told_at is None or level.desired != level.told:
        return True
    was_read_since = level.seen_at and level.told_at and level.seen_at > level.told_at
    return bool(was_read_since and not level.in_flight and level.seen != level.desired)


def _is_absent(level: ChannelLevel) -> bool:
    """The channel was asked and does not list it, and there is nothing of it to sell."""
    was_asked = level.seen_at is not None and level.seen is None
    return was_asked and level.told is None and not level.desired and not level.in_flight


def _work_out(level: ChannelLevel, figures: Figures, policy: StockPolicy) -> None:
    """Unknown is never zero: without a reading there is nothing to tell."""
    level.dirty_at = None
    level.in_flight = figures.in_flight
    level.safety = policy.safety_stock.of(level.sku, level.location_code)
    if figures.sellable is None:
        level.desired = None
        return
    level.desired = available(
        sellable=figures.sellable, safety=level.safety, in_flight=figures.in_flight
    )


def _figures(
    link: Link, where: Places, levels: Sequence[ChannelLevel]
) -> dict[tuple[str, str], Figures]:
    skus = sorted({level.sku for level in levels})
    sellable = _sellable(link, {where.owner_sku(sku) for sku in skus})
    flying = in_flight(link.channel_id, skus)
    return {
        (level.location_code, level.sku): Figures(
            sellable=sellable.get(
                (where.warehouse_of.get(level.location_code, ""), where.owner_sku(level.sku))
            ),
            in_flight=flying.get((level.location_code, level.sku), Decimal(0)),
        )
        for level in levels
    }


def _sellable(link: Link, skus: set[str]) -> dict[tuple[str, str], Decimal]:
    wanted = sorted(skus)
    found: dict[tuple[str, str], Decimal] = {}
    for start in range(0, len(wanted), 500):
        rows = StockReading.objects.filter(
            connection=link.owner, sku__in=wanted[start : start + 500]
        )
        found |= {
            (place, sku): sellable
            for place, sku, sellable in rows.values_list("location_code", "sku", "sellable")
        }
    return found


def in_flight(channel_id: int, skus: Sequence[str]) -> dict[tuple[str, str], Decimal]:
    """Net units the tills sold that the owner's reading does not include, by (location, SKU)."""
    found: dict[tuple[str, str], Decimal] = {}
    for start in range(0, len(skus), 500):
        rows = (
            DocumentLine.objects.filter(
                document__connection_id=channel_id,
                sku__in=skus[start : start + 500],
                absorbed_at__isnull=True,
                is_stocked=True,
            )
            .exclude(document__state__in=(Document.State.SKIPPED, Document.State.DISMISSED))
            .values_list("location_code", "sku")
            .annotate(units=Sum("signed_quantity"))
        )
        found |= {(place, sku): units for place, sku, units in rows}
    return found


def _places_in(link: Link, state: Transfer.State) -> set[tuple[str, str]]:
    """Places with a level in this state."""
    levels = Transfer.objects.filter(connection=link.channel, operation=OPERATION, state=state)
    return set(levels.values_list("location_code", "sku"))


def _places_unsure(link: Link) -> set[tuple[str, str]]:
    """Places where a level was sent and may have landed: an absolute level is simply sent again,
    so that its lost answer leaves it ready, not unknown."""
    levels = Transfer.objects.filter(
        Q(state=Transfer.State.UNKNOWN) | Q(first_sent_at__isnull=False),
        connection=link.channel,
        operation=OPERATION,
        state__in=REPLACEABLE,
    )
    return set(levels.values_list("location_code", "sku"))


def _awaiting_approval(link: Link) -> set[tuple[str, str]]:
    """Places whose level waits for a person: they are not let go one by one."""
    holds = Hold.objects.open().filter(link=link, kind="STOCK_WRITE_HELD")
    return set(holds.values_list("transfer__location_code", "transfer__sku"))


def _queue(
    link: Link,
    changed: Sequence[ChannelLevel],
    policy: StockPolicy,
    now: datetime,
    *,
    awaiting: set[tuple[str, str]],
) -> None:
    if not changed:
        return
    transfers = [
        transfer_of(
            Planned(
                key=f"{FLOW}:{link.channel.slug}:{level.location_code}:{level.sku}"
                f":{new_token()[:12]}",
                effect=SetLevel(
                    location_code=level.location_code,
                    sku=level.sku,
                    level=level.desired or Decimal(0),
                ),
                lane=lanes.LAST_UNITS if (level.desired or 0) <= LAST_UNITS else lanes.STOCK,
            ),
            flow=FLOW,
            link=link,
            target_id=link.channel_id,
            document=None,
            waits_for=None,
            now=now,
        )
        for level in changed
    ]
    unusual = _is_unusual(link, changed, policy)
    held = [
        (level, transfer)
        for level, transfer in zip(changed, transfers, strict=True)
        if unusual or (_place(level) in awaiting and _is_odd(level))
    ]
    for _, transfer in held:
        transfer.state = Transfer.State.HELD
    Transfer.objects.bulk_create(transfers, batch_size=500)
    if held:
        _hold_for_approval(link, [lv for lv, _ in held], [t for _, t in held], now)


def _is_odd(level: ChannelLevel) -> bool:
    told, desired = level.told, level.desired
    if told is None or desired is None:
        return False
    return (told > LAST_UNITS and not desired) or is_jump(told, desired)


def _is_unusual(link: Link, changed: Sequence[ChannelLevel], policy: StockPolicy) -> bool:
    guard = policy.guard
    moves = [
        (lv.told, lv.desired) for lv in changed if lv.told is not None and lv.desired is not None
    ]
    if len(moves) < guard.min_rows:
        return False
    return is_unusual(
        levels=ChannelLevel.objects.filter(connection=link.channel, told__isnull=False).count(),
        zeroed=sum(1 for told, desired in moves if told > LAST_UNITS and not desired),
        jumped=sum(1 for told, desired in moves if is_jump(told, desired)),
        max_zeroed_percent=guard.max_zeroed_percent,
        max_changed_percent=guard.max_changed_percent,
    )


def _hold_for_approval(
    link: Link, changed: Sequence[ChannelLevel], transfers: Sequence[Transfer], now: datetime
) -> None:
    zeroed = sum(1 for level in changed if not level.desired)
    sentence = (
        f"{len(changed)} levels of {link.channel.label} would change at once, "
        f"{zeroed} of them to zero. Nothing was sent."
    )
    Hold.objects.bulk_create(
        (
            Hold(
                kind="STOCK_WRITE_HELD",
                subject=link.slug,
                sentence=sentence,
                link=link,
                connection=link.channel,
                transfer=transfer,
                opened_at=now,
            )
            for transfer in transfers
        ),
        batch_size=500,
    )


def supersede(link: Link, levels: Sequence[ChannelLevel], now: datetime) -> None:
    """Older levels of these places that are not being sent are replaced; absolute levels may be."""
    by_place: dict[str, list[str]] = {}
    for level in levels:
        by_place.setdefault(level.location_code, []).append(level.sku)
    for place, skus in by_place.items():
        for start in range(0, len(skus), 500):
            old = Transfer.objects.filter(
                connection=link.channel,
                operation=OPERATION,
                location_code=place,
                sku__in=skus[start : start + 500],
                state__in=REPLACEABLE,
            )
            ids = list(old.values_list("pk", flat=True))
            Hold.objects.open().filter(transfer_id__in=ids).update(
                closed_at=now, closed_reason="A newer level replaced it."
            )
            Transfer.objects.filter(pk__in=ids, state__in=REPLACEABLE).update(
                state=Transfer.State.SUPERSEDED, closed_reason="A newer level replaced it."
            )
