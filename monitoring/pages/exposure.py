"""Exposure: how long a channel promises what was sold, and what may sell out meanwhile."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max
from django.http import HttpRequest, HttpResponse

from integrations import public as hub
from integrations.public import Link
from monitoring.kit import formats
from monitoring.kit.clock import now_of
from monitoring.kit.figures import Figure, lines
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.models import SaleExposure
from monitoring.pages.pace import in_words
from monitoring.pages.places import place_names
from monitoring.pages.tabs import stock_tabs
from monitoring.services.cover import Scarce, lag_of, scarce
from monitoring.services.exposure import Spread, spreads
from monitoring.services.goods import Goods, goods_of

DAY = timedelta(days=1)
WATCHED = 30


@dataclass(frozen=True)
class Route:
    """One link with its pace, its usual lag, and what sells out within twice of it."""

    link: Link
    pace: str
    lag: timedelta
    scarce: list[dict[str, Any]]


def exposure(request: HttpRequest) -> HttpResponse:
    """The latest day of sales by hour, and last units. A fixed number of queries a link."""
    now = now_of(request)
    newest = SaleExposure.objects.aggregate(at=Max("sold_at"))["at"]
    hours = spreads(since=newest - DAY) if newest else []
    open_rows = SaleExposure.objects.filter(shown_at__isnull=True).select_related("document__store")
    context = {
        "page": PAGE,
        "tabs": stock_tabs("exposure"),
        "hours": hours,
        "figure": _figure(hours),
        "open": list(open_rows.order_by("sold_at")[:10]),
        "open_count": open_rows.count(),
        "is_measured": newest is not None and newest > now - DAY,
        "routes": [_route(link, now) for link in hub.links().filter(enabled=True)],
    }
    partial = "monitoring/partials/_exposure.html"
    return render(request, "monitoring/exposure.html", context, partial=partial)


def _route(link: Link, now: datetime) -> Route:
    lag = lag_of(link, now=now)
    found = scarce(link, within=lag * 2)[:WATCHED]
    names, goods = place_names(), goods_of(row.level.sku for row in found)
    rows = [_watched(row, names, goods.get(row.level.sku, Goods())) for row in found]
    return Route(link, in_words(hub.link_policy(link).stock), lag, rows)


def _watched(row: Scarce, names: dict[str, str], goods: Goods) -> dict[str, Any]:
    place = names.get(row.level.location_code, row.level.location_code)
    return {"row": row, "place": place, "name": goods.name}


def _figure(hours: list[Spread]) -> Figure:
    shown = list(reversed(hours))
    series = {
        "50 of 100 within, s": [_units(each.p50) for each in shown],
        "95 of 100 within, s": [_units(each.p95) for each in shown],
        "99 of 100 within, s": [_units(each.p99) for each in shown],
    }
    labels = [f"{each.hour:%H}:00" for each in shown]
    title = "Seconds from sale to lower level, by hour"
    return lines("exposure", labels, series, title=title, write=formats.quantity)


def _units(seconds: int | None) -> Decimal | None:
    return None if seconds is None else Decimal(seconds)


PAGE = Page(
    path="exposure/",
    name="exposure",
    title="Exposure",
    view=exposure,
    capability=Capability.VIEW_STOCK,
    section="Stock",
)
