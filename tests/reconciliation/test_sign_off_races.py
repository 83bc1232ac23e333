"""A sale that arrives while its day is signed is inside or late: never both, never neither."""

import pytest
from django.db import connection

from tests.simulation.sign_off import SignOffRaces

USUAL = 30 if connection.vendor == "sqlite" else 100


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_a_sale_is_inside_the_signed_day_or_late() -> None:
    outcomes = dict(SignOffRaces().run(1, USUAL))

    assert len(outcomes) == USUAL
    assert {name: problems for name, problems in outcomes.items() if problems} == {}
