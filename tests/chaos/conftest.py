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
def opened(request, django_db_setup, django_db_blocker):
    """A retailer's world and its start; the parameter is its accounting mode."""
    mode = getattr(request, "param", "per_order")
    with django_db_blocker.unblock(), open_world(accounting_mode=mode) as world_and_start:
        yield world_and_start


@pytest.fixture
def world(opened) -> World:
    """A retailer at rest. Its money is on its orders, unless the test asks otherwise."""
    world, start = opened
    world.begin(start)
    world.use_faults("none")
    return world
