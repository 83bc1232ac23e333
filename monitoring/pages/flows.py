"""The flows: what moves between the systems, how far behind it is, and what it costs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min, Q
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
from monitoring.services import flow_hours

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
    """Return one row per link, flow and target that sent in the last day or still has work."""
    links = {link.pk: link for link in Link.objects.filter(enabled=True)}
    for link in links.values():
        link.channel, link.owner = connections[link.channel_id], connections[link.owner_id]
    hours = [flow_hours.hour_of(now) - back * flow_hours.HOUR for back in reversed(range(24))]
    sent = flow_hours.sent(since=hours[0])
    unfinished = {(row["link"], row["flow"], row["connection"]): row for row in _unfinished()}
    return [
        _row(
            lane,
            links[lane[0]],
            connections,
            unfinished.get(lane, IDLE),
            [sent.get(lane, {}).get(hour, 0) for hour in hours],
            now=now,
        )
        for lane in sorted({*sent, *unfinished})
        if lane[0] in links
    ]


IDLE = {"waiting_": 0, "checking": 0, "held": 0, "oldest": None}


def _unfinished() -> Any:
    """Return what is not sent yet, by link, flow and target. One query."""
    state = Transfer.State
    return (
        Transfer.objects.unfinished()
        .values("link", "flow", "connection")
        .annotate(
            waiting_=Count("pk", filter=Q(state__in=(state.READY, state.SENDING))),
            checking=Count("pk", filter=Q(state=state.UNKNOWN)),
            held=Count("pk", filter=Q(state=state.HELD)),
            oldest=Min("created_at"),
        )
        .order_by()
    )


def _row(
    lane: flow_hours.Lane,
    link: Link,
    connections: dict[int, Connection],
    counted: dict[str, Any],
    by_hour: list[int],
    *,
    now: datetime,
) -> Flow:
    _, flow, target_id = lane
    target, words = connections[target_id], flow_words(flow)
    title = f"{words}: sent in each hour of the last day"
    return Flow(
        link=link,
        flow=flow,
        words=words,
        state=_state(counted, connection_state(target, now=now), now=now),
        waiting=counted["waiting_"],
        checking=counted["checking"],
        held=counted["held"],
        posted=sum(by_hour),
        oldest=counted["oldest"],
        hours=charts.sparkline(by_hour, title=title),
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
