"""One SKU: how its level comes about in every place, what moved it, and what to do about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from integrations import public as hub
from integrations.public import CatalogueItem, ChannelLevel, CommandError, Document, DocumentLine
from monitoring.drift import Cause
from monitoring.kit.clock import now_of
from monitoring.kit.figures import Figure, Steps, steps
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability
from monitoring.models import SaleExposure
from monitoring.pages.drift_words import why
from monitoring.pages.places import prepare
from monitoring.services.sku_story import Event, Story, story

PLACES, MOVES, SHOWN = 200, 15, 40
LEAD = timedelta(hours=1)  # shown before the first step


def sku(request: HttpRequest, sku: str) -> HttpResponse:
    """One SKU everywhere; its story at one place. A fixed number of queries."""
    now = now_of(request)
    items = list(CatalogueItem.objects.filter(sku=sku).select_related("connection"))
    rows = list(ChannelLevel.objects.filter(sku=sku).select_related("connection")[:PLACES])
    lines = DocumentLine.objects.filter(sku=sku).select_related("document", "document__store")
    moves = list(lines.order_by("-document__placed_at")[:MOVES])
    if not (items or rows or moves):
        raise Http404
    prepare(rows, now=now)
    longest = max((row.drift.length for row in rows), default=Decimal(0))  # type: ignore[attr-defined]
    for row in rows:
        row.why = why(row.drift, longest=longest)  # type: ignore[attr-defined]
    for move in moves:
        move.is_return = move.document.kind == Document.Kind.RETURN  # type: ignore[attr-defined]
    rows.sort(key=lambda row: row.place)  # type: ignore[attr-defined]
    context = {"page": PAGE, "sku": sku, "items": items, "rows": rows, "moves": moves}
    context |= _chosen(rows, request.GET.get("place", ""), now=now)
    context["exposed"] = SaleExposure.objects.filter(
        document__in=[move.document_id for move in moves], shown_at__isnull=True
    ).count()
    partial = "monitoring/partials/_sku.html"
    return render(request, "monitoring/sku.html", context, partial=partial)


def _chosen(rows: list[Any], place: str, *, now: datetime) -> dict[str, Any]:
    """The place that the page tells the story of: the one asked for, else the oddest."""
    if not rows:
        return {}
    asked = [row for row in rows if row.location_code == place]
    row = asked[0] if asked else max(rows, key=lambda row: (row.drift.length, row.place))
    for link in hub.links().filter(channel=row.connection_id, enabled=True):
        where = hub.places(link)
        if row.location_code in where.warehouse_of:
            told = story(row, link, where, now=now)
            latest = [_step(event) for event in reversed(told.events)][:SHOWN]
            return {
                "row": row,
                "link": link,
                "story": told,
                "latest": latest,
                "figure": _figure(told, link, row, now),
                "fixes": fixes(row, link),
            }
    return {"row": row}


def _step(event: Event) -> dict[str, Any]:
    return {"event": event, "sets": event.kind == "told"}


def _figure(told: Story, link: hub.Link, row: Any, now: datetime) -> Figure:
    """Both levels from before the first step until now, with what moved them."""
    events = told.events
    first = [(events[0].at - LEAD, told.opening)] if events else []
    marks = {
        "Sold": ("sold", "x"),
        "Returned": ("returned", "circle"),
        "Changed at the owner": ("changed", "diamond"),
        "Booked at the till": ("booked", "square"),
        "Told": ("told", "triangle-up"),
    }
    return steps(
        "levels",
        {
            link.owner.label: Steps(
                [*first, *((each.at, each.owner) for each in events), (now, row.owner)]
            ),
            link.channel.label: Steps(
                [*((each.at, each.channel) for each in events), (now, row.channel)]
            ),
        },
        {
            name: (symbol, [(each.at, _height(each)) for each in events if each.kind == kind])
            for name, (kind, symbol) in marks.items()
        },
        title="Level in each system over the last four weeks",
    )


def _height(event: Event) -> Decimal | None:
    return event.channel if event.kind in ("told", "booked") else event.owner


@dataclass(frozen=True)
class FixAtSource:
    """One way to put a difference right where it began."""

    words: str
    url: str = ""
    link: str = ""


def fixes(row: Any, link: hub.Link) -> list[FixAtSource]:
    """Return what can be done at the source, in the order in which to try."""
    found: list[FixAtSource] = []
    for part in row.drift.parts:
        if part.kind in (Cause.HELD, Cause.UNMAPPED):
            found += [
                FixAtSource(f"{part.label} Let receipt {ref.label} go.", _trace(ref.pk), ref.label)
                for ref in part.refs[:3]
            ]
        elif part.kind is Cause.PUSH_FAILED:
            found.append(
                FixAtSource(
                    f"{link.channel.label} did not take the level. {part.label}",
                    f"{reverse('exceptions')}?tab=all",
                    "See the exception",
                )
            )
        elif part.kind is Cause.ONE_SIDED:
            found.append(
                FixAtSource(
                    f"{part.label}: if it is right, book it in {link.owner.label} too; the next "
                    "level follows from there. If not, do nothing: the till is told again."
                )
            )
        elif part.kind is Cause.UNEXPLAINED:
            found.append(
                FixAtSource(
                    f"Ask the store to count it, and book the count in {link.owner.label}. "
                    "Then compare again."
                )
            )
    if row.sides.is_unmapped:
        found.append(FixAtSource(row.drift.reason + ".", reverse("mappings"), "Map it"))
    return found


def _trace(document_id: int) -> str:
    return reverse("trace", args=[document_id])


def hold_back(request: HttpRequest, sku: str) -> HttpResponse:
    """Promise fewer here, with a reason: it masks a difference, and is counted."""
    place = request.POST.get("place", "")
    try:
        units = Decimal(request.POST.get("units", ""))
        hub.hold_back(
            link_slug=request.POST.get("link", ""),
            location_code=place,
            sku=sku,
            units=units,
            by=person(request),
            reason=request.POST.get("reason", ""),
            now=now_of(request),
        )
    except InvalidOperation:
        messages.error(request, "Say how many units to hold back, as a number.")
    except CommandError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "The promise is worked out again; the till is told at once.")
    return redirect(f"{reverse('sku', args=[sku])}?place={place}")


PAGE = Page(
    path="stock/<path:sku>/",
    name="sku",
    title="SKU",
    view=sku,
    capability=Capability.VIEW_STOCK,
    section="Stock",
    actions=(
        Action(
            "stock-hold-back/<path:sku>/",
            "stock-hold-back",
            hold_back,
            Capability.APPROVE_STOCK_WRITE,
        ),
    ),
)
