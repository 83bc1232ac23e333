"""Every boundary of a golden flow with every kind of fault: what must hold in all of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from integrations.sandbox.core.faults import Fault, FaultScript, HookFault
from tests.simulation import invariants
from tests.simulation.effects import Outcome, outcome
from tests.simulation.golden import Golden
from tests.simulation.nemesis import Point
from tests.simulation.world import Snapshot, World

KINDS = (
    "crash_before",
    "crash_after",
    "commit_before",
    "commit_after",
    "frozen_after_request",
    "frozen_after_commit",
    *(fault.value for fault in Fault),
    *(f"hook_{fault.value}" for fault in HookFault),
)
PATIENCE = timedelta(minutes=30)  # for everything that waits after one fault


@dataclass(frozen=True)
class Run:
    """One run of a flow: what came out of it, and how many boundaries it had."""

    outcome: Outcome
    requests: int
    commits: int
    hooks: int


class Grid:
    """One golden flow in one world. The faultless run is the measure of all others."""

    def __init__(self, world: World, start: Snapshot, flow: Golden) -> None:
        self.world, self.flow = world, flow
        world.begin(start)
        flow.before(world)
        self.start = world.snapshot()
        self.golden = self._faultless()

    def _faultless(self) -> Run:
        world = self._begin()
        if not world.work():
            raise AssertionError(f"{self.flow.name} does not come to rest without any fault")
        problems = invariants.check(world)
        if problems:
            raise AssertionError(f"{self.flow.name} without any fault: {problems}")
        hooks = world.sandbox.hooks
        return Run(
            outcome(world.sandbox),
            world.nemesis.requests,
            world.nemesis.commits,
            sum(hooks._enqueued.values()),
        )

    def _begin(self) -> World:
        self.world.begin(self.start)
        self.world.use_faults("none")
        self.world.sandbox.hooks._enqueued.clear()
        self.flow.act(self.world)
        return self.world

    def places(self, kind: str) -> range:
        """Where this kind of fault can strike."""
        run = self.golden
        if kind.startswith("hook"):
            return range(1, run.hooks + 1)
        return range(1, (run.commits if "commit" in kind else run.requests) + 1)

    def sample(self, kind: str, *, stride: int) -> Sequence[int]:
        """Every `stride`-th place, beginning at another one for each kind."""
        return self.places(kind)[KINDS.index(kind) % stride :: stride]

    def strike(self, kind: str, place: int) -> list[str]:
        """Run the flow with one fault; returns what is wrong in the end."""
        world = self.world
        world.begin(self.start)
        world.use_faults("none")
        world.sandbox.hooks._enqueued.clear()
        self._arm(kind, place)
        self.flow.act(world)
        if not world.work(PATIENCE):
            return ["it does not come to rest"]
        if not _struck(world, kind) and not kind.startswith("hook"):  # fewer hooks: they merged
            return [f"the fault never struck at {place}"]
        return self.golden.outcome.differences(outcome(world.sandbox)) + invariants.check(world)

    def _arm(self, kind: str, place: int) -> None:
        where, _, rest = kind.partition("_")
        if kind in ("crash_before", "crash_after"):
            self.world.nemesis.plan([Point("request", place, rest)])
        elif where == "frozen":
            boundary = rest.partition("_")[2]
            point = Point(boundary, place, rest.partition("_")[0])
            self.world.nemesis.freezes = {point: self.world.sleep_through}
        elif where == "commit":
            self.world.nemesis.plan([Point("commit", place, rest)])
        elif where == "hook":
            self.world.use_faults(FaultScript(hooks={place: rest}))
        else:
            self.world.use_faults(FaultScript({place: kind}))


def _struck(world: World, kind: str) -> bool:
    if kind.startswith(("crash", "commit", "frozen")):
        return world.nemesis.crashes > 0
    if kind.startswith("hook"):
        return world.sandbox.hooks.counts[kind.removeprefix("hook_")] > 0
    return any(world.sandbox.requests._faults[name][kind] for name in world.sandbox.systems)
