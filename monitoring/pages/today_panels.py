"""The panels of Today: each role gets its own in its own order; what it may not see is not read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.http import HttpRequest

from integrations import public as hub
from monitoring.kit import charts, formats
from monitoring.kit.charts import Hour, ShopRow
from monitoring.kit.clock import now_of
from monitoring.kit.page import person
from monitoring.kit.permissions import BY_SLUG, Capability, can, roles_of
from monitoring.kit.tiles import TILES
from monitoring.pages.audit import in_words
from monitoring.pages.case_words import SEVERITIES, clock_tag
from monitoring.pages.checklist import Line, lines_of, may_tick, today_of
from monitoring.pages.flows import drawn, flow_rows
from monitoring.pages.health import dots
from monitoring.pages.mapping_reads import summaries
from monitoring.public import ExceptionCase
from monitoring.services.measures import HEARD, heard
from monitoring.services.notices import for_person
from monitoring.silence import quiet_since, strip
from monitoring.words import listed

CHANGES, SHOPS = 5, 30
RECENT = timedelta(days=3)
VERBS = {
    "PAYMENT_UNMAPPED": "Map this payment type",
    "SKU_UNMAPPED": "Map or create this SKU",
    "MAP_OPS_MISSING": "Add the missing row",
    "MAP_TAX_MISSING": "Map this VAT rate",
    "OUTCOME_UNKNOWN": "Say whether it arrived",
    "STOCK_WRITE_HELD": "Look at the change",
    "SYSTEM_SILENT": "See the connection",
}

# What each role sees beneath its exceptions, in this order.
MOVING = ("checklist", "shops", "systems", "map", "days", "unmapped")
BOOKS = ("days", "checklist", "unmapped", "systems", "map", "shops")
LAYOUT: dict[str, tuple[str, ...]] = {
    "operator": MOVING,
    "warehouse": MOVING,
    "merchandising": ("checklist", "unmapped", "systems", "map"),
    "finance_preparer": BOOKS,
    "finance_approver": BOOKS,
    "store": ("checklist", "shops", "days"),
    "customer_experience": ("checklist", "shops"),
    "admin": ("systems", "unmapped", "checklist", "map", "changes", "shops", "days"),
    "auditor": ("changes", "days", "systems", "map", "shops", "unmapped", "checklist"),
}


@dataclass(frozen=True)
class Panel:
    """One panel: the template that shows it, and what it shows."""

    template: str
    data: Any


def panels(request: HttpRequest) -> list[Panel]:
    """Return this person's panels. Nothing is asked for a panel that is not shown."""
    found = (_panel(request, key) for key in layout_of(request))
    return [panel for panel in found if panel is not None]


def layout_of(request: HttpRequest) -> list[str]:
    """Return the panels of all the roles of a person, in the order of the first that has each."""
    slugs = [role.slug for role in roles_of(request.user)] or ["operator"]
    return list(dict.fromkeys(key for slug in slugs for key in LAYOUT[slug]))


def _panel(request: HttpRequest, key: str) -> Panel | None:
    if key in TILES:
        tile = TILES[key]
        data = tile.read(request) if can(request.user, tile.capability) else None
        return Panel(tile.template, data) if data else None
    if key not in PANELS:
        return None  # the application that brings it is not installed
    capability, read = PANELS[key]
    data = read(request) if can(request.user, capability) else None
    return Panel(f"monitoring/partials/_today_{key}.html", data) if data else None


def card(case: ExceptionCase, *, now: datetime) -> dict[str, Any]:
    return {
        "case": case,
        "severity": SEVERITIES[case.severity],
        "clock": clock_tag(case, now=now),
        "verb": VERBS.get(case.type_key, "Look into it"),
    }


def for_you(request: HttpRequest) -> list[Any]:
    """Return what somebody wrote to this person, or what ran out on them, and is still open."""
    return list(for_person(person(request), since=now_of(request) - RECENT))


