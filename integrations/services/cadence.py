"""When changed levels of a place are published: as they happen, or at the end of an interval."""

from datetime import UTC, datetime, timedelta

from django.db.models import Q

from integrations.operating_model.policy import Cadence, Pace, StockPolicy

EPOCH = datetime(2000, 1, 1, tzinfo=UTC)  # a midnight: intervals begin on the hour


def ripe(policy: StockPolicy, *, now: datetime) -> Q:
    """The channel levels whose change has waited for as long as its place's pace asks."""
    own = policy.by_location
    rows = _ripe_at(policy, now) & ~Q(location_code__in=list(own))
    for place, pace in own.items():
        rows |= Q(location_code=place) & _ripe_at(pace, now)
    return rows


def next_look(policy: StockPolicy, *, now: datetime) -> datetime:
    """The first moment at which a change of some place may have become ripe."""
    return min(_next(pace, now) for pace in (policy, *policy.by_location.values()))


def interval_begin(policy: StockPolicy, *, now: datetime) -> datetime | None:
    """When the newest interval of any of its places began; None where all are told as it happens.

    At that moment a hybrid pace looks whether anything was overlooked.
    """
    paces = (policy, *policy.by_location.values())
    begins = [_interval_begin(pace, now) for pace in paces if pace.cadence is not Cadence.EVENT]
    return max(begins, default=None)


def _ripe_at(pace: Pace, now: datetime) -> Q:
    """A level that was told a while ago is told its next change at once; only changes that follow
    closely are merged."""
    by = _changed_by(pace, now)
    if pace.cadence is Cadence.INTERVAL:
        return Q(dirty_at__lte=by)
    quiet = Q(told_at__lte=by) | Q(told_at__isnull=True, told__isnull=False)  # or it sold since
    return Q(dirty_at__lte=by) | Q(dirty_at__lte=now) & quiet


def _changed_by(pace: Pace, now: datetime) -> datetime:
    if pace.cadence is Cadence.INTERVAL:
        return _interval_begin(pace, now)
    return now - timedelta(seconds=pace.coalesce_seconds)


def _next(pace: Pace, now: datetime) -> datetime:
    if pace.cadence is Cadence.INTERVAL:
        return _interval_begin(pace, now) + timedelta(minutes=pace.interval_minutes)
    return now + timedelta(seconds=max(1, pace.coalesce_seconds))


def _interval_begin(pace: Pace, now: datetime) -> datetime:
    span = timedelta(minutes=pace.interval_minutes)
    return EPOCH + (now - EPOCH) // span * span
