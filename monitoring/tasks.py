"""What runs by itself: looking for exceptions, telling the teams that own them, counting."""

from integrations import public
from monitoring.services.cases import refresh_cases
from monitoring.services.cover import refresh_rates
from monitoring.services.duties import record_revisions
from monitoring.services.exposure import MOST, begin_exposures, close_exposures, forget_exposures
from monitoring.services.flow_hours import close_hours
from monitoring.services.measures import record_heard, record_measures
from monitoring.services.messages import compose
from monitoring.services.notices import notice_changes, notice_overdue
from monitoring.services.patience import measure
from monitoring.services.sending import send_due

EVERY_SECONDS = 15  # a fault is on the page within a minute, even when a run is missed
TELL_SECONDS = 10
REMEMBER_SECONDS = 60
RATE_SECONDS = 3600
COUNT_SECONDS = 600  # an hour that is over and not counted yet costs the pages a longer count


def watch(rt: public.Runtime, _: str) -> bool:
    """One refresh. Repeating it changes nothing; it never has more to do at once."""
    refresh_cases(now=rt.clock())
    return False


def expose(rt: public.Runtime, _: str) -> bool:
    """Time from each sale until every channel showed the lower level."""
    now = rt.clock()
    looked = begin_exposures(now=now)
    close_exposures(now=now)
    return looked >= MOST


def rates(rt: public.Runtime, _: str) -> bool:
    """How fast everything sells; and what is old is forgotten."""
    refresh_rates(now=rt.clock())
    forget_exposures(now=rt.clock())
    return False


def tally(rt: public.Runtime, _: str) -> bool:
    """Count what was sent in the hours that are over, and how long orders took."""
    close_hours(now=rt.clock())
    measure(now=rt.clock())
    return False


def notice(rt: public.Runtime, _: str) -> bool:
    """Note who must be told, and write what may be said now."""
    now = rt.clock()
    notice_changes(now=now)
    notice_overdue(now=now)
    compose(now=now)
    return False


def tell(rt: public.Runtime, _: str) -> bool:
    """Send what is due; it goes on at once while there is more."""
    return send_due(now=rt.clock())


def remember(rt: public.Runtime, _: str) -> bool:
    """Keep this hour's figures, and since when the manual states what it states."""
    now = rt.clock()
    record_measures(now=now)
    record_heard(now=now)
    record_revisions(now=now)
    return False


def once() -> list[str]:
    return [""]


SWEEPS = (
    public.SweepKind("watch", EVERY_SECONDS, watch, once, urgency=6),
    public.SweepKind("remember", REMEMBER_SECONDS, remember, once, urgency=9),
    public.SweepKind("expose", EVERY_SECONDS, expose, once, urgency=9),
    public.SweepKind("rates", RATE_SECONDS, rates, once, urgency=9),
    public.SweepKind("tally", COUNT_SECONDS, tally, once, urgency=9),
    public.SweepKind("notice", EVERY_SECONDS, notice, once, urgency=7),
    public.SweepKind("tell", TELL_SECONDS, tell, once, urgency=8),
)