def _checklist(request: HttpRequest) -> dict[str, Any] | None:
    own = [role for role in roles_of(request.user)]
    if not own or not may_tick(request, own[0].slug):
        return None
    lines: list[Line] = lines_of(own[0].slug, today_of(request))
    done = sum(line.done is not None for line in lines)
    return {"role": BY_SLUG[own[0].slug], "lines": lines, "done": done} if lines else None


def _map(request: HttpRequest) -> Any:
    connections, now = _connections(request), now_of(request)
    return drawn(connections, flow_rows(connections, now=now), now=now) if connections else None


def _systems(request: HttpRequest) -> Any:
    return dots(_connections(request).values(), now=now_of(request))


def _connections(request: HttpRequest) -> dict[int, hub.Connection]:
    """Read once for all panels of one request."""
    kept: dict[int, hub.Connection] | None = getattr(request, "connections", None)
    if kept is None:
        kept = {row.pk: row for row in hub.connections()}
        request.connections = kept  # type: ignore[attr-defined]
    return kept


def _unmapped(request: HttpRequest) -> Any:
    return [each for each in summaries() if each.waiting]


def _changes(request: HttpRequest) -> Any:
    entries = list(hub.audit_entries()[:CHANGES])
    return [(entry, in_words(entry.action).lower()) for entry in entries]


def _shops(request: HttpRequest) -> dict[str, Any] | None:
    """Draw which shops were heard in which hour, those that are silent first. Two queries."""
    now = now_of(request)
    until = now.replace(minute=0, second=0, microsecond=0)
    rows = list(heard(now=now).values_list("key", "hour", "value"))
    counted = {hour for key, hour, _ in rows if key == HEARD}
    prefix = f"{HEARD}:"
    counts = {
        (key.removeprefix(prefix), hour): int(value)
        for key, hour, value in rows
        if key.startswith(prefix)
    }
    stores = [(store.code, store.name) for store in hub.stores().filter(is_open=True)]
    if not stores or not counted:
        return None
    drawn = [
        _shop(name, strip(code, until=until, counts=counts, counted=counted), now=now)
        for code, name in stores
    ]
    drawn.sort(key=lambda row: row.tone != "soon")
    title = "Receipts heard from each shop, hour by hour, the last day"
    return {
        "strip": charts.silence(drawn[:SHOPS], title=title),
        "rows": drawn[:SHOPS],
        "more": max(len(drawn) - SHOPS, 0),
        "silent": listed([row.name for row in drawn if row.tone == "soon"]),
    }


def _shop(name: str, hours: list[Any], *, now: datetime) -> ShopRow:
    since = quiet_since(hours)
    cells = [Hour(f"{each.hour:%H}", _kind(each), _words(name, each)) for each in hours]
    if since is not None:
        usual = next(each.usual for each in hours if each.hour == since)
        length = formats.age(now - since)
        return ShopRow(name, cells, f"Silent for {length}, usually {usual} an hour", "soon")
    last = next((each for each in reversed(hours) if each.count), None)
    total = sum(each.count or 0 for each in hours)
    words = f"{total:,} in the last day" if last else "Nothing in the last day"
    return ShopRow(name, cells, words, "")


def _kind(hour: Any) -> str:
    if hour.count is None:
        return "unknown"
    if hour.count:
        return "heard"
    return "silent" if hour.is_silent else "closed"


def _words(name: str, hour: Any) -> str:
    if hour.count is None:
        return f"{name}, {hour.hour:%H:%M} UTC: not counted"
    usual = f", usually {hour.usual}" if hour.usual is not None else ""
    return f"{name}, {hour.hour:%H:%M} UTC: {hour.count} heard{usual}"


Read = Callable[[HttpRequest], Any]
PANELS: dict[str, tuple[Capability, Read]] = {
    "checklist": (Capability.TICK_CHECKLIST, _checklist),
    "shops": (Capability.VIEW_ORDERS, _shops),
    "systems": (Capability.VIEW_FLOWS, _systems),
    "map": (Capability.VIEW_FLOWS, _map),
    "unmapped": (Capability.VIEW_MAPPINGS, _unmapped),
    "changes": (Capability.VIEW_SETTINGS, _changes),
}
