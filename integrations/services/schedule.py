"""Our own schedule. django-q2 only wakes us up; what is due, and who runs it, is in our rows."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import F, Q

from integrations.models import Sweep
from integrations.services.runtime import Runtime, is_gone

log = logging.getLogger(__name__)

LEASE = timedelta(seconds=55)  # longer than a task may run (timeout 60 kills it, this frees it)
# A sweep with more to do than this gives its worker to the next in the queue, and queues again:
# a backlog of orders must not keep stock levels waiting.
BUDGET = timedelta(seconds=4)
NAP = timedelta(milliseconds=1500)
WAKE_UP_LOST = timedelta(seconds=30)  # a queued wake-up that did not start by then is sent again
HEARTBEAT = "heartbeat"

# A sweep does one round of work for its argument and says when it wants to run next:
# True at once (there is more), False at its interval, or a time.
Answer = bool | datetime
Runner = Callable[[Runtime, str], Answer]


@dataclass(frozen=True, slots=True)
class SweepKind:
    """One kind of sweep. `arguments` lists what it runs for: connection or link slugs, or [""]."""

    name: str
    every_seconds: int
    run: Runner
    arguments: Callable[[], list[str]]
    urgency: int = 5  # order inside one process: lower first


_kinds: dict[str, SweepKind] = {}


def register(*kinds: SweepKind) -> None:
    """Called once per process by each application; a name means one thing."""
    for kind in kinds:
        _kinds[kind.name] = kind


def sync_sweeps(now: datetime) -> None:
    """One row for everything that should run; rows of what is gone are removed."""
    wanted = {
        f"{kind.name}:{argument}" if argument else kind.name: kind.every_seconds
        for kind in _kinds.values()
        for argument in kind.arguments()
    }
    existing = dict(Sweep.objects.values_list("name", "every_seconds"))
    Sweep.objects.filter(name__in=set(existing) - set(wanted)).delete()
    Sweep.objects.bulk_create(
        (
            Sweep(name=name, every_seconds=every, due_at=now)
            for name, every in wanted.items()
            if name not in existing
        ),
        ignore_conflicts=True,
    )
    for name, every in wanted.items():
        if existing.get(name, every) != every:
            Sweep.objects.filter(name=name).update(every_seconds=every)


def kick(name: str, *, now: datetime) -> None:
    """Make a sweep due now and wake somebody up, once, when this transaction commits."""
    if _will_run(name, now):
        return
    Sweep.objects.filter(name=name, due_at__gt=now).update(due_at=now)
    woken = _not_queued(now).filter(name=name).update(queued_at=now)
    if woken:
        transaction.on_commit(lambda: wake(name))


def _will_run(name: str, now: datetime) -> bool:
    """Somebody is on the way who will see everything that is committed: nothing to write.

    Inside a transaction nobody can say so, because what it wrote is not visible yet.
    """
    if connection.in_atomic_block:
        return False
    return (
        Sweep.objects.filter(name=name, due_at__lte=now, queued_at__gt=now - WAKE_UP_LOST)
        .filter(_free(now))
        .exists()
    )


def wake(name: str) -> None:
    from django_q.tasks import async_task  # imports the broker: only where work is queued

    async_task("integrations.tasks.run_sweep", name, task_name=name[:90])


def enqueue_due(now: datetime) -> int:
    """Wake somebody up for everything that is due and not queued. Called by the clock."""
    due = _not_queued(now).filter(due_at__lte=now).filter(_free(now))
    names = list(due.order_by("due_at").values_list("name", flat=True))
    count = 0
    for name in names:
        if _not_queued(now).filter(name=name).update(queued_at=now):
            wake(name)
            count += 1
    return count


def _not_queued(now: datetime):  # type: ignore[no-untyped-def]
    return Sweep.objects.filter(Q(queued_at__isnull=True) | Q(queued_at__lte=now - WAKE_UP_LOST))


def _free(now: datetime) -> Q:
    return Q(leased_until__isnull=True) | Q(leased_until__lte=now)


def run(rt: Runtime, name: str) -> bool:
    """Run one sweep if nobody else does, until it has no more work or its time is up.

    True when it ran. A kick during the run is not lost: it runs again.
    """
    sweep = _take(rt, name)
    if sweep is None:
        # The wake-up is used up, though: were it left standing, no other would come for a while.
        Sweep.objects.filter(name=name).update(queued_at=None)
        return False
    kind, argument = _kinds[name.partition(":")[0]], name.partition(":")[2]
    started = rt.clock()
    error = ""
    answer: Answer = False
    try:
        answer = kind.run(rt, argument)
        while _goes_on(rt, answer, started) and _renew(rt, sweep):
            answer = kind.run(rt, argument)
    except Exception as problem:  # the worker loop's last resort: the sweep runs again later
        log.exception("sweep failed name=%s", name)
        error = f"{type(problem).__name__}: {problem}"[:300]
    _give_back(rt, sweep, answer, error)
    return True


def _goes_on(rt: Runtime, answer: Answer, started: datetime) -> bool:
    """More to do at once, or after a rest so short that handing over would take longer."""
    now = rt.clock()
    if now - started >= BUDGET:
        return False
    if isinstance(answer, bool):
        return answer
    if answer - now > NAP:
        return False
    rt.sleep(max((answer - now).total_seconds(), 0))
    return rt.clock() >= answer


def _take(rt: Runtime, name: str) -> Sweep | None:
    now, token = rt.clock(), rt.token()
    holder = Sweep.objects.filter(name=name).values_list("lease_owner", "leased_until").first()
    if holder is None or name.partition(":")[0] not in _kinds:
        return None
    free = _free(now)
    if holder[1] and is_gone(holder[0]):
        free |= Q(lease_owner=holder[0])
    with transaction.atomic():
        every = Sweep.objects.filter(name=name).values_list("every_seconds", flat=True).get()
        taken = (
            Sweep.objects.filter(name=name)
            .filter(free)
            .update(
                leased_until=now + LEASE,
                lease_token=token,
                lease_owner=rt.owner(),
                queued_at=None,
                started_at=now,
                due_at=now + timedelta(seconds=every),
                runs=F("runs") + 1,
            )
        )
    return Sweep.objects.get(name=name) if taken else None


def _renew(rt: Runtime, sweep: Sweep) -> bool:
    """Keep the lease between rounds; False when it was lost."""
    return bool(
        Sweep.objects.filter(pk=sweep.pk, lease_token=sweep.lease_token).update(
            leased_until=rt.clock() + LEASE
        )
    )


def _give_back(rt: Runtime, sweep: Sweep, answer: Answer, error: str) -> None:
    now = rt.clock()
    mine = Sweep.objects.filter(pk=sweep.pk, lease_token=sweep.lease_token)
    mine.update(leased_until=None, lease_token="", finished_at=now, last_error=error)
    if answer is True:
        Sweep.objects.filter(pk=sweep.pk).update(due_at=now)
    elif isinstance(answer, datetime):
        Sweep.objects.filter(pk=sweep.pk, due_at__gt=now).update(due_at=answer)


def due_names(now: datetime) -> list[str]:
    """Sweeps that are due, the most urgent kind first; for running everything in one process."""
    names = list(
        Sweep.objects.filter(due_at__lte=now).filter(_free(now)).values_list("name", flat=True)
    )
    return sorted(names, key=lambda n: (_kinds[n.partition(":")[0]].urgency, n))


def next_due(now: datetime) -> datetime | None:
    return Sweep.objects.order_by("due_at").values_list("due_at", flat=True).first()


def newest_heartbeat() -> datetime | None:
    """When a worker last finished the heartbeat sweep; the watchdog restarts a silent cluster."""
    return Sweep.objects.filter(name=HEARTBEAT).values_list("finished_at", flat=True).first()
