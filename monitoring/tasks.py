"""What runs by itself: looking for exceptions, every few seconds."""

from integrations import public
from monitoring.services.cases import refresh_cases

EVERY_SECONDS = 15  # a fault is on the page within a minute, even when a run is missed


def watch(rt: public.Runtime, _: str) -> bool:
    """One refresh. Repeating it changes nothing; it never has more to do at once."""
    refresh_cases(now=rt.clock())
    return False


def once() -> list[str]:
    return [""]


SWEEPS = (public.SweepKind("watch", EVERY_SECONDS, watch, once, urgency=6),)
