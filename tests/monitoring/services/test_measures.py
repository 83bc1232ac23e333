"""The figures of the day are kept by the hour, and missing ones stay missing."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.public import StreamCursor
from monitoring.models import (
    DriftCensus,
    DriftTotal,
    ExceptionCase,
    Measurement,
    SaleExposure,
)
from monitoring.public import refresh_cases
from monitoring.services.measures import (
    exposure,
    history,
    money_at_risk,
    oldest_sale,
    record_heard,
    record_measures,
    unexplained_drift,
)
from tests.conftest import NOW
from tests.monitoring import rows

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_without_a_look_there_is_no_figure():
    assert money_at_risk(NOW).value is None
    assert oldest_sale(NOW).value is None
    record_measures(now=NOW)

    assert not Measurement.objects.exists()


def test_money_at_risk_is_that_of_the_queue_in_the_ledgers_currency():
    rows.hold("PAYMENT_UNMAPPED", "Klarna")
    rows.hold("PAYMENT_UNMAPPED", "Swish", currency="SEK")
    refresh_cases(now=NOW)
    ExceptionCase.objects.filter(currency="GBP").update(value_at_risk=Decimal("0.01"))

    reading = money_at_risk(NOW + HOUR)

    assert (reading.value, reading.currency, reading.as_of) == (Decimal("0.01"), "GBP", NOW)


def test_the_oldest_sale_counts_from_the_till_and_says_how_old_its_source_is():
    rows.receipt(state="held", placed_at=NOW - 3 * HOUR)
    rows.receipt(state="posted", placed_at=NOW - 9 * HOUR)
    StreamCursor.objects.create(connection=rows.till(), stream="orders", caught_up_at=NOW - HOUR)

    reading = oldest_sale(NOW)

    assert (reading.value, reading.as_of) == (Decimal(3 * 3600), NOW - HOUR)


def test_the_last_reading_of_an_hour_is_the_one_that_is_kept():
    rows.hold("PAYMENT_UNMAPPED", "Klarna")
    refresh_cases(now=NOW)
    record_measures(now=NOW)
    ExceptionCase.objects.update(value_at_risk=5)

    record_measures(now=NOW + timedelta(minutes=5))

    assert Measurement.objects.get(key="money-at-risk").value == 5


def test_history_is_the_same_hour_of_each_day_and_gaps_stay_gaps():
    hour = NOW.replace(minute=0)
    for back in (7, 1):
        Measurement.objects.create(key="oldest-sale", hour=hour - timedelta(days=back), value=back)
    Measurement.objects.create(key="oldest-sale", hour=hour - timedelta(days=3, hours=1), value=9)

    assert history(now=NOW)["oldest-sale"] == [7, None, None, None, None, None, 1]


def heard(key="heard"):
    return dict(Measurement.objects.filter(key=key).values_list("hour", "value"))


def test_receipts_are_counted_by_the_hour_in_which_they_arrived():
    hour = NOW.replace(minute=0)
    for minutes in (5, 10, 65):
        rows.receipt(received_at=hour - timedelta(minutes=minutes))

    record_heard(now=NOW)

    assert heard() == {hour - HOUR: 2, hour - 2 * HOUR: 1}
    assert heard("heard:LDS01") == heard()


def test_an_hour_is_counted_once_and_an_empty_one_is_known_to_be_empty():
    hour = NOW.replace(minute=0)
    rows.receipt(received_at=hour - timedelta(minutes=5))
    record_heard(now=NOW)
    record_heard(now=NOW + timedelta(minutes=20))

    record_heard(now=NOW + 3 * HOUR)

    assert heard() == {hour - HOUR: 1, hour: 0, hour + HOUR: 0, hour + 2 * HOUR: 0}


def test_nothing_is_counted_before_the_first_receipt():
    record_heard(now=NOW)

    assert heard() == {}


def census(units, *, taken_at=NOW, cause="unexplained"):
    kept = DriftCensus.objects.create(
        link=rows.pair(),
        began_at=taken_at,
        taken_at=taken_at,
        levels=10,
        agreeing=9,
        unknown=0,
        currency="GBP",
    )
    DriftTotal.objects.create(
        census=kept, location_code="3", cause=cause, rows=1, units=units, value=0
    )


def test_only_the_newest_census_counts_and_only_what_nothing_explains():
    census(9, taken_at=NOW - 24 * HOUR)
    census(Decimal("2.5"))
    DriftTotal.objects.create(
        census=DriftCensus.objects.first(),
        location_code="3",
        cause="held",
        rows=1,
        units=7,
        value=0,
    )

    reading = unexplained_drift(NOW)

    assert (reading.value, reading.as_of) == (Decimal("2.5"), NOW)


def test_without_a_census_drift_is_not_known():
    assert unexplained_drift(NOW).value is None


def test_exposure_is_what_95_of_100_sales_stayed_under():
    for seconds in range(100):
        SaleExposure.objects.create(
            document=rows.receipt(),
            connection=rows.till(),
            sold_at=NOW - HOUR,
            shown_at=NOW,
            seconds=seconds,
        )

    assert exposure(NOW).value == 95
    assert exposure(NOW + 30 * HOUR).value is None
