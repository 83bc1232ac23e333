"""What a person decides about stock: compare now, the pace of a place, units held back."""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from pydantic import ValidationError

from integrations.models import ChannelLevel, Link
from integrations.operating_model.policy import LinkPolicy, Pace, StockPolicy
from integrations.services import census
from integrations.services.audit import By, record_audit
from integrations.services.commands import CommandError
from integrations.services.levels import mark_dirty
from integrations.services.places import places
from integrations.services.schedule import kick


def start_census(*, link_slug: str, by: By, now: datetime) -> bool:
    """Compare every level of a link now. False when that is under way already."""
    link = _link(link_slug)
    with transaction.atomic():
        begun = census.ask_for_census(link, now=now)
        if begun:
            kick(f"census:{link.slug}", now=now)
            record_audit(by=by, action="stock.compare", subject=link.slug, now=now)
    return begun


def set_pace(
    *, link_slug: str, location_code: str, pace: Pace | None, by: By, reason: str, now: datetime
) -> None:
    """Set when levels of one place are told; of the whole link where `location_code` is empty.

    None gives a place back to the pace of its link. Raises CommandError.
    """
    _needs(reason, "Say why the pace changes; the others will see it.")

    def change(stock: dict[str, Any]) -> None:
        if not location_code:
            stock.update(pace.model_dump(mode="json") if pace else {})
        elif pace is None:
            stock["by_location"].pop(location_code, None)
        else:
            stock["by_location"][location_code] = pace.model_dump(mode="json")

    subject = f"{link_slug} {location_code}".strip()
    with transaction.atomic():
        _change(link_slug, change, "stock.pace", subject, location_code, by, reason, now)


def hold_back(
    *,
    link_slug: str,
    location_code: str,
    sku: str,
    units: Decimal,
    by: By,
    reason: str,
    now: datetime,
) -> None:
    """Promise `units` fewer of one SKU at one place until somebody takes it back with zero.

    It masks a difference and does not mend it: it is counted, and needs a reason.
    """
    _needs(reason, "Say why this cannot be put right at its source.")
    if units < 0 or units != units.quantize(Decimal("0.001")):
        raise CommandError("Hold back nothing or more, with three decimals at most.")
    place = f"{location_code}/{sku}"

    def change(stock: dict[str, Any]) -> None:
        held = stock["safety_stock"]["by_level"]
        held.pop(place, None)
        if units:
            held[place] = str(units)

    with transaction.atomic():
        link = _change(link_slug, change, "stock.hold-back", place, location_code, by, reason, now)
        if not ChannelLevel.objects.filter(
            connection=link.channel, location_code=location_code, sku=sku
        ).exists():
            raise CommandError(f"No level of {sku} is kept there.")
        mark_dirty(link.channel_id, [(location_code, sku)], now=now)
        kick(f"publish:{link.slug}", now=now)


def _needs(reason: str, sentence: str) -> None:
    if not reason.strip():
        raise CommandError(sentence)


def _link(slug: str) -> Link:
    link = Link.objects.select_related("channel").filter(slug=slug).first()
    if link is None:
        raise CommandError("There is no such link.")
    return link


def _change(
    slug: str,
    change: Callable[[dict[str, Any]], None],
    action: str,
    subject: str,
    location_code: str,
    by: By,
    reason: str,
    now: datetime,
) -> Link:
    """Change the stock part of a link's policy under its lock, and say who did."""
    link = Link.objects.select_for_update(of=("self",)).select_related("channel").filter(slug=slug)
    row = link.first()
    if row is None:
        raise CommandError("There is no such link.")
    if location_code and location_code not in places(row).warehouse_of:
        raise CommandError("That place is not mapped, so nothing is told there.")
    before = LinkPolicy.model_validate(row.policy).stock.model_dump(mode="json")
    after = LinkPolicy.model_validate(row.policy).stock.model_dump(mode="json")
    change(after)
    try:
        StockPolicy.model_validate(after)
    except ValidationError as error:
        raise CommandError(f"{error.errors()[0]['msg']}.") from None
    row.policy = {**row.policy, "stock": after}
    row.save(update_fields=("policy",))
    record_audit(
        by=by,
        action=action,
        subject=subject,
        before=_differing(before, after),
        after=_differing(after, before),
        reason=reason.strip(),
        now=now,
    )
    return row


def _differing(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in one.items() if other[key] != value}
