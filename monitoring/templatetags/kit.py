"""The words of the house in templates: money, quantities, times, ids, icons, badges."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring.kit import formats
from monitoring.kit.clock import now_of
from monitoring.kit.columns import TONES, badge_tag, clock_tag, id_tag, time_tag
from monitoring.kit.filters import without
from monitoring.kit.icons import icon as icon_markup
from monitoring.kit.permissions import can as may

register = template.Library()

register.filter("quantity", formats.quantity)
register.filter("signed", formats.signed)
register.filter("age", formats.age)
register.simple_tag(icon_markup, name="icon")
register.simple_tag(badge_tag, name="badge")
register.filter("id", id_tag)
register.filter("at", clock_tag)


@register.simple_tag
def badge_icon(tone: str) -> SafeString:
    """The shape that goes with a tone, where the word stands elsewhere."""
    return icon_markup(TONES[tone])


@register.filter
def money(value: Decimal | None, currency: str) -> str:
    return formats.money(value, currency)


@register.filter
def amount(value: Decimal | None, currency: str = "") -> str:
    return formats.amount(value, currency)


@register.simple_tag(takes_context=True)
def ago(context: dict[str, Any], moment: datetime | None, zone: str = "UTC") -> SafeString:
    return time_tag(moment, now=now_of(context["request"]), zone=zone)


@register.simple_tag
def at(moment: datetime, zone: str = "UTC") -> SafeString:
    """A time of day in a store's zone, to the second; the day on hover."""
    local = moment.astimezone(ZoneInfo(zone))
    whole = formats.absolute(moment, zone)
    shape = '<time datetime="{}" title="{}">{}</time>'
    return format_html(shape, moment.isoformat(), whole, f"{local:%H:%M:%S}")


@register.simple_tag(takes_context=True)
def clock(context: dict[str, Any]) -> SafeString:
    """The page's own time, for its "as of": the time to read, the day on hover."""
    now = now_of(context["request"])
    words = f"{now:%H:%M:%S} UTC"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', now.isoformat(), formats.absolute(now), words
    )


@register.filter
def can(user: Any, capability: str) -> bool:
    """Hide what a role may not do; the page or action refuses it as well."""
    return may(user, capability)


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: object) -> str:
    """Return this page's query string with `changes`; sorting and paging start again."""
    kept = context["request"].GET.copy()
    for name in ("page", "after", "before"):
        kept.pop(name, None)
    for name, value in changes.items():
        kept.pop(name, None)
        if value not in (None, ""):
            kept[name] = str(value)
    return f"?{kept.urlencode()}" if kept else "?"


@register.simple_tag(takes_context=True)
def query_without(context: dict[str, Any], *names: str) -> str:
    return without(context["request"].GET, *names)


@register.filter
def get(mapping: dict[str, Any], key: str) -> Any:
    return mapping.get(key)
