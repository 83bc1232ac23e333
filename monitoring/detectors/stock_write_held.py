"""An unusual stock publication that waits for somebody's approval."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from integrations import public
from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.detectors.trade import hourly_trade
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions, held_back
from monitoring.words import counted
from monitoring.working_time import Wait

TYPE = ExceptionType(
    key="STOCK_WRITE_HELD",
    code="E29",
    title="Unusual stock change is waiting for you",
    owner=TeamCode.OPS,
    severity=Severity.CRITICAL,
    sla_first=Wait(minutes=10, round_the_clock=True),
    sla_resolve=Wait(minutes=30, round_the_clock=True),
    first_step="Look at the levels before and after; approve them, or correct the source.",
    blocks=("stock",),
    takes_holds=True,
    snooze_limit=timedelta(hours=4),
)


@dataclass(frozen=True, slots=True)
class Facts:
    causes: Sequence[HeldCause]
    trade: Mapping[int, Decimal]  # channel → gross an hour
    levels: Mapping[int, int]  # channel → levels it shows


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    causes = held_causes(TYPE.key)
    channels = {cause.connection_id for cause in causes if cause.connection_id}
    levels = {pk: public.channel_levels().filter(connection_id=pk).count() for pk in channels}
    return Facts(causes, hourly_trade(channels, now=now, currency=figures.currency), levels)


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [_finding(cause, facts, now, figures) for cause in facts.causes]


def _finding(cause: HeldCause, facts: Facts, now: datetime, figures: Assumptions) -> Finding:
    channel = cause.connection_id or 0
    share = Decimal(cause.count) / max(facts.levels.get(channel, 0), cause.count, 1)
    per_hour = facts.trade.get(channel, Decimal(0))
    stake = held_back(per_hour, now - cause.oldest, share=share, figures=figures)
    title = f"{counted(cause.count, 'stock level')} held: {cause.sentence}"
    return cause_finding(TYPE, cause, figures=figures, stake=stake, title=title)
