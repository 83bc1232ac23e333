"""Above every page stands what must be known before any figure on it is believed."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.public import Sweep


def body(client: Client) -> str:
    return client.get("/settings/changes/").content.decode().split("<main", 1)[0]


def sweep(name: str, *, finished: int, due: int = -1, **fields: Any) -> None:
    """One sweep that last finished and is due so many seconds ago."""
    now = timezone.now()
    Sweep.objects.create(
        name=name,
        every_seconds=5,
        finished_at=now - timedelta(seconds=finished),
        due_at=now - timedelta(seconds=due),
        **fields,
    )


@pytest.mark.django_db
def test_two_minutes_without_any_work_are_a_banner(admin: Client) -> None:
    sweep("heartbeat", finished=110)
    quiet = body(admin)

    Sweep.objects.update(finished_at=timezone.now() - timedelta(seconds=121))

    assert "last ran" not in quiet
    assert "The background work last ran 2 m ago" in body(admin)


@pytest.mark.django_db
def test_a_single_lane_that_stands_still_is_named(admin: Client) -> None:
    sweep("heartbeat", finished=1)
    sweep("deliver:brightpearl", finished=400, due=125)

    assert "more than two minutes: Send brightpearl." in body(admin)


@pytest.mark.django_db
def test_a_lane_that_somebody_works_on_does_not_stand_still(admin: Client) -> None:
    sweep("heartbeat", finished=1)
    busy = timezone.now() + timedelta(seconds=30)
    sweep("deliver:brightpearl", finished=400, due=125, leased_until=busy)

    assert "two minutes" not in body(admin)
