"""A system that refuses us, does not answer or is not read; or our own work that has stopped."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import F, Q, QuerySet, Sum

from integrations import public
from monitoring.detectors.quiet import (
    QuietStore,
    Unheard,
    quiet_stores,
    store_sentence,
    unheard,
)
from monitoring.detectors.trade import hourly_trade
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.kit.formats import age
from monitoring.models import AlertChannel, DetectorRun
from monitoring.value import Assumptions, Stake, in_hours, silence
from monitoring.words import counted
from monitoring.working_time import Wait

LISTED = 200
STANDSTILL = 4  # so many pieces of work overdue at once have one cause: nobody works
FAILING = timedelta(minutes=5)  # a check of ours may fail that long before somebody is told

TYPE = ExceptionType(
    key="SYSTEM_SILENT",
    code="E39",
    title="A system has gone quiet or refuses us",
    owner=TeamCode.ADM,
    severity=Severity.CRITICAL,
    sla_first=Wait(minutes=5, round_the_clock=True),
    sla_resolve=Wait(minutes=30, round_the_clock=True),
    store_owner=TeamCode.STORE,
    first_step="In this order: credentials, the vendor's status page, network, the tills.",
    blocks=("posting", "stock"),
    snooze_limit=timedelta(hours=4),
)


@dataclass(frozen=True, slots=True)
class Silent:
    """One thing that is quiet, and for how long it may be."""

    subject: str
    title: str  # "{age}" is put in
    reason: str
    since: datetime
    patience: timedelta
    slug: str = ""
    connection_id: int | None = None
    store_code: str = ""
    per_hour: Decimal = Decimal(0)
    waiting: int = 0
    held: Decimal = Decimal(0)
    documents: tuple[Occurrence, ...] = ()


def gather(*, now: datetime, figures: Assumptions) -> list[Silent]:
    connections = _troubled(now, figures)
    trade = _trade(connections, now, figures) if connections else {}
    stopped = [each for each in _stopped(now, figures) if now - each.since >= each.patience]
    standstill = len(stopped) >= STANDSTILL
    return [
        *(_refusing(each, trade, figures) for each in connections),
        *([_standing_still(stopped)] if standstill else (*_unread(now, figures), *stopped)),
        *_failing_checks(),
        *(_quiet_store(each, now) for each in quiet_stores(now=now, figures=figures)),
        *(_unheard(each, figures) for each in unheard(now=now, figures=figures)),
        *_deaf_channels(),
    ]


def _troubled(now: datetime, figures: Assumptions) -> list[public.Connection]:
    """Only a call that should be made can fail: paused connections are quiet on purpose."""
    troubled = public.connections().filter(
        state="active", trouble__in=("unauthorised", "unavailable"), trouble_since__lte=now
    )
    return list(troubled)


def _trade(
    connections: Sequence[public.Connection], now: datetime, figures: Assumptions
) -> dict[int, Decimal]:
    """Return trade an hour that depends on each connection: its own, or its channels'."""
    wanted = {each.pk for each in connections}
    pairs = public.links().filter(enabled=True).values_list("channel_id", "owner_id")
    relevant = [pair for pair in pairs if wanted & set(pair)]
    channels = {channel for channel, _ in relevant}
    by_channel = hourly_trade(channels, now=now, currency=figures.currency)
    totals: dict[int, Decimal] = {}
    for channel, owner in relevant:
        for pk in {channel, owner} & wanted:
            totals[pk] = totals.get(pk, Decimal(0)) + by_channel.get(channel, Decimal(0))
    return totals


def _refusing(
    connection: public.Connection, trade: Mapping[int, Decimal], figures: Assumptions
) -> Silent:
    refused = connection.trouble == "unauthorised"
    did = "refuses us" if refused else "cannot be reached"
    waiting = public.documents().filter(state="posting", link__owner=connection)
    held = waiting.filter(currency=figures.currency).aggregate(total=Sum("gross"))["total"]
    assert connection.trouble_since is not None
    return Silent(
        subject="access" if refused else "reach",
        title=f"{connection.label} {did} for {{age}}. {connection.trouble_sentence}".strip(),
        reason=connection.trouble_sentence,
        since=connection.trouble_since,
        patience=timedelta(0) if refused else figures.seconds("silence-seconds"),
        slug=connection.slug,
        connection_id=connection.pk,
        per_hour=trade.get(connection.pk, Decimal(0)),
        waiting=waiting.count(),
        held=held or Decimal(0),
        documents=tuple(_waiting_documents(waiting)),
    )


def _waiting_documents(waiting: QuerySet[public.Document]) -> Iterator[Occurrence]:
    fields = ("pk", "received_at", "gross", "currency")
    rows = waiting.order_by("received_at", "pk").values_list(*fields)
    for pk, since, gross, currency in rows[:LISTED]:
        ref = f"document:{pk}"
        yield Occurrence(ref=ref, since=since, value=gross, currency=currency, document_id=pk)


