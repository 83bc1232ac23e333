"""One fault of every kind at the boundaries of every golden flow: the end is always the same.

The suite takes a sample of the boundaries, shifted by the kind so that many are struck by
several kinds; PLUMBLINE_STRIDE=1 and `manage.py soak --grid` take all of them.
"""

import os

import pytest
from django.db import connection

from tests.simulation.golden import GOLDEN
from tests.simulation.grid import KINDS, Grid

USUAL = 24 if connection.vendor == "sqlite" else 72  # the second database proves its SQL
STRIDE = int(os.environ.get("PLUMBLINE_STRIDE", USUAL))
COMMITS = 15  # there are ten times as many commits as requests

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("grid", list(GOLDEN), indirect=True)
def test_one_fault_anywhere_leaves_the_same_effects_and_nothing_waiting(grid: Grid, kind: str):
    places = grid.sample(kind, stride=STRIDE * (COMMITS if "commit" in kind else 1))

    found = {place: problems for place in places if (problems := grid.strike(kind, place))}

    assert found == {}
