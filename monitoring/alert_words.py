"""What an alert says: what is wrong, whose it is, its money, by when, what to look at. Pure.

Names come from outside. They are put on one line, so that none adds a header or a line of its own.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from typing import Any

from monitoring.kit.formats import absolute, money
from monitoring.words import counted

LISTED = 5  # of one type: the rest is a number
MOST_SUBJECT = 200
ORDER = ("critical", "high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Item:
    """One exception as a message speaks of it. `why` says why it is told now."""

    case: int
    type: str
    type_title: str
    title: str
    why: str
    team: str
    assignee: str
    severity: str
    value: Decimal
    currency: str
    is_exact: bool
    held: int
    due: datetime
    zone: str  # of the team: deadlines are written as it reads the clock
    first_check: str
    url: str


@dataclass(frozen=True, slots=True)
class Words:
    """A message as text, and the same as plain values for machines."""

    subject: str
    text: str
    items: list[dict[str, Any]]


def say(items: Sequence[Item], *, to: str, cleared: int = 0, house: str = "Plumbline") -> Words:
    """Return the message to `to`. The worst type stands first, each with a few of its cases.

    `cleared` counts what went away by itself before it could be told.
    """
    ordered = sorted(items, key=_place)
    groups = [list(group) for _, group in groupby(ordered, key=lambda item: item.type)]
    parts = ["\n".join(_group(group)) for group in groups]
    if cleared:
        parts.append(f"{counted(cleared, 'exception')} came and went by itself meanwhile.")
    subject = f"[{house}] {to}: {_headline(ordered)}"
    return Words(one_line(subject)[:MOST_SUBJECT], "\n\n".join(parts), [_plain(i) for i in ordered])


def _place(item: Item) -> tuple[int, str, Decimal]:
    return (ORDER.index(item.severity), item.type, -item.value)


def _headline(items: Sequence[Item]) -> str:
    first = min(items, key=lambda item: item.due)
    act = f"act by {clock(first)}"
    if len(items) == 1:
        return f"{first.title} {worth(items)} at risk, {act}"
    return f"{len(items):,} exceptions, {worth(items)} at risk, first {act}"


def _group(group: Sequence[Item]) -> Iterable[str]:
    first = group[0]
    if len(group) > 1:
        yield f"{first.type_title}: {len(group):,} causes, {worth(group)} at risk"
        yield ""
    for item in group[:LISTED]:
        yield from _lines(item)
    if len(group) > LISTED:
        yield f"and {len(group) - LISTED:,} more of this kind"
    yield f"First check: {first.first_check}"


def _lines(item: Item) -> Iterable[str]:
    exact = "exact" if item.is_exact else "estimate"
    held = f", {counted(item.held, 'record')} held" if item.held else ""
    yield one_line(item.title)
    yield f"  Why now: {one_line(item.why)}"
    yield f"  At risk: {money(item.value, item.currency)} ({exact}){held}"
    yield f"  Owner: {item.team}, {one_line(item.assignee) or 'nobody has it yet'}"
    yield f"  Act by: {absolute(item.due, item.zone)}"
    if item.url:
        yield f"  {item.url}"


def worth(items: Iterable[Item]) -> str:
    """Return the sums at risk, one per currency: they are never added up across currencies."""
    sums: dict[str, Decimal] = {}
    for item in items:
        sums[item.currency] = sums.get(item.currency, Decimal(0)) + item.value
    return " + ".join(money(total, code) for code, total in sorted(sums.items()))


def clock(item: Item) -> str:
    """Return the deadline without its seconds."""
    day_and_time, _, zone = absolute(item.due, item.zone).rpartition(" ")
    return f"{day_and_time[:-3]} {zone}"


def one_line(text: str) -> str:
    """Return `text` without line ends and other control characters."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _plain(item: Item) -> dict[str, Any]:
    return {**asdict(item), "value": str(item.value), "due": item.due.isoformat()}