def _unread(now: datetime, figures: Assumptions) -> Iterator[Silent]:
    """Streams that are overdue although their system answers."""
    late = now - figures.minutes("unread-minutes")
    overdue = (
        public.cursors()
        .filter(connection__state="active", connection__trouble="", due_at__lte=late)
        .select_related("connection")
    )
    for cursor in overdue:
        connection = cursor.connection
        yield Silent(
            subject=f"stream {cursor.stream}",
            title=f"{cursor.stream} of {connection.label} have not been read for {{age}}.",
            reason=cursor.last_error or "Its reading is overdue, and no error says why.",
            since=cursor.due_at or now,
            patience=figures.minutes("unread-minutes"),
            slug=connection.slug,
            connection_id=connection.pk,
        )


def _stopped(now: datetime, figures: Assumptions) -> Iterator[Silent]:
    """Sweeps of ours that are overdue and that nobody is running."""
    least = figures.minutes("unread-minutes")
    free = Q(leased_until__isnull=True) | Q(leased_until__lte=now)
    for sweep in public.sweeps().filter(free, due_at__lte=now - least).order_by("due_at"):
        yield Silent(
            subject=f"work {sweep.name}",
            title=f"Our own work “{sweep.name}” has not run for {{age}}.",
            reason=sweep.last_error or "Are the workers running?",
            since=sweep.due_at,
            patience=max(least, 3 * timedelta(seconds=sweep.every_seconds)),
        )


def _quiet_store(each: QuietStore, now: datetime) -> Silent:
    return Silent(
        subject=f"store {each.code}",
        title=store_sentence(each, now),
        reason="Is the shop open, and are its tills on line? What they keep is read by itself.",
        since=each.since,
        patience=timedelta(0),
        slug=each.slug,
        connection_id=each.connection_id,
        store_code=each.code,
        per_hour=each.worth / max(in_hours(now - each.since), Decimal("0.25")),
    )


def _unheard(each: Unheard, figures: Assumptions) -> Silent:
    return Silent(
        subject="webhooks",
        title=f"{each.label} has sent no webhook for {{age}}; what it has is found by polling.",
        reason="Its subscription may be gone. Polling finds everything, minutes later.",
        since=each.since,
        patience=figures.minutes("quiet-minutes"),
        slug=each.slug,
        connection_id=each.connection_id,
    )


def _standing_still(stopped: Sequence[Silent]) -> Silent:
    """One cause, not one for each piece of work and each feed that it would have read."""
    oldest = min(stopped, key=lambda each: each.since)
    return Silent(
        subject="work",
        title="Our own background work has not run for {age}.",
        reason=f"{counted(len(stopped), 'piece')} of it stood still. Are the workers running?",
        since=oldest.since,
        patience=min(each.patience for each in stopped),
    )


def _failing_checks() -> Iterator[Silent]:
    failing = DetectorRun.objects.filter(failing_since__isnull=False).order_by(F("type_key").asc())
    for run in failing:
        assert run.failing_since is not None
        yield Silent(
            subject=f"check {run.type_key}",
            title=f"The check for {run.type_key} has failed for {{age}}. Its cases may be old.",
            reason=run.last_error,
            since=run.failing_since,
            patience=FAILING,
        )


def _deaf_channels() -> Iterator[Silent]:
    """Ways to tell a team that do not work: nobody would hear of anything else."""
    failing = AlertChannel.objects.filter(enabled=True, failing_since__isnull=False)
    for channel in failing.select_related("team").order_by("pk"):
        assert channel.failing_since is not None
        yield Silent(
            subject=f"channel {channel.pk}",
            title=f"{channel.team} cannot be told by “{channel.label}” for {{age}}.",
            reason=channel.last_error,
            since=channel.failing_since,
            patience=FAILING,
        )


def detect(facts: Sequence[Silent], *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [_finding(each, now, figures) for each in facts if now - each.since >= each.patience]


def _finding(each: Silent, now: datetime, figures: Assumptions) -> Finding:
    many = f"{counted(each.waiting, 'receipt')} wait for it. " if each.waiting else ""
    return Finding(
        type=TYPE,
        subject=each.subject,
        title=each.title.replace("{age}", age(now - each.since)),
        summary=f"{many}{each.reason}",
        stake=_stake(each, now, figures),
        scope=f"connection:{each.slug}" if each.slug else "plumbline",
        connection_id=each.connection_id,
        store_code=each.store_code,
        count=each.waiting,
        occurrences=each.documents,
        detail={"cause": each.reason, "oldest": each.since.isoformat()},
    )


def _stake(each: Silent, now: datetime, figures: Assumptions) -> Stake:
    return silence(each.per_hour, now - each.since, held=each.held, figures=figures)
