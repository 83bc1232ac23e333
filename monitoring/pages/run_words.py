"""A replay in words: its headline, its figures, its summary."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from statistics import median

from django.db.models import Count, F, Q, Sum

from integrations.public import TABLES, desk
from monitoring.pages.mapping_reads import totals
from monitoring.pages.states import State
from monitoring.words import counted

Outcome = desk.ReplayItem.Outcome
RUNS: Mapping[str, State] = {
    desk.ReplayRun.State.ASKED: State("Waits for a second person", "waiting"),
    desk.ReplayRun.State.CANARY: State("The first ones are on their way", "waiting"),
    desk.ReplayRun.State.REST: State("The others are on their way", "waiting"),
    desk.ReplayRun.State.STOPPED: State("Stopped: one of the first went wrong", "wrong"),
    desk.ReplayRun.State.DONE: State("Done", "agrees"),
    desk.ReplayRun.State.VOID: State("Not sent", "unknown"),
}
OUTCOMES: Mapping[str, State] = {
    Outcome.VERIFIED: State("Verified", "agrees"),
    Outcome.EXCLUDED: State("Left out", "unknown"),
    Outcome.MOVED: State("Waits for something else", "soon"),
    Outcome.REFUSED: State("Went wrong at its target", "wrong"),
    Outcome.KEPT: State("Still waits", "soon"),
}
STAGES: Mapping[str, State] = {
    desk.Stage.QUEUED: State("Queued", "unknown"),
    desk.Stage.READING: State("Asking its source", "waiting"),
    desk.Stage.POSTING: State("Posting", "waiting"),
    desk.Stage.READING_BACK: State("Reading back", "waiting"),
}


@dataclass(frozen=True)
class Line:
    """A run with its figures, as lists and its own page show it."""

    run: desk.ReplayRun
    title: str
    state: State
    records: int
    ended: int
    money: list[tuple[Decimal, str]]
    released: list[tuple[Decimal, str]]
    by_outcome: dict[str, int]
    sentence: str


def run_line(run: desk.ReplayRun) -> Line:
    """Return a run with its figures. One query."""
    rows = _figures(run)
    by_outcome: dict[str, int] = {}
    for outcome, _, count, _ in rows:
        by_outcome[outcome] = by_outcome.get(outcome, 0) + count
    records = sum(by_outcome.values())
    ended = records - by_outcome.get("", 0)
    return Line(
        run=run,
        title=f"{TABLES[run.table].title}: {run}",
        state=RUNS[run.state],
        records=records,
        ended=ended,
        money=_summed(rows),
        released=_summed(row for row in rows if row[0] == Outcome.VERIFIED),
        by_outcome=by_outcome,
        sentence=_sentence(run, records, ended),
    )


def _figures(run: desk.ReplayRun) -> list[tuple[str, str, int, Decimal]]:
    """Outcome, currency, how many records, what they are worth."""
    items = desk.items().filter(run=run).order_by().values_list("outcome", "currency")
    return list(items.annotate(records=Count("pk"), worth=Sum("value")))


def _summed(rows: Iterable[tuple[str, str, int, Decimal]]) -> list[tuple[Decimal, str]]:
    return totals((worth, currency) for _, currency, _, worth in rows)


def _sentence(run: desk.ReplayRun, records: int, ended: int) -> str:
    match run.state:
        case desk.ReplayRun.State.ASKED:
            return f"{counted(records)} wait until a second person lets them go."
        case desk.ReplayRun.State.CANARY if records > ended:
            return (
                f"{counted(records)} that waited for it: the first ones are read again at their "
                "source and sent; the others wait until those read back right."
            )
        case desk.ReplayRun.State.REST | desk.ReplayRun.State.CANARY:
            return f"{ended:,} of {counted(records)} are settled."
        case desk.ReplayRun.State.STOPPED | desk.ReplayRun.State.VOID:
            return run.reason
    return f"{counted(records)} settled."


def median_wait(run: desk.ReplayRun) -> timedelta | None:
    """Return how long a verified record took from its start; None when none is. One query."""
    items = desk.items().filter(run=run, outcome=Outcome.VERIFIED)
    spans = items.annotate(took=F("ended_at") - F("started_at")).values_list("took", flat=True)
    taken = [span for span in spans[:5000] if span is not None]
    return median(taken) if taken else None


def causes(run: desk.ReplayRun) -> list[tuple[str, int]]:
    """Return what the records that did not go wait for now, the most first. One query."""
    others = Q(outcome__in=(Outcome.MOVED, Outcome.REFUSED, Outcome.KEPT, Outcome.EXCLUDED))
    items = desk.items().filter(others, run=run).order_by()
    rows = items.values_list("cause").annotate(records=Count("pk")).order_by("-records", "cause")
    return list(rows[:10])
