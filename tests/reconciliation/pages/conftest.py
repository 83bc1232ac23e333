"""Leeds on one day, and the browsers of the two who sign it off."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.models import Link
from reconciliation.models import StoreDay
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.reconciliation.desk import TILL, closed_day
from tests.reconciliation.pages.browsing import prepare, sign


@pytest.fixture
def signed_in() -> Callable[[Any], Client]:
    def browser(user: Any) -> Client:
        client = Client()
        client.force_login(user)
        return client

    return browser


@pytest.fixture
def petra(signed_in: Callable[[Any], Client], preparer: Any) -> Client:
    return signed_in(preparer)


@pytest.fixture
def arno(signed_in: Callable[[Any], Client], approver: Any) -> Client:
    return signed_in(approver)


@pytest.fixture
def day(hub: Worker, link: Link) -> StoreDay:
    """A pair of socks for 12.00 by card; everything ties."""
    return closed_day(hub, sale(**TILL))


@pytest.fixture
def short(hub: Worker, link: Link) -> StoreDay:
    """The same, and the drawer was counted 43.00 short."""
    return closed_day(hub, sale(**TILL), cash="-43.00")


@pytest.fixture
def signed(day: StoreDay, petra: Client, arno: Client) -> StoreDay:
    prepare(petra)
    sign(arno)
    day.refresh_from_db()
    assert day.state == "signed"
    return day
