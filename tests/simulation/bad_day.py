"""One bad day from a seed: trade, weather, crashes, people who press buttons; then peace.

The same seed is the same day, on any machine. The day is the trade generator's own, smaller.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db.models import Q

from integrations.models import Connection, Hold
from integrations.sandbox.core.faults import Boundary, Fault, HookFault
from integrations.sandbox.trade.control import desk_of
from integrations.sandbox.trade.dice import Dice
from integrations.sandbox.trade.generator import generate
from integrations.services import commands
from integrations.services.mappings import set_row
from tests.simulation import invariants
from tests.simulation.nemesis import Point
from tests.simulation.world import Snapshot, World

BY = "simulated operator"
MODES = ("per_order", "daily_journal")
EXPECTED_REQUESTS = 90  # faults are spread over about so many
EXPECTED_COMMITS = 900
A_DAY = timedelta(hours=25)  # after which every reading of the owner is taken afresh


@dataclass
class Weather:
    """A fault plan: exact requests and webhooks, drawn from dice. Fills the sandbox's port."""

    faults: dict[int, Fault] = field(default_factory=dict)
    hooks: dict[int, HookFault] = field(default_factory=dict)
    _hooks: int = 0

    def decide(self, boundary: Boundary) -> Fault | None:
        return self.faults.get(boundary.number)

    def decide_hook(self, system: str, index: int) -> HookFault | None:
        self._hooks += 1
        return self.hooks.get(self._hooks)


def mode_of(seed: int) -> str:
    return MODES[seed % len(MODES)]


class BadDay:
    """Live one through with `run`; the answer is what is wrong at its end."""

    def __init__(self, world: World, start: Snapshot, seed: int) -> None:
        self.world, self.dice, self.seed = world, Dice("bad day", seed), seed
        world.begin(start)
        self.log: list[str] = []

    def run(self) -> list[str]:
        world = self.world
        self._forecast()
        for chunk in self._chunks():
            self._until(max(item.arrives_at for item in chunk))
            world.ring(*chunk)
            world.work(timedelta(seconds=self.dice.between(20, 150)), polls=self.dice.happens(300))
            self._press_buttons()
        world.use_faults("none")
        world.nemesis.plan(())
        self._resume()
        if not world.work(timedelta(hours=1)):
            return ["it does not come to rest"]
        world.wait(A_DAY)
        if not world.work(timedelta(hours=1), polls=False):
            return ["it does not come to rest a day later"]
        return invariants.check(world)

    def _forecast(self) -> None:
        """Nought to eight faults, a crash or two, and what happens to webhooks."""
        dice = self.dice.branch("weather")
        faults = {
            dice.between(1, EXPECTED_REQUESTS): dice.pick(tuple(Fault))
            for _ in range(dice.below(9))
        }
        hooks = {dice.between(1, 60): dice.pick(tuple(HookFault)) for _ in range(dice.below(6))}
        self.world.use_faults(Weather(faults, hooks))
        points = [self._point(dice) for _ in range(dice.below(3))]
        self.world.nemesis.plan(points)
        self.log += [f"request {n}: {kind}" for n, kind in sorted(faults.items())]
        self.log += [f"webhook {n}: {kind}" for n, kind in sorted(hooks.items())]
        self.log += [f"crash {p.side} {p.where} {p.index}" for p in points]

    def _point(self, dice: Dice) -> Point:
        side = dice.pick(("before", "after"))
        if dice.happens(500):
            return Point("request", dice.between(1, EXPECTED_REQUESTS), side)
        return Point("commit", dice.between(1, EXPECTED_COMMITS), side)

    def _chunks(self) -> Sequence[Sequence[Any]]:
        """The day's trade in the order in which it arrives, in two to four helpings."""
        dice = self.dice.branch("trade")
        day = self.world.now().date()
        events = dice.between(20, 24 if dice.happens(900) else 60)
        estate = desk_of(self.world.sandbox).estate
        items = generate(events=events, seed=self.seed, day=day, estate=estate)
        parts = dice.between(2, 4)
        size = -(-len(items) // parts)
        return [items[at : at + size] for at in range(0, len(items), size)]

    def _until(self, at: Any) -> None:
        self.world.wait(at - self.world.now())

    # People

    def _press_buttons(self) -> None:
        actions: tuple[Callable[[], None], ...] = (
            self._map_klarna,
            self._replay_twice,
            self._dismiss,
            self._edit_mapping,
            self._pause,
            self._resume,
        )
        for _ in range(self.dice.below(3)):
            action = self.dice.pick(actions)
            self.log.append(action.__name__.strip("_"))
            with self.world.operator():
                action()

    def _map_klarna(self) -> None:
        self._set("payment-type", "Klarna", {"method": "PAYPAL", "nominal": "1250"})

    def _edit_mapping(self) -> None:
        """Card money goes to another method while sales are on their way."""
        self._set("payment-type", "Amex", {"method": "CARD", "nominal": "1230"})

    def _set(self, table: str, value: str, target: dict[str, str]) -> None:
        set_row(
            link=self.world.link(),
            table=table,
            source_value=value,
            target=target,
            by=BY,
            reason="Simulated",
            now=self.world.now(),
        )

    def _replay_twice(self) -> None:
        ids = list(Hold.objects.open().values_list("pk", flat=True))
        for _ in range(2):
            commands.replay_holds(hold_ids=ids, by=BY, reason="Simulated", now=self.world.now())

    def _dismiss(self) -> None:
        """Only what the trade itself holds: a person who dismisses an outage would be wrong."""
        ours = Q(kind__in=("PAYMENT_UNMAPPED", "SKU_UNMAPPED"), transfer=None)
        holds = list(Hold.objects.open().filter(ours).order_by("pk"))
        if holds:
            commands.dismiss_hold(
                hold_id=self.dice.pick(holds).pk, by=BY, reason="Simulated", now=self.world.now()
            )

    def _pause(self) -> None:
        slug = self.dice.pick(("sitoo", "brightpearl"))
        commands.pause_connection(slug=slug, by=BY, reason="Simulated", now=self.world.now())

    def _resume(self) -> None:
        for slug in Connection.objects.filter(state="paused").values_list("slug", flat=True):
            with self.world.operator():
                commands.resume_connection(slug=slug, by=BY, now=self.world.now())
