"""Run flows in this process: one round, or until nothing moves any more."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from integrations.models import Document, Hold, InboundEvent, Link, Sweep, Transfer
from integrations.services import schedule
from integrations.services.idle import Pending, pending, run_until_idle
from integrations.services.runtime import Runtime

PATIENCE = timedelta(minutes=30)
QUIET_ROUNDS = 3  # so many rounds in a row that change nothing: it is idle
PAUSE = 1.0  # seconds between them

# What moves each flow, from its source to its target. {channel}, {owner} and {link} are slugs.
_RECEIPTS = ("intake:{channel}", "plan", "deliver:{owner}", "settle:{owner}", "replays")
FLOWS: dict[str, tuple[str, ...]] = {
    "sales-order-to-erp": _RECEIPTS,
    "sales-credit-to-erp": _RECEIPTS,
    "stock-to-channel": (
        "intake:{owner}",
        "stock:{link}",
        "publish:{link}",
        "deliver:{channel}",
        "settle:{channel}",
    ),
    "product-to-channel": ("intake:{owner}", "deliver:{channel}", "settle:{channel}"),
    "day-journal-to-erp": ("journals", "deliver:{owner}", "settle:{owner}"),
}


@dataclass(frozen=True, slots=True)
class Result:
    """What a run did. `held` counts what waits for a person now and did not before."""

    facts: int
    documents: int
    posted: int
    held: int
    pending: dict[str, int]

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def sweeps_of(*, link: str = "", flow: str = "") -> list[str] | None:
    """Names of the sweeps that move these; None for all of them.

    Raises ValueError with a sentence for a link or a flow that does not exist.
    """
    if flow and flow not in FLOWS:
        raise ValueError(f"There is no flow “{flow}”. There are: {', '.join(FLOWS)}.")
    links = Link.objects.filter(enabled=True).select_related("channel", "owner")
    known = ", ".join(each.slug for each in links) or "none yet"
    if link:
        links = links.filter(slug=link)
        if not links:
            raise ValueError(f"There is no enabled link “{link}”. There are: {known}.")
    if not link and not flow:
        return None
    flows = [FLOWS[flow]] if flow else list(FLOWS.values())
    names = [
        pattern.format(link=each.slug, channel=each.channel.slug, owner=each.owner.slug)
        for each in links
        for patterns in flows
        for pattern in patterns
    ]
    return list(dict.fromkeys([*names, "housekeep"]))


def sync(rt: Runtime, *, names: list[str] | None, until_idle: bool) -> Result:
    """Run these sweeps (None: all) and say what came of it."""
    started = rt.clock()
    schedule.sync_sweeps(started)
    Sweep.objects.filter(**_named(names)).update(due_at=started)
    if until_idle and names is None:
        left = run_until_idle(rt, patience=PATIENCE)
    elif until_idle:
        left = _until_quiet(rt, names or [])
    else:
        _round(rt, names)
        left = pending()
    return _result(started, left)


def _named(names: list[str] | None) -> dict[str, Any]:
    return {} if names is None else {"name__in": names}


def _round(rt: Runtime, names: list[str] | None) -> None:
    for name in schedule.due_names(rt.clock()):
        if names is None or name in names:
            schedule.run(rt, name)


def _until_quiet(rt: Runtime, names: list[str]) -> Pending:
    """Some flows only: work of the others stays, so wait for quiet instead of for nothing left."""
    started, quiet, before = rt.clock(), 0, pending()
    while quiet < QUIET_ROUNDS and rt.clock() - started < PATIENCE:
        _round(rt, names)
        now = pending()
        quiet = quiet + 1 if now == before else 0
        before = now
        rt.sleep(PAUSE)
    return before


def _result(started: datetime, left: Pending) -> Result:
    return Result(
        facts=InboundEvent.objects.facts().filter(received_at__gte=started).count(),
        documents=Document.objects.filter(planned_at__gte=started).count(),
        posted=Transfer.objects.filter(posted_at__gte=started).count(),
        held=Hold.objects.open().filter(opened_at__gte=started).count(),
        pending={name: count for name, count in asdict(left).items() if count},
    )
