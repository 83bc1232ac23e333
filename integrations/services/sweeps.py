"""The sweeps of the hub: short, repeatable, each for one connection or link."""

from datetime import datetime, timedelta

from django.db.models import Min

from integrations.connectors.errors import ConnectorError, ThrottledError
from integrations.models import Connection, InboundEvent, Link
from integrations.services import (
    cadence,
    claim,
    health,
    interval,
    pace,
    readings,
    replay_runs,
    subscriptions,
)
from integrations.services.audit_chain import seal_entries
from integrations.services.calls import store_calls
from integrations.services.census import census, is_new, take_over
from integrations.services.choices import refresh_choices
from integrations.services.deliver import deliver
from integrations.services.fetch import ask_for_parents, fetch
from integrations.services.plan import plan
from integrations.services.policy import link_policy
from integrations.services.poll import poll
from integrations.services.publish import publish
from integrations.services.runtime import Runtime
from integrations.services.schedule import Answer, SweepKind, kick, register
from integrations.services.settle import settle
from integrations.services.usage import count_uses
from integrations.services.verify import verify

MAX_AGE = timedelta(hours=24)  # a reading older than this is read again even if nothing moved


def active_connections() -> list[str]:
    return list(
        Connection.objects.filter(state=Connection.State.ACTIVE).values_list("slug", flat=True)
    )


def enabled_links() -> list[str]:
    return list(Link.objects.filter(enabled=True).values_list("slug", flat=True))


def once() -> list[str]:
    return [""]


def _connection(rt: Runtime, slug: str) -> Connection | datetime:
    """The connection if it may be called now, else when to look again.

    After a pause one cheap question decides whether the lane opens, so that no record is used
    as a probe.
    """
    now = rt.clock()
    connection = Connection.objects.get(slug=slug)
    if connection.state != Connection.State.ACTIVE:
        return now + timedelta(minutes=1)
    until = connection.circuit_open_until
    if until is None:
        return connection
    if until > now:
        return until
    return _probe(rt, connection, now)


def _probe(rt: Runtime, connection: Connection, now: datetime) -> Connection | datetime:
    connector, buffer = rt.open(connection)
    probe = connector.check()
    store_calls(connection, buffer.drain())
    if probe.error is not None:  # refused, down or throttled: it stays what it is
        return health.note_trouble(connection, probe.error, now=now)
    health.note_success(connection, now=now)
    return connection


def intake(rt: Runtime, slug: str) -> Answer:
    """Hints first (a till sale must not wait), then the streams that are due, then plan."""
    connection = _connection(rt, slug)
    if isinstance(connection, datetime):
        return connection
    more = fetch(rt, connection) > 0
    more |= poll(rt, connection)
    if more:
        plan_now(rt, "")
    return more or _next_hint(connection) or False


def _next_hint(connection: Connection) -> datetime | None:
    """When a hint that had to wait for its fetch may be tried again."""
    waiting = InboundEvent.objects.hints().filter(
        connection=connection, state=InboundEvent.State.RECEIVED
    )
    at: datetime | None = waiting.aggregate(at=Min("not_before"))["at"]
    return at


def plan_now(rt: Runtime, _: str) -> Answer:
    """Plan what is in the inbox and wake up who delivers it."""
    planned = plan(rt)
    if planned:
        now = rt.clock()
        for link in Link.objects.filter(enabled=True).select_related("owner", "channel"):
            kick(f"deliver:{link.owner.slug}", now=now)
            kick(f"publish:{link.slug}", now=now)
    _ask_for_sales(rt)
    return planned > 0


def _ask_for_sales(rt: Runtime) -> None:
    """Sales that returns wait for and that did not come by themselves."""
    now = rt.clock()
    parked = InboundEvent.objects.filter(state=InboundEvent.State.PARKED)
    for connection in Connection.objects.filter(pk__in=parked.values("connection")):
        if ask_for_parents(connection, now=now):
            kick(f"intake:{connection.slug}", now=now)


def deliver_now(rt: Runtime, slug: str) -> Answer:
    """Send what is due; read orders back soon, because goods notes build upon them."""
    connection = _connection(rt, slug)
    if isinstance(connection, datetime):
        return connection
    gather_until = pace.rest_until(connection, now=rt.clock())
    if gather_until is not None:
        return gather_until
    sent, rest_until = deliver(rt, connection)
    if rest_until is not None:
        return rest_until
    read = verify(rt, connection, busy=sent > 0)
    return bool(sent or read)


def settle_now(rt: Runtime, slug: str) -> Answer:
    connection = _connection(rt, slug)
    if isinstance(connection, datetime):
        return connection
    settled = settle(rt, connection)
    if settled:
        kick(f"deliver:{slug}", now=rt.clock())
    return settled > 0


