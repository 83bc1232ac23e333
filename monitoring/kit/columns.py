"""Table columns that write a value the one way that the house writes it."""

from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring.kit import formats
from monitoring.kit.icons import icon

NUMBER: dict[str, Any] = {"td": {"class": "num"}, "th": {"class": "num"}}


class MoneyColumn(tables.Column):
    """An amount. The header states the currency once; where a page mixes, each cell does.

    `currency` is the accessor of the row's currency code. Values are Decimal.
    """

    def __init__(self, *, currency: str = "currency", **options: Any) -> None:
        options.setdefault("attrs", NUMBER)
        super().__init__(**options)
        self.currency = tables.A(currency)
        self.common = ""

    def agree(self, records: list[Any]) -> None:
        """Read the page's rows and find out whether they share one currency."""
        codes = {code for record in records if (code := self._code(record))}
        self.common = codes.pop() if len(codes) == 1 else ""

    @property
    def header(self) -> str:
        label = str(self.verbose_name or "")
        return f"{label}, {formats.SYMBOLS.get(self.common, self.common)}" if self.common else label

    def render(self, value: Decimal, record: Any) -> SafeString:
        code = self._code(record)
        text = formats.amount(value, code) if self.common else formats.money(value, code)
        return format_html('<span class="{}">{}</span>', "" if value else "faint", text)

    def _code(self, record: Any) -> str:
        return str(self.currency.resolve(record, quiet=True) or "")


class QuantityColumn(tables.Column):
    """Units, right-aligned. A missing quantity is a dash, never zero."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("attrs", NUMBER)
        super().__init__(**options)

    def render(self, value: Decimal | int) -> str:
        return formats.quantity(value)


class TimeColumn(tables.Column):
    """How long ago; the absolute time in the store's zone on hover.

    `zone` is the accessor of an IANA zone name on the row; without one the time is in UTC.
    """

    def __init__(self, *, zone: str = "", **options: Any) -> None:
        options.setdefault("attrs", NUMBER)
        super().__init__(**options)
        self.zone = tables.A(zone) if zone else None

    def render(self, value: datetime, record: Any, table: Any) -> SafeString:
        zone = (self.zone.resolve(record, quiet=True) if self.zone else "") or "UTC"
        return time_tag(value, now=table.now, zone=zone)


class IdColumn(tables.Column):
    """An identifier in monospace with a button that copies it."""

    def render(self, value: object) -> SafeString:
        return id_tag(value)


class StateColumn(tables.Column):
    """A state as word, shape and colour. The row answers `tone` (see TONES) by its accessor."""

    def __init__(self, *, tone: str, **options: Any) -> None:
        super().__init__(**options)
        self.tone = tables.A(tone)

    def render(self, value: object, record: Any) -> SafeString:
        return badge_tag(str(value), self.tone.resolve(record, quiet=True) or "unknown")


TONES = {
    "wrong": "circle-alert",
    "soon": "triangle-alert",
    "waiting": "clock",
    "agrees": "circle-check",
    "unknown": "circle-dashed",
}


def badge_tag(label: str, tone: str) -> SafeString:
    """Return a badge. Raises KeyError for a tone that means nothing."""
    return format_html(
        '<span class="badge badge--{}">{}<span>{}</span></span>', tone, icon(TONES[tone]), label
    )


def time_tag(moment: datetime | None, *, now: datetime, zone: str = "UTC") -> SafeString:
    """Return a `<time>`: relative to read, absolute in `zone` on hover, ISO for machines."""
    if moment is None:
        return format_html('<span class="faint">{}</span>', formats.NOTHING)
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        formats.absolute(moment, zone),
        formats.relative(moment, now=now),
    )


def clock_tag(moment: datetime, zone: str) -> SafeString:
    """Return a `<time>`: hours and minutes on the clock of `zone`, the whole moment on hover."""
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        moment.isoformat(),
        formats.absolute(moment, zone),
        f"{moment.astimezone(ZoneInfo(zone)):%H:%M}",
    )


def id_tag(value: object) -> SafeString:
    """Return an identifier with its copy button (the button appears only with JavaScript)."""
    return format_html(
        '<span class="id"><code>{0}</code><button class="copy" type="button" data-copy="{0}" '
        'aria-label="Copy {0}" title="Copy">{1}</button></span>',
        value,
        icon("copy"),
    )
