"""What runs by itself: looking for exceptions, every few seconds."""

from integrations import public
from monitoring.services.cases import refresh_cases
from monitoring.services.flow_hours import close_hours

EVERY_SECONDS = 15  # a fault is on the page within a minute, even when a run is missed
COUNT_SECONDS = 600  # an hour that is over and not counted yet costs the pages a longer count


def watch(rt: public.Runtime, _: str) -> bool:
    """One refresh. Repeating it changes nothing; it never has more to do at once."""
    refresh_cases(now=rt.clock())
    return False


def tally(rt: public.Runtime, _: str) -> bool:
    """Count what was sent in the hours that are over."""
    close_hours(now=rt.clock())
    return False


def once() -> list[str]:
    return [""]


SWEEPS = (
    public.SweepKind("watch", EVERY_SECONDS, watch, once, urgency=6),
    public.SweepKind("tally", COUNT_SECONDS, tally, once, urgency=9),
)
