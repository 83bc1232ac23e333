"""The sandbox: all simulated systems, their shared ledger and clock, and their bad days."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from integrations.sandbox.core.clock import Clock, SystemClock
from integrations.sandbox.core.control import handle_control
from integrations.sandbox.core.counters import RequestCounters
from integrations.sandbox.core.faults import (
    BrokenConnectionError,
    ConnectionDropped,
    Fault,
    FaultPlan,
    TimedOut,
    named_plan,
)
from integrations.sandbox.core.http import Request, Response, json_response
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.system import System
from integrations.sandbox.core.webhooks import HookQueue

if TYPE_CHECKING:
    pass

HTML_PAGE = b"<!doctype html><title>Maintenance</title><h1>We will be back shortly</h1>"
SLOW_ANSWER = timedelta(milliseconds=1500)


class Sandbox:
    """Holds the systems and answers requests for them, in-process or behind a server.

    `pause` is how time passes for latency and delays: `time.sleep` in a server, nothing (or a
    manual clock's advance) in a simulation. Requests may come from many threads.
    """

    def __init__(
        self,
        clock: Clock | None = None,
        *,
        seed: int = 1,
        faults: str | FaultPlan = "none",
        latency: timedelta = timedelta(0),
        limits: Mapping[str, Mapping[str, Any]] | None = None,
        pause: Callable[[timedelta], None] | None = None,
    ) -> None:
        self.clock: Clock = clock or SystemClock()
        self.seed = seed
        self.latency = latency
        self.pause = pause
        self.ledger = Ledger()
        self.hooks = HookQueue()
        self.requests = RequestCounters()
        self.systems = self._make_systems()
        self.use_faults(faults)
        for name, wanted in (limits or {}).items():
            self.systems[name].configure(wanted)

    def _make_systems(self) -> dict[str, System]:
        from integrations.sandbox.bigcommerce.system import BigCommerceSystem
        from integrations.sandbox.brightpearl.system import BrightpearlSystem
        from integrations.sandbox.mintsoft.system import MintsoftSystem
        from integrations.sandbox.orderwise.system import OrderwiseSystem
        from integrations.sandbox.sitoo.system import SitooSystem
        from integrations.sandbox.warehouse.system import WarehouseSystem

        shared: dict[str, Any] = {
            "clock": self.clock,
            "ledger": self.ledger,
            "hooks": self.hooks,
            "seed": self.seed,
        }
        self.sitoo: SitooSystem = SitooSystem(**shared)
        self.brightpearl: BrightpearlSystem = BrightpearlSystem(**shared)
        self.bigcommerce: BigCommerceSystem = BigCommerceSystem(**shared)
        self.warehouse: WarehouseSystem = WarehouseSystem(**shared)
        self.mintsoft: MintsoftSystem = MintsoftSystem(**shared)
        self.orderwise: OrderwiseSystem = OrderwiseSystem(**shared)
        return {
            "sitoo": self.sitoo,
            "brightpearl": self.brightpearl,
            "bigcommerce": self.bigcommerce,
            "warehouse": self.warehouse,
            "mintsoft": self.mintsoft,
            "orderwise": self.orderwise,
        }

    def use_faults(self, faults: str | FaultPlan, *, seed: int | None = None) -> None:
        """Misbehave by this plan from now on. Raises ValueError for an unknown plan's name."""
        plan = faults
        if isinstance(plan, str):
            plan = named_plan(plan, seed=self.seed if seed is None else seed)
        self.faults: FaultPlan = plan
        self.hooks.faults = plan

    def handle(self, request: Request) -> Response:
        """Answer one request. Raises TimedOut or ConnectionDropped where the plan says so."""
        name = request.path.lstrip("/").partition("/")[0]
        if name == "_sandbox":
            return handle_control(self, request)
        system = self.systems.get(name)
        if system is None:
            return json_response({"error": f"There is no system called {name!r}."}, status=404)
        try:
            response = self._admit(system, request)
        except BrokenConnectionError:
            self.requests.answered(name, 0)
            raise
        self.requests.answered(name, response.status)
        return response

    def _admit(self, system: System, request: Request) -> Response:
        boundary = self.requests.arrived(system.name, system.describe(request), self.clock.now())
        refusal = system.admit(request)
        if refusal is not None:
            return refusal
        try:
            self._wait(self.latency)
            fault = self.faults.decide(boundary)
            if fault is None:
                return _apply(system, request)
            self.requests.broken(system.name, fault)
            return self._misbehave(system, request, fault)
        finally:
            system.release(request)

    def _misbehave(self, system: System, request: Request, fault: Fault) -> Response:
        if fault in (Fault.HTTP_500, Fault.HTTP_503, Fault.THROTTLE):
            return system.refuse(fault)
        if fault is Fault.HTML:
            return Response(200, {"content-type": "text/html"}, HTML_PAGE)
        if fault is Fault.TIMEOUT_NOT_APPLIED:
            raise TimedOut(applied=False)
        if fault is Fault.DELAY:
            self._wait(SLOW_ANSWER)
        response = _apply(system, request, fault)
        if fault is Fault.TIMEOUT_APPLIED:
            raise TimedOut(applied=True)
        if fault is Fault.RESET:
            raise ConnectionDropped(applied=True)
        return _cut_short(response) if fault is Fault.TRUNCATED else response

    def _wait(self, span: timedelta) -> None:
        if self.pause is not None and span:
            self.pause(span)


def _apply(system: System, request: Request, fault: Fault | None = None) -> Response:
    if fault is Fault.PARTIAL_BATCH:
        faults = frozenset({fault.value})
        request = Request(
            request.method, request.path, request.query, request.headers, request.body, faults
        )
    with system.lock:
        return system.handle(request)


def _cut_short(response: Response) -> Response:
    whole = len(response.body)
    return Response(response.status, response.headers, response.body[: whole // 2], whole)
