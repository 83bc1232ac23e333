"""Stores and webhooks that fall silent while every system answers."""

from datetime import datetime, timedelta

import pytest

from integrations.public import Connection, Store
from monitoring.models import ExceptionCase
from monitoring.services.cases import refresh_cases
from tests.conftest import NOW
from tests.monitoring import rows

MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
LATEST = NOW - timedelta(minutes=20)


@pytest.fixture
def leeds(db: None) -> Store:
    return Store.objects.create(code="LDS01", name="Leeds", timezone="Europe/London")


def rang(store: Store, at: datetime) -> None:
    rows.receipt(store=store, received_at=at, placed_at=at, business_date=at.date())


def usual(store: Store, *, weeks: int = 4, receipts: int = 3) -> None:
    """As many receipts in the same half hour of earlier weeks."""
    for week in range(1, weeks + 1):
        for number in range(receipts):
            rang(store, LATEST - timedelta(weeks=week) + (number + 1) * 5 * MINUTE)


def test_a_store_that_usually_trades_now_is_quiet_after_half_an_hour(look, leeds: Store):
    usual(leeds)
    rang(leeds, LATEST)

    assert look("SYSTEM_SILENT", LATEST + 30 * MINUTE - SECOND) == []
    found = look("SYSTEM_SILENT", LATEST + 30 * MINUTE)

    assert [each.title for each in found] == [
        "Leeds has sent nothing for 30 m; at these hours it is usually 3 receipts."
    ]
    assert found[0].store_code == "LDS01"


def test_a_store_that_sells_once_an_hour_is_not_quiet_after_half_of_it(look, leeds: Store):
    usual(leeds, receipts=1)
    rang(leeds, LATEST)

    assert look("SYSTEM_SILENT", LATEST + 30 * MINUTE) == []


def test_one_busy_week_is_not_what_is_usual(look, leeds: Store):
    usual(leeds, weeks=1, receipts=12)
    rang(leeds, LATEST)

    assert look("SYSTEM_SILENT", LATEST + 30 * MINUTE) == []


def test_the_next_receipt_ends_the_silence(look, leeds: Store):
    usual(leeds)
    rang(leeds, LATEST)
    rang(leeds, LATEST + 29 * MINUTE)

    assert look("SYSTEM_SILENT", LATEST + 30 * MINUTE) == []


def test_a_closed_store_is_quiet_on_purpose(look, leeds: Store):
    usual(leeds)
    rang(leeds, LATEST)
    Store.objects.update(is_open=False)

    assert look("SYSTEM_SILENT", LATEST + 30 * MINUTE) == []


def test_a_store_of_a_system_in_trouble_is_the_systems_silence(look, leeds: Store):
    usual(leeds)
    rang(leeds, LATEST)
    Connection.objects.filter(slug="sitoo").update(trouble="unavailable", trouble_since=LATEST)

    found = look("SYSTEM_SILENT", LATEST + 30 * MINUTE)

    assert [each.subject for each in found] == ["reach"]


def test_a_quiet_store_is_the_store_teams_and_a_system_the_administrators(leeds: Store):
    rows.ledger(trouble="unauthorised", trouble_since=NOW)
    usual(leeds)
    rang(leeds, LATEST)

    refresh_cases(now=LATEST + 30 * MINUTE)

    owners = ExceptionCase.objects.filter(type_key="SYSTEM_SILENT")
    assert set(owners.values_list("subject", "team__code")) == {
        ("access", "ADM"),
        ("store LDS01", "STORE"),
    }


def test_receipts_that_come_by_polling_alone_tell_of_lost_webhooks(look, db: None):
    till = rows.till()
    Connection.objects.filter(pk=till.pk).update(last_webhook_at=NOW - timedelta(hours=2))
    rows.receipt(received_at=NOW - timedelta(hours=1))

    found = look("SYSTEM_SILENT")

    assert [each.subject for each in found] == ["webhooks"]


def test_a_quiet_night_is_not_taken_for_lost_webhooks(look, db: None):
    till = rows.till()
    Connection.objects.filter(pk=till.pk).update(last_webhook_at=NOW - timedelta(hours=9))
    rows.receipt(received_at=NOW - timedelta(hours=9))
    rows.receipt(received_at=NOW - MINUTE)  # the first of the morning; its webhook is on its way

    assert look("SYSTEM_SILENT") == []
