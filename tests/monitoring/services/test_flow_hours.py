"""What was sent, hour by hour."""

from datetime import timedelta

import pytest

from monitoring.models import FlowHour
from monitoring.services.flow_hours import HOUR, KEPT, SETTLED, close_hours, hour_of, sent
from tests.conftest import NOW
from tests.monitoring import rows

pytestmark = pytest.mark.django_db

LAST = hour_of(NOW) - HOUR  # the newest hour that is over


def post(at, **fields):
    return rows.transfer(state="posted", external_ref="1", posted_at=at, **fields)


def counts(since=LAST):
    return [sum(hours.values()) for hours in sent(since=since).values()]


def test_an_hour_that_is_over_is_counted_once_however_often_it_is_closed():
    post(LAST)
    post(LAST + timedelta(minutes=59))

    closed = close_hours(now=NOW + SETTLED)

    assert closed == 1
    assert close_hours(now=NOW + SETTLED) == 0
    assert FlowHour.objects.values_list("hour", "posted").get() == (LAST, 2)


def test_an_hour_stays_open_until_what_was_stamped_in_it_is_committed():
    post(LAST)

    assert close_hours(now=hour_of(NOW) + SETTLED - timedelta(seconds=1)) == 0
    assert close_hours(now=hour_of(NOW) + SETTLED) == 1


def test_what_is_not_counted_yet_is_counted_when_somebody_asks():
    post(LAST)
    close_hours(now=NOW + SETTLED)
    post(NOW)
    rows.transfer(state="held", posted_at=NOW)

    assert counts() == [2]


def test_flows_and_targets_are_counted_apart():
    post(NOW)
    post(NOW, flow="stock-to-channel", connection=rows.till())

    assert counts() == [1, 1]


def test_hours_nobody_looks_at_any_more_are_let_go():
    old = LAST - KEPT
    FlowHour.objects.create(
        link=rows.pair(), flow="f", connection=rows.ledger(), hour=old - HOUR, posted=1
    )

    close_hours(now=NOW)

    assert not FlowHour.objects.filter(hour__lt=old).exists()
