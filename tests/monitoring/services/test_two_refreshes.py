"""Two refreshes at the same moment, each with a database connection of its own."""

from threading import Barrier, Thread

import pytest
from django.db import connection, connections

from monitoring.models import CaseEvent, CaseOccurrence, ExceptionCase
from monitoring.services.cases import Refreshed, refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_two_refreshes_at_once_open_each_case_once():
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection; PostgreSQL shows this")
    for number in range(200):
        rows.hold("SKU_UNMAPPED", f"LB-{number % 50}")
    start, done = Barrier(4), list[Refreshed]()

    def run() -> None:
        start.wait()
        done.append(refresh_cases(now=NOW, types=["SKU_UNMAPPED"]))
        connections.close_all()

    threads = [Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [each.failed for each in done] == [()] * 4
    assert ExceptionCase.objects.count() == CaseEvent.objects.count() == 50
    assert CaseOccurrence.objects.count() == 200
