"""The harness is judged by the bugs it finds: a few here, all with `manage.py soak --planted`."""

import pytest

from tests.simulation.battery import hunt
from tests.simulation.planted import BUGS

pytestmark = pytest.mark.django_db

QUICK = (
    "fences_nobody",
    "reads_nothing_back",
    "refunds_more_than_was_paid",
    "tells_no_till_again_after_a_receipt",
    "switches_the_guard_off",
)


def test_at_least_twenty_bugs_are_planted():
    assert len(BUGS) >= 20


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_found(name, django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        found = hunt(name, seeds=3)

    assert found.found_by, f"{name} was not found"
