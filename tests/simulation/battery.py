"""Runs the parts of the harness by name, and hunts planted bugs with them."""

import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass

from tests.simulation.bad_day import BadDay, mode_of
from tests.simulation.golden import GOLDEN
from tests.simulation.grid import KINDS, Grid
from tests.simulation.planted import BUGS, planted
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.world import Snapshot, World, open_world

SEEDS = 40  # random days after which a planted bug counts as not found


@dataclass(frozen=True)
class Hunt:
    """How a planted bug was found: by which part, after how many runs."""

    bug: str
    found_by: str
    runs: int
    sentence: str
    seconds: int


def live(seed: int, *, world: World | None = None, start: Snapshot | None = None) -> list[str]:
    """One bad day from its seed, in a world of its own unless one is given."""
    if world is not None and start is not None:
        return BadDay(world, start, seed).run()
    with open_world(accounting_mode=mode_of(seed)) as (own, fresh):
        return BadDay(own, fresh, seed).run()


def hunt(name: str, *, seeds: int = SEEDS) -> Hunt:
    """Plant a bug and look for it: its likely places first, then one bad day after the other."""
    runs, began = 0, time.monotonic()
    for part, problems in _runs(name, seeds):
        runs += 1
        if problems:
            return Hunt(name, part, runs, problems[0], round(time.monotonic() - began))
    return Hunt(name, "", runs, "", round(time.monotonic() - began))


def _runs(name: str, seeds: int) -> Iterator[tuple[str, list[str]]]:
    for part in BUGS[name].likely:
        yield from _grid(name, part) if "/" in part else _scenario(name, part)
    for mode in ("per_order", "daily_journal"):
        with open_world(accounting_mode=mode) as (world, start):
            for seed in range(1, seeds + 1):
                if mode_of(seed) == mode:
                    yield (
                        f"seed {seed}",
                        _with(name, lambda s=seed: live(s, world=world, start=start)),
                    )


def _scenario(name: str, part: str) -> Iterator[tuple[str, list[str]]]:
    with open_world() as (world, start):
        world.begin(start)
        world.use_faults("none")
        yield part, _with(name, lambda: SCENARIOS[part](world))


def _grid(name: str, part: str) -> Iterator[tuple[str, list[str]]]:
    flow, _, kind = part.partition("/")
    with open_world(accounting_mode=GOLDEN[flow].accounting_mode) as (world, start):
        grid = Grid(world, start, GOLDEN[flow])
        for place in grid.places(kind):
            yield f"{part} at {place}", _with(name, lambda p=place: grid.strike(kind, p))


def _with(name: str, run: object) -> list[str]:
    """What the run finds with the bug planted; an exception is a find as well."""
    assert callable(run)
    with planted(name) if name else nullcontext():
        try:
            problems: list[str] = run()
        except Exception as error:  # a bug may break the harness's own reading: found too
            return [f"{type(error).__name__}: {error}"[:300]]
    return problems


def whole_grid() -> Iterator[tuple[str, list[str]]]:
    """Every boundary of every golden flow with every kind of fault."""
    for flow in GOLDEN.values():
        with open_world(accounting_mode=flow.accounting_mode) as (world, start):
            grid = Grid(world, start, flow)
            for kind in KINDS:
                for place in grid.places(kind):
                    yield f"{flow.name}/{kind} at {place}", grid.strike(kind, place)
