"""The simulated world: one clock, both vendors in this process, and the real pipeline.

Nothing here replaces product code: it fills the ports of `Runtime` and calls the same sweeps and
the same webhook view as production. Time passes only when somebody waits.
"""

import copy
import copyreg
import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest import mock

import httpx
from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.test import RequestFactory, TestCase

from config.rehearsal.model import BRIGHTPEARL, model_text, secrets
from integrations import views
from integrations.models import Connection, Link
from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.faults import FaultPlan
from integrations.sandbox.core.http import Request
from integrations.sandbox.core.webhooks import OutgoingCall
from integrations.sandbox.trade.control import desk_of
from integrations.sandbox.trade.items import TradeItem
from integrations.services import (
    commands,
    mappings,
    operating_model,
    replay,
    schedule,
    wiring,
)
from integrations.services.runtime import Runtime
from integrations.services.subscriptions import Subscriber
from tests.sandbox_transport import SandboxTransport
from tests.simulation import waiting
from tests.simulation.nemesis import Nemesis, Point, SimulatedCrash
from tests.simulation.shop import OPENS, small_estate

ORIGIN = "http://127.0.0.1:8700"
LATENCY = timedelta(milliseconds=40)
SWEEPS = (
    *("intake", "plan", "deliver", "publish", "settle", "stock"),
    *("housekeep", "journals", "replays"),
)

for _kind in (threading.Lock, threading.RLock):  # a copied world gets locks of its own
    copyreg.pickle(type(_kind()), lambda _, make=_kind: (make, ()))  # type: ignore[misc]


@dataclass
class Snapshot:
    """Everything that a run starts from: both vendors, their clock, and a savepoint."""

    sandbox: Sandbox
    savepoint: str


class World:
    """Use inside `open_world`. `begin` goes back to the snapshot as often as wanted."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.nemesis = Nemesis()
        self.acknowledged: list[OutgoingCall] = []  # webhooks that we answered with 2xx
        self.lives = 0
        self._use(sandbox)

    # Set-up

    def _use(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.clock = sandbox.clock
        self.restart()

    def restart(self) -> None:
        """A new worker process: other name, other connections; the old one's leases run out."""
        self.lives += 1
        self.nemesis.revive()
        self._opened: dict[int, Any] = {}
        self._tokens = 0
        life = self.lives
        self.rt = Runtime(
            open=self._open,
            clock=self.clock.now,
            sleep=lambda seconds: self.wait(timedelta(seconds=seconds)),
            token=self._token,
            owner=lambda: f"simulated:{life}",
        )

    def _token(self) -> str:
        self._tokens += 1
        return f"{self.lives:08x}{self._tokens:024x}"

    def _open(self, connection: Connection) -> Any:
        if connection.pk not in self._opened:
            wiring.ensure_budget(connection)
            self._opened[connection.pk] = wiring.build(
                connection, self.clock.now, transport=_Wire(self), owner=self.rt.owner
            )
        return self._opened[connection.pk]

    def snapshot(self) -> Snapshot:
        return Snapshot(copy.deepcopy(self.sandbox), transaction.savepoint())

    def begin(self, snapshot: Snapshot) -> None:
        """Back to the start: rows, vendors, clock, no faults and nobody dead."""
        self.nemesis.revive()
        self.nemesis.plan(())
        self.acknowledged = []
        transaction.savepoint_rollback(snapshot.savepoint)
        self.lives = 0
        self._use(copy.deepcopy(snapshot.sandbox))

    # What happens

    def now(self) -> datetime:
        return self.clock.now()

    def wait(self, span: timedelta) -> None:
        self.clock.advance(max(span, timedelta(milliseconds=1)))

    def ring(self, *items: TradeItem) -> None:
        """Ring these up now."""
        desk = desk_of(self.sandbox)
        desk.load(items)
        desk.ring()

    def use_faults(self, plan: FaultPlan | str) -> None:
        """Misbehave from now on; requests are counted from one again."""
        self.sandbox.requests.reset()
        self.sandbox.requests._total = 0
        self.sandbox.use_faults(plan)

    def link(self) -> Link:
        return Link.objects.select_related("channel", "owner").get(slug=BRIGHTPEARL)

    # The worker

    def work(self, patience: timedelta = timedelta(hours=3), *, polls: bool = True) -> bool:
        """Work until nothing is left to do; dies and comes back as planned. True when idle.

        `polls` makes the streams due at once and waits until each was read to its end.
        """
        since = self.now()
        waiting.begin(since, polls=polls)
        deadline = since + patience
        while self.now() < deadline:
            try:
                with self.nemesis.worker():
                    busy = self._round()
            except SimulatedCrash:
                self.restart()
                continue
            if busy:
                continue
            if not self.sandbox.hooks.pending() and waiting.is_idle(since if polls else None):
                return True
            self._jump()
        return False

    def interlude(self) -> None:
        """The worker is frozen while its answer is under way; another one lives on meanwhile."""
        planned = self.nemesis.interlude
        if planned is None or not self._was_asked(planned[0]):
            return
        self.nemesis.interlude = None
        self.freeze(planned[1])

    def freeze(self, meanwhile: Callable[[], None]) -> None:
        """This worker sleeps, as after SIGSTOP; it wakes up when another one has worked."""
        frozen = (self.rt, self._opened, self._tokens, list(self.nemesis._open))
        self.restart()
        meanwhile()
        self.rt, self._opened, self._tokens, self.nemesis._open = frozen

    def sleep_through(self) -> None:
        """Five minutes asleep while another worker takes over and finishes everything."""

        def take_over() -> None:
            self.wait(timedelta(minutes=5))
            self.work(timedelta(hours=1), polls=False)

        self.freeze(take_over)

    def _was_asked(self, endpoint: str) -> bool:
        seen = self.sandbox.requests.snapshot().values()
        return any(endpoint in system["messages_by_endpoint"] for system in seen)

    @contextmanager
    def operator(self) -> Iterator[None]:
        """A person acts: what waits for the commit happens at its end."""
        with _at_this_moment(self.clock.now), TestCase.captureOnCommitCallbacks(execute=True):
            yield

    def _round(self) -> bool:
        self.sandbox.hooks.pump(self.deliver_hook, self.now())
        due = [n for n in schedule.due_names(self.now()) if n.partition(":")[0] in SWEEPS]
        return any([schedule.run(self.rt, name) for name in due])

    def _jump(self) -> None:
        """To the next moment at which anything can happen."""
        times = [waiting.next_moment(self.now()), self.sandbox.hooks.next_due()]
        wanted = min((at for at in times if at), default=self.now() + timedelta(seconds=5))
        self.wait(max(wanted - self.now(), timedelta(milliseconds=20)))

    # Webhooks

    def deliver_hook(self, call: OutgoingCall) -> int | None:
        """The vendor's call, answered by the real view; None when the process died under it."""
        headers: dict[str, Any] = {
            f"HTTP_{k.upper().replace('-', '_')}": v for k, v in call.headers.items()
        }
        content_type = headers.pop("HTTP_CONTENT_TYPE", "application/json")
        path = call.url.removeprefix(ORIGIN)
        slug = path.partition("?")[0].split("/")[2]
        request = RequestFactory(**headers).generic(
            call.method, path, call.body, content_type=content_type
        )
        with _at_this_moment(self.clock.now), self.nemesis.worker():
            try:
                status: int = views.webhook(request, slug=slug).status_code
            except SimulatedCrash:
                self.restart()
                return None
        if status == 200:
            self.acknowledged.append(call)
        return status


