"""The stages that an order passes, for each kind of link and record: declared here only. Pure.

An order stands in the last stage that it has reached, until every effect that leads on to the next
is at its target. Operations mean the same everywhere; a template says which of them it has, in
which order, and what its people call the stages.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

SALE, RETURN = "sale", "return"
PER_ORDER = "per_order"
ENOUGH = 200  # orders: fewer say nothing about one in a hundred
PERCENTILE = 99


@dataclass(frozen=True, slots=True)
class Stage:
    """`waits_for` completes “waits for …”; `operations` are what must be done to go on.

    `mode` is the accounting mode without which an order never stands here.
    """

    key: str
    label: str
    waits_for: str
    operations: tuple[str, ...] = ()
    mode: str = ""


def _open(where: str) -> Stage:
    return Stage("open", f"Open at {where}", f"its end at {where}")


def _captured(waits_for: str, *operations: str) -> Stage:
    return Stage("captured", "Captured", waits_for, operations)


COMPLETE = Stage("complete", "All sent", "the reading that proves it")
TEMPLATES: dict[tuple[str, str], tuple[Stage, ...]] = {
    ("sitoo-brightpearl", SALE): (
        _open("the till"),
        _captured("its order in the ERP", "create-order"),
        Stage(
            "posted", "In the ERP", "its goods leaving stock", ("issue-goods-out", "ship-goods-out")
        ),
        Stage("moved", "Goods out", "its payments", ("take-payment",), PER_ORDER),
        Stage("paid", "Paid", "its invoice", ("close-order",), PER_ORDER),
        COMPLETE,
    ),
    ("sitoo-brightpearl", RETURN): (
        _open("the till"),
        _captured("its credit in the ERP", "create-credit"),
        Stage("posted", "Credited", "its goods coming back to stock", ("receive-goods-in",)),
        Stage("moved", "Goods back", "its refunds", ("refund-payment",), PER_ORDER),
        Stage("paid", "Refunded", "its credit note being closed", ("close-credit",), PER_ORDER),
        COMPLETE,
    ),
}
# Stages in the order in which any order passes those that it has.
KEYS = ("open", "captured", "posted", "moved", "paid", "complete")
OPEN, CAPTURED, LAST = KEYS[0], KEYS[1], KEYS[-1]


def stages_of(template: str, kind: str) -> tuple[Stage, ...]:
    """Return the stages of a template; one that declares none has those that all have."""
    return TEMPLATES.get((template, kind)) or (
        _open("its source"),
        _captured("being sent on"),
        COMPLETE,
    )


def stage_named(key: str, *, template: str, kind: str) -> Stage:
    """Return one stage. An order whose template does not know the key is merely captured."""
    stages = {stage.key: stage for stage in stages_of(template, kind)}
    return stages.get(key) or stages[CAPTURED]


def operations_by_place() -> Iterator[tuple[int, list[str]]]:
    """Yield the operations that lead on from each place in KEYS."""
    for place, key in enumerate(KEYS):
        found = {
            operation
            for stages in TEMPLATES.values()
            for stage in stages
            if stage.key == key
            for operation in stage.operations
        }
        if found:
            yield place, sorted(found)


@dataclass(frozen=True, slots=True)
class Step:
    """One effect of a finished order: when it was at its target, and when it was proved."""

    operation: str
    posted_at: datetime
    verified_at: datetime | None = None


def dwells(
    received_at: datetime, steps: Iterable[Step], stages: Sequence[Stage]
) -> dict[str, timedelta]:
    """Return how long an order stood in each stage that it passed, never less than nothing."""
    done = list(steps)
    entered, found = received_at, {}
    for stage in stages:
        left = [step.posted_at for step in done if step.operation in stage.operations]
        if stage.key == LAST:
            left = [step.verified_at for step in done if step.verified_at]
        if left:
            found[stage.key] = max(max(left) - entered, timedelta())
            entered = max(entered, *left)
    return found


def usual(samples: Sequence[timedelta]) -> timedelta | None:
    """Return within what time 99 of 100 went on; None when there are too few to tell."""
    if len(samples) < ENOUGH:
        return None
    ordered = sorted(samples)
    return ordered[-(-len(ordered) * PERCENTILE // 100) - 1]


@dataclass(frozen=True, slots=True)
class Patience:
    """How long an order may stay in a stage, and why that long.

    None when nobody is to be told: an order that is still open at the till waits for the shopper.
    """

    limit: timedelta | None
    decided: timedelta | None = None  # by an administrator
    usual: timedelta | None = None
    sample: int = 0


def patience_of(
    stage: str,
    *,
    decided: timedelta | None,
    usual: timedelta | None,
    sample: int,
    least: timedelta,
    unknown: timedelta,
) -> Patience:
    """Say how long: as decided; else as usual but at least `least`; else `unknown`."""
    if decided is not None:
        limit: timedelta | None = decided
    elif stage == OPEN:
        limit = None
    else:
        limit = unknown if usual is None else max(usual, least)
    return Patience(limit, decided, usual, sample)