def read_stock(rt: Runtime, slug: str) -> Answer:
    """Read the owner where sales were confirmed, then where a reading is missing or old."""
    link = Link.objects.select_related("owner", "channel").get(slug=slug)
    owner = _connection(rt, link.owner.slug)
    if isinstance(owner, datetime):
        return owner
    now = rt.clock()
    items = readings.moved_items(link, limit=readings.CHUNK)
    items = items or interval.overlooked(link, limit=readings.CHUNK, now=now)
    items = items or readings.stale_items(link, before=now - MAX_AGE, limit=readings.CHUNK)
    if not items:
        return False
    try:
        found = readings.read_levels(rt, link, items)
    except ThrottledError as error:
        return now + error.retry_after
    except ConnectorError as error:
        return health.note_trouble(link.owner, error, now=now)
    kick(f"publish:{slug}", now=now)
    return found > 0 and len(items) == readings.CHUNK


def publish_now(rt: Runtime, slug: str) -> Answer:
    link = Link.objects.select_related("owner", "channel").get(slug=slug)
    wait_until = _first_look(rt, link)
    if wait_until is not None:
        return wait_until
    looked_at = publish(rt, link)
    if looked_at:
        kick(f"deliver:{link.channel.slug}", now=rt.clock())
        return True
    return cadence.next_look(link_policy(link).stock, now=rt.clock())


def _first_look(rt: Runtime, link: Link) -> datetime | None:
    """Read what the channel shows before it is told for the first time; else when to try again."""
    if not is_new(link):
        return None
    channel = _connection(rt, link.channel.slug)
    if isinstance(channel, datetime):
        return channel
    try:
        take_over(rt, link)
    except ThrottledError as error:
        return rt.clock() + error.retry_after
    except ConnectorError as error:
        return health.note_trouble(link.channel, error, now=rt.clock())
    return None


def census_now(rt: Runtime, slug: str) -> Answer:
    """Compare what a channel shows with what it should, each night and on request."""
    link = Link.objects.select_related("owner", "channel").get(slug=slug)
    for end in (link.channel, link.owner):
        ready = _connection(rt, end.slug)
        if isinstance(ready, datetime):
            return ready
    return census(rt, link)


def housekeep(rt: Runtime, _: str) -> Answer:
    """Free what dead workers held."""
    if claim.expire_leases(rt):
        for slug in active_connections():
            kick(f"settle:{slug}", now=rt.clock())
    return False


def choices_now(rt: Runtime, slug: str) -> Answer:
    """Refresh the vendor's real lists for the mapping pages."""
    connection = _connection(rt, slug)
    if isinstance(connection, datetime):
        return connection
    connector, buffer = rt.open(connection)
    try:
        refresh_choices(connection, connector, now=rt.clock())
    except ThrottledError as error:
        return rt.clock() + error.retry_after
    except ConnectorError as error:
        return health.note_trouble(connection, error, now=rt.clock())
    finally:
        store_calls(connection, buffer.drain())
    return False


def subscribe_now(rt: Runtime, slug: str) -> Answer:
    """Vendors drop subscriptions that failed too often: look for ours and make what is missing."""
    connection = _connection(rt, slug)
    if isinstance(connection, datetime):
        return connection
    return subscriptions.renew(rt, connection) or False


def replays_now(rt: Runtime, _: str) -> Answer:
    """Follow what saved mappings let go, and start the next of it."""
    return replay_runs.advance(rt.clock())


def count_values(rt: Runtime, slug: str) -> Answer:
    """Which values the records of a link carry, for the mapping pages."""
    count_uses(Link.objects.get(slug=slug), now=rt.clock())
    return False


def heartbeat(rt: Runtime, _: str) -> Answer:
    return False


def seal_audit(rt: Runtime, _: str) -> Answer:
    """Chain what a process that died left unchained."""
    return seal_entries() > 0


KINDS = (
    SweepKind("heartbeat", 20, heartbeat, once, urgency=0),
    SweepKind("intake", 10, intake, active_connections, urgency=1),
    SweepKind("plan", 10, plan_now, once, urgency=2),
    SweepKind("deliver", 5, deliver_now, active_connections, urgency=3),
    SweepKind("publish", 5, publish_now, enabled_links, urgency=4),
    SweepKind("settle", 5, settle_now, active_connections, urgency=5),
    SweepKind(replay_runs.SWEEP, 5, replays_now, once, urgency=5),
    SweepKind("stock", 60, read_stock, enabled_links, urgency=6),
    SweepKind("census", 300, census_now, enabled_links, urgency=8),
    SweepKind("housekeep", 10, housekeep, once, urgency=7),
    SweepKind("audit", 60, seal_audit, once, urgency=8),
    SweepKind("subscriptions", 3600, subscribe_now, active_connections, urgency=8),
    SweepKind("values", 900, count_values, enabled_links, urgency=9),
    SweepKind("choices", 3600, choices_now, active_connections, urgency=9),
)


def register_sweeps() -> None:
    register(*KINDS)
