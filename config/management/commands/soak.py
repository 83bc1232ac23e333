"""Many simulated bad days, or one again; the harness itself, tested by planted bugs."""

import logging
import statistics
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

Part = tuple[str, list[str]]


class Command(BaseCommand):
    help = (
        "Simulate bad days in a database in memory: --seeds 1000, --minutes 60, one again with "
        "--seed 17, every boundary with --grid, planted bugs with --planted, day-ends signed while "
        "sales arrive with --sign-off 1000 (threads on PostgreSQL). Exit 1 on a find "
        "(with --planted: unless every bug was found)."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--seeds", type=int, default=1000)
        parser.add_argument("--start", type=int, default=1, help="the first seed")
        parser.add_argument("--seed", type=int, help="only this one, with what happened in it")
        parser.add_argument("--minutes", type=int, help="stop after so long")
        parser.add_argument("--grid", action="store_true", help="one fault at every boundary")
        parser.add_argument("--planted", action="store_true", help="plant bugs and find them")
        parser.add_argument("--sign-off", type=int, help="so many sign-offs against arriving sales")
        parser.add_argument("--only", default="", help="comma-separated names of planted bugs")

    def handle(self, *args: Any, **options: Any) -> None:
        logging.disable(logging.CRITICAL)
        with _own_database():
            if options["planted"]:
                self._plant(options["only"])
            elif options["sign_off"]:
                self._many(_races(options["start"], options["sign_off"]), options["minutes"])
            elif options["seed"] is not None:
                self._again(options["seed"])
            else:
                self._many(_grid() if options["grid"] else _days(options), options["minutes"])

    def _many(self, parts: Iterator[Part], minutes: int | None) -> None:
        began, done, bad = time.monotonic(), 0, 0
        for name, problems in parts:
            done += 1
            if problems:
                bad += 1
                self._tell(name, problems)
            if minutes and time.monotonic() - began > minutes * 60:
                break
        seconds = time.monotonic() - began
        self.stdout.write(f"{done} runs, {bad} violations, {seconds:.0f} s")
        if bad:
            raise SystemExit(1)

    def _tell(self, name: str, problems: list[str]) -> None:
        self.stdout.write(f"{name}: {problems[0]}")
        for problem in problems[1:10]:
            self.stdout.write(f"    {problem}")
        if name.startswith("seed "):
            self.stdout.write(f"    again: manage.py soak --{name}")

    def _again(self, seed: int) -> None:
        from tests.simulation.bad_day import BadDay, mode_of
        from tests.simulation.world import open_world

        with open_world(accounting_mode=mode_of(seed)) as (world, start):
            day = BadDay(world, start, seed)
            problems = day.run()
        for line in day.log:
            self.stdout.write(line)
        if problems:
            self._tell(f"seed {seed}", problems)
            raise SystemExit(1)
        self.stdout.write("All invariants hold.")

    def _plant(self, only: str) -> None:
        from tests.simulation.battery import hunt
        from tests.simulation.planted import BUGS

        names = [name for name in only.split(",") if name] or list(BUGS)
        unknown = set(names) - BUGS.keys()
        if unknown:
            raise CommandError(f"There is no planted bug called {', '.join(sorted(unknown))}.")
        hunts = []
        for name in names:
            found = hunt(name)
            hunts.append(found)
            how = f"{found.found_by}: {found.sentence[:110]}" if found.found_by else "NOT FOUND"
            self.stdout.write(f"{name:44} {found.runs:4} runs {found.seconds:4} s  {how}")
            self.stdout.flush()
        missed = [each.bug for each in hunts if not each.found_by]
        median = statistics.median(each.runs for each in hunts)
        self.stdout.write(f"{len(hunts) - len(missed)} of {len(hunts)} found, median {median} runs")
        if missed:
            raise SystemExit(1)


@contextmanager
def _own_database() -> Iterator[None]:
    """A test database; the configured one is never touched."""
    before = connection.settings_dict["NAME"]
    connection.creation.create_test_db(verbosity=0, autoclobber=True)
    try:
        yield
    finally:
        connection.creation.destroy_test_db(before, verbosity=0)


def _days(options: dict[str, Any]) -> Iterator[Part]:
    from tests.simulation.bad_day import BadDay, mode_of
    from tests.simulation.world import open_world

    seeds = range(options["start"], options["start"] + options["seeds"])
    for mode in sorted({mode_of(seed) for seed in seeds}):
        with open_world(accounting_mode=mode) as (world, start):
            for seed in seeds:
                if mode_of(seed) == mode:
                    yield f"seed {seed}", BadDay(world, start, seed).run()


def _grid() -> Iterator[Part]:
    from tests.simulation.battery import whole_grid

    return whole_grid()


def _races(first: int, count: int) -> Iterator[Part]:
    from tests.simulation.sign_off import SignOffRaces

    return SignOffRaces().run(first, count)
