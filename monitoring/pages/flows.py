"""The flows: what moves between the systems, how far behind it is, and what it costs."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.db.models.functions import TruncHour
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString

from integrations.public import Connection, Link, StreamCursor, Transfer
from monitoring.kit import charts
from monitoring.kit.clock import now_of
from monitoring.kit.page import Page, render
from monitoring.kit.permissions import Capability
from monitoring.pages.background import RUN, background
from monitoring.pages.states import State, connection_state, flow_words
from monitoring.pages.tabs import flow_tabs

DAY = timedelta(days=1)
LATE = timedelta(minutes=15)  # older than this, waiting work is no longer ordinary
STREAMS = {
    "orders": "Store sales and returns",
    "z-reports": "Till closes",
    "products": "Products",
    "warehouse-transactions": "Stock movements at the tills",
    "stock-changes": "Stock changes",
    "catalogue": "Product list",
}


@dataclass(frozen=True)
class Flow:
    """One flow of one link, as its row shows it. Counts are of transfers."""

    link: Link
    flow: str
    words: str
    state: State
    waiting: int
    checking: int
    held: int
    posted: int
    oldest: datetime | None
    last: datetime | None
    hours: SafeString
    source: Connection
    target: Connection


def flows(request: HttpRequest) -> HttpResponse:
    """Everything that moves. A fixed number of queries."""
    now = now_of(request)
    connections = {row.pk: row for row in Connection.objects.all()}
    rows = list(flow_rows(connections, now=now))
    context = {
        "page": PAGE,
        "tabs": flow_tabs(0),
        "flows": rows,
        "map": drawn(connections, rows, now=now),
        "streams": stream_rows(now=now),
        "background": background(now=now),
    }
    return render(
        request, "monitoring/flows.html", context, partial="monitoring/partials/_flows.html"
    )


def flow_rows(connections: dict[int, Connection], *, now: datetime) -> list[Flow]:
    """Return one row per link and flow that has moved in the last day or still waits."""
    links = {link.pk: link for link in Link.objects.filter(enabled=True)}
    for link in links.values():
        link.channel, link.owner = connections[link.channel_id], connections[link.owner_id]
    hourly = _hourly(now)
    found = _counted(now)
    return [
        _row(counted, links[counted["link"]], connections, hourly, now=now)
        for counted in found
        if counted["link"] in links
    ]


def _counted(now: datetime) -> Any:
    state = Transfer.State
    ready = Q(state__in=(state.READY, state.SENDING))
    recent = Q(state=state.POSTED, created_at__gte=now - DAY)
    return (
        Transfer.objects.filter(Q(state__in=Transfer.UNFINISHED) | recent)
        .values("link", "flow", "connection")
        .annotate(
            waiting_=Count("pk", filter=ready),
            checking=Count("pk", filter=Q(state=state.UNKNOWN)),
            held=Count("pk", filter=Q(state=state.HELD)),
            posted=Count("pk", filter=recent),
            oldest=Min("created_at", filter=Q(state__in=Transfer.UNFINISHED)),
        )
        .order_by("link", "flow")
    )


def _hourly(now: datetime) -> dict[tuple[int, str], dict[datetime, int]]:
    """Return how many were sent in each hour of the last day, by link and flow."""
    rows = (
        Transfer.objects.filter(state=Transfer.State.POSTED, created_at__gte=now - DAY)
        .annotate(hour=TruncHour("posted_at"))
        .values_list("link", "flow", "hour")
        .annotate(Count("pk"))
        .order_by()
    )
    hours: dict[tuple[int, str], dict[datetime, int]] = defaultdict(dict)
    for link, flow, hour, found in rows:
        if hour is not None:
            hours[link, flow][hour] = found
    return hours


def _row(
    counted: dict[str, Any],
    link: Link,
    connections: dict[int, Connection],
    hourly: dict[tuple[int, str], dict[datetime, int]],
    *,
    now: datetime,
) -> Flow:
    target = connections[counted["connection"]]
    by_hour = hourly[link.pk, counted["flow"]]
    first = (now - DAY).replace(minute=0, second=0, microsecond=0)
    values = [by_hour.get(first + timedelta(hours=step), 0) for step in range(25)]
    words = flow_words(counted["flow"])
    return Flow(
        link=link,
        flow=counted["flow"],
        words=words,
        state=_state(counted, connection_state(target, now=now), now=now),
        waiting=counted["waiting_"],
        checking=counted["checking"],
        held=counted["held"],
        posted=counted["posted"],
        oldest=counted["oldest"],
        last=max(by_hour, default=None),
        hours=charts.sparkline(values, title=f"{words}: sent in each hour of the last day"),
        source=link.channel if target == link.owner else link.owner,
        target=target,
    )


def _state(counted: dict[str, Any], target: State, *, now: datetime) -> State:
    """Say how a flow is: green only if its target answers and nothing is held or late."""
    if target.tone in ("wrong", "waiting"):
        return State(f"Target {target.word}", target.tone, target.sentence)
    if counted["held"]:
        return State("Some need a person", "soon")
    if counted["oldest"] and now - counted["oldest"] > LATE:
        return State("Behind", "soon")
    if target.tone != "agrees":
        return State(f"Target {target.word}", target.tone, target.sentence)
    return State("Keeping up", "agrees")


def drawn(connections: dict[int, Connection], rows: list[Flow], *, now: datetime) -> SafeString:
    """Draw the retailer's systems with what moved between them in the last day."""
    systems = []
    for row in connections.values():
        state = connection_state(row, now=now)
        label = row.get_role_display()
        detail = f"{label[:1].upper()}{label[1:]}, {state.word}"
        systems.append(charts.MapSystem(row.slug, row.label, row.role, state.tone, detail))
    drawn_flows = [
        charts.MapFlow(
            row.source.slug, row.target.slug, row.words, row.posted, row.held, row.state.tone
        )
        for row in rows
    ]
    return charts.system_map(systems, drawn_flows, title="Systems and what moved in the last day")


def stream_rows(*, now: datetime) -> list[dict[str, Any]]:
    """Return how far each feed has been read, with its state."""
    cursors = StreamCursor.objects.select_related("connection").order_by("connection", "stream")
    return [
        {
            "cursor": cursor,
            "words": STREAMS.get(cursor.stream, flow_words(cursor.stream)),
            "state": _reading(cursor, now=now),
        }
        for cursor in cursors
    ]


def _reading(cursor: StreamCursor, *, now: datetime) -> State:
    if cursor.last_error:
        return State("Cannot be read", "wrong", cursor.last_error)
    if cursor.read_at is None:
        return State("Not read yet", "unknown")
    if cursor.caught_up_at is None or cursor.caught_up_at < cursor.read_at:
        return State("Catching up", "waiting")
    return State("Up to date", "agrees") if now - cursor.read_at < DAY else State("Old", "soon")


PAGE = Page(
    path="flows/",
    name="flows",
    title="Flows",
    view=flows,
    capability=Capability.VIEW_FLOWS,
    section="Flows",
    icon="git-compare-arrows",
    menu=True,
    actions=(RUN,),
)
