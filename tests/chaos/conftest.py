"""Worlds for the chaos tests: set up once a module, gone back to before every run."""

import logging
from collections.abc import Iterator

import pytest

from tests.simulation.golden import GOLDEN
from tests.simulation.grid import Grid
from tests.simulation.world import World, open_world


@pytest.fixture(scope="module", autouse=True)
def quiet() -> Iterator[None]:
    """Thousands of faults on purpose would fill the log of a failure."""
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.fixture
def _django_db_helper() -> None:
    """In place of pytest-django's: a world keeps its own transaction, longer than one test."""


@pytest.fixture(scope="module")
def grid(request, django_db_setup, django_db_blocker) -> Iterator[Grid]:
    """One golden flow, named by the test's parameter, with its faultless run."""
    flow = GOLDEN[request.param]
    with (
        django_db_blocker.unblock(),
        open_world(accounting_mode=flow.accounting_mode) as (world, start),
    ):
        yield Grid(world, start, flow)


@pytest.fixture(scope="module")
def _per_order(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), open_world() as opened:
        yield opened


@pytest.fixture(scope="module")
def _daily(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), open_world(accounting_mode="daily_journal") as opened:
        yield opened


@pytest.fixture
def world(_per_order) -> World:
    """A retailer at rest, whose money is on its orders."""
    world, start = _per_order
    world.begin(start)
    world.use_faults("none")
    return world


@pytest.fixture
def daily_world(_daily) -> World:
    """A retailer at rest, whose money is in day journals."""
    world, start = _daily
    world.begin(start)
    world.use_faults("none")
    return world