@contextmanager
def _at_this_moment(now: Callable[[], datetime]) -> Iterator[None]:
    """Where the product asks the system's clock itself: at its edges, webhooks and commands."""
    edges = (views, commands, mappings, replay)
    with ExitStack() as stack:
        for edge in edges:
            stack.enter_context(mock.patch.object(edge, "system_now", now))
        yield


class _Wire(httpx.BaseTransport):
    """The network between the pipeline and the vendors."""

    def __init__(self, world: World) -> None:
        self._world = world

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        inner = SandboxTransport(self._world.sandbox)
        answer: httpx.Response = self._world.nemesis.around_request(
            lambda: inner.handle_request(request)
        )
        self._world.interlude()
        return answer


@contextmanager
def open_world(
    *, accounting_mode: str = "per_order", stocked: bool = True
) -> Iterator[tuple[World, Snapshot]]:
    """A retailer that is set up, published and idle. Rolls everything back at the end."""
    _refuse_real_database()
    with ExitStack() as stack:
        stack.enter_context(transaction.atomic())
        stack.callback(transaction.set_rollback, True)
        allowed = [*settings.PLUMBLINE_ALLOWED_ORIGINS, ORIGIN]
        stack.enter_context(mock.patch.object(settings, "PLUMBLINE_ALLOWED_ORIGINS", allowed))
        sandbox = _sandbox()
        shown = sandbox.handle(Request("GET", "/_sandbox/estate")).json()
        stack.enter_context(mock.patch.dict(os.environ, secrets(shown)))
        world = World(sandbox)
        stack.enter_context(database.execute_wrapper(world.nemesis.around_sql))
        stack.enter_context(mock.patch.object(schedule, "wake"))
        _set_up(world, shown, accounting_mode)
        _subscribe(world)
        if stocked and not world.work():
            raise AssertionError("the set-up does not come to rest")
        yield world, world.snapshot()


def _refuse_real_database() -> None:
    name = str(database.settings_dict["NAME"])
    if "memory" not in name and not name.startswith("test_"):
        raise AssertionError(f"A simulation needs a test database, and {name} is none.")


def _sandbox() -> Sandbox:
    clock = ManualClock(OPENS)
    sandbox = Sandbox(clock, seed=1, latency=LATENCY, pause=_passing(clock))
    desk_of(sandbox).open(small_estate())
    sandbox.sitoo.events.subscribe(
        f"{ORIGIN}/webhooks/sitoo", username="plumbline", password="rehearsal-tills"
    )
    return sandbox


def _passing(clock: ManualClock) -> Callable[[timedelta], None]:
    def pause(span: timedelta) -> None:
        clock.advance(span)

    return pause


def _set_up(world: World, shown: dict[str, Any], accounting_mode: str) -> None:
    text = model_text(shown, url=ORIGIN, accounting_mode=accounting_mode)
    overrides = ["connections.brightpearl.settings.parallel=1"]
    model = operating_model.read_file(text, name="small.yaml", overrides=overrides)
    operating_model.apply(model, sections={}, by="simulation", reason="Simulated", now=world.now())


def _subscribe(world: World) -> None:
    """The ERP's webhooks; the tills' were subscribed to in their own backoffice."""
    connector, _ = world.rt.open(Connection.objects.get(slug="brightpearl"))
    assert isinstance(connector, Subscriber)
    connector.subscribe_webhooks(f"{ORIGIN}/webhooks/brightpearl", "rehearsal-erp")


def crash_points(requests: int, commits: int) -> Sequence[Point]:
    """Every boundary of a run with so many requests and commits."""
    return [
        Point(where, index, side)
        for where, count in (("request", requests), ("commit", commits))
        for index in range(1, count + 1)
        for side in ("before", "after")
    ]
