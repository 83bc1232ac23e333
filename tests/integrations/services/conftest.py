"""A hub with fake systems on both ends."""

import pytest

from tests.fakes import Worker, worker


@pytest.fixture
def hub() -> Worker:
    return worker()
