"""Seeded bad days: trade, faults, crashes and people, then peace; all invariants hold at the end.

A failure names its seed: `manage.py soak --seed N` lives through it again.
PLUMBLINE_SEEDS runs more.
"""

import os

import pytest
from django.db import connection

from tests.simulation.bad_day import MODES, BadDay, mode_of

USUAL = 100 if connection.vendor == "sqlite" else 8  # the second database proves its SQL
SEEDS = int(os.environ.get("PLUMBLINE_SEEDS", USUAL))
REMEMBERED = (305, 417)  # found something once
AT_ONCE = 4  # seeds a test, so that the work spreads over processes

pytestmark = [pytest.mark.django_db, pytest.mark.simulation]


def helpings():
    """(mode, seeds): the modes one after the other, because each is a world of its own."""
    for mode in MODES:
        mine = [s for s in (*REMEMBERED, *range(1, SEEDS + 1)) if mode_of(s) == mode]
        for first in range(0, len(mine), AT_ONCE):
            part = mine[first : first + AT_ONCE]
            yield pytest.param(mode, part, id=f"{mode}-{part[0]}-to-{part[-1]}")


@pytest.mark.parametrize(("opened", "seeds"), list(helpings()), indirect=["opened"])
def test_after_a_bad_day_every_invariant_holds(opened, seeds):
    world, start = opened

    found = {seed: problems for seed in seeds if (problems := BadDay(world, start, seed).run())}

    assert found == {}, "live through it again: manage.py soak --seed N"
