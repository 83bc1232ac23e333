"""Work that waits longer than its lane allows, or a vendor that keeps refusing us for its limit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Sum

from integrations import public
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.kit.formats import age
from monitoring.value import Assumptions, add_up, waiting
from monitoring.words import counted, listed
from monitoring.working_time import Wait

LATE = "{count} to {label} late, the oldest by {age}."

TYPE = ExceptionType(
    key="THROUGHPUT_LAG",
    code="E40",
    title="Queue is falling behind",
    owner=TeamCode.ADM,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=5, round_the_clock=True),
    sla_resolve=Wait(minutes=30, round_the_clock=True),
    first_step="See which lane waits and what uses the budget; park what can wait.",
    blocks=("posting", "stock"),
    snooze_limit=timedelta(hours=4),
)


@dataclass(slots=True)
class Queue:
    """Work of one kind at one connection. It is late once `oldest` is `patience` ago."""

    connection_id: int
    slug: str
    label: str
    subject: str  # queues of one subject and connection are one cause
    sentence: str  # "{count}", "{label}" and "{age}" are put in
    patience: timedelta
    oldest: datetime
    lane: str = ""
    count: int = 0
    values: list[tuple[str, Decimal]] = field(default_factory=list)


def gather(*, now: datetime, figures: Assumptions) -> list[Queue]:
    return [*_outbox(now, figures), *_inbox(now, figures), *_throttled(figures)]


def _outbox(now: datetime, figures: Assumptions) -> list[Queue]:
    """Due transfers by lane. What a system in trouble or a pause explains is left out."""
    due = public.transfers().filter(
        state="ready",
        waiting=False,
        not_before__lte=now,
        connection__state="active",
        connection__trouble="",
    )
    key = ("connection_id", "connection__slug", "connection__label", "lane", "currency")
    rows = due.order_by().values_list(*key).annotate(Min("due_order"), Count("pk"), Sum("value"))
    queues: dict[tuple[int, int], Queue] = {}
    for pk, slug, label, lane, currency, oldest, count, value in rows:
        patience = max(figures.seconds("lag-seconds"), timedelta(seconds=lane))
        name = public.Transfer.Lane(lane).label.lower()
        queue = queues.setdefault(
            (pk, lane), Queue(pk, slug, label, "outbox", LATE, patience, oldest, name)
        )
        queue.oldest = min(queue.oldest, oldest)
        queue.count += count
        queue.values.append((currency, value))
    return list(queues.values())


def _inbox(now: datetime, figures: Assumptions) -> Iterator[Queue]:
    """Stored facts that nobody has looked at."""
    facts = public.events().filter(kind="fact", state="received", not_before__lte=now)
    key = ("connection_id", "connection__slug", "connection__label")
    rows = facts.order_by().values_list(*key).annotate(Min("not_before"), Count("pk"))
    for pk, slug, label, oldest, count in rows:
        sentence = "{count} from {label} not looked at for {age}."
        patience = figures.seconds("lag-seconds")
        yield Queue(pk, slug, label, "inbox", sentence, patience, oldest, count=count)


def _throttled(figures: Assumptions) -> Iterator[Queue]:
    throttled = public.connections().filter(state="active", trouble="throttled")
    for each in throttled.filter(trouble_since__isnull=False):
        assert each.trouble_since is not None
        sentence = "{label} refuses us for its limit for {age}."
        patience = figures.minutes("throttled-minutes")
        yield Queue(
            each.pk, each.slug, each.label, "vendor limit", sentence, patience, each.trouble_since
        )


def detect(facts: Sequence[Queue], *, now: datetime, figures: Assumptions) -> list[Finding]:
    causes: dict[tuple[int, str], list[Queue]] = {}
    for each in facts:
        if now - each.oldest >= each.patience:
            causes.setdefault((each.connection_id, each.subject), []).append(each)
    return [_finding(queues, now, figures) for queues in causes.values()]


def _finding(queues: Sequence[Queue], now: datetime, figures: Assumptions) -> Finding:
    """Several late lanes of one system have one cause: what is in front of them all."""
    first = min(queues, key=lambda queue: queue.oldest)
    count = sum(queue.count for queue in queues)
    what = counted(count, "message" if first.subject == "inbox" else "transfer")
    late = age(now - first.oldest)
    lanes = listed([f"{each.count:,} of {each.lane}" for each in queues if each.lane], most=7)
    totals = add_up(pair for queue in queues for pair in queue.values)
    return Finding(
        type=TYPE,
        subject=first.subject,
        title=first.sentence.format(count=what, label=first.label, age=late),
        summary=f"{f'{lanes}. ' if lanes else ''}Nothing is lost: it is stored and goes on.",
        stake=waiting(totals, count=count, figures=figures),
        scope=f"connection:{first.slug}",
        connection_id=first.connection_id,
        count=count,
        detail={"oldest": first.oldest.isoformat()},
    )
