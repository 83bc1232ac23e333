"""Finance sees a store-day: what it took, what differs, and its journal before it is posted."""

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from integrations.public import Document, DocumentTender, MappingRow, Store
from tests.conftest import NOW
from tests.monitoring import rows

ADDRESS = f"/days/LDS01/{NOW:%Y-%m-%d}/"
ACCOUNTS = {"sales": "4000", "vat": "2200", "cash-difference": "7900", "rounding": "7901"}


@pytest.fixture
def finance(client: Client, finance_user: Any) -> Client:
    client.force_login(finance_user)
    return client


def mapped(table: str, value: str, target: dict[str, str]) -> None:
    MappingRow.objects.create(
        link=rows.pair(),
        table=table,
        source_value=value,
        target=target,
        changed_at=NOW,
        changed_by="Ada",
    )


@pytest.fixture
def leeds(db: None) -> Store:
    """Leeds sold for 12.00 by card and closed its till, which counted 50p too little."""
    store = Store.objects.create(code="LDS01", name="Leeds", timezone="Europe/London")
    placed = {"store": store, "business_date": NOW.date(), "register_id": "T1"}
    sale = rows.receipt(**placed)
    rows.line(sale, "JK-1")
    DocumentTender.objects.create(
        document=sale, index=0, name="Card", amount=12, nominal_code="1210"
    )
    record = {
        "tenders": [{"name": "Card", "sales": "12.00", "refunds": "0"}],
        "cash": {"difference": "-0.50", "paid_out": "0"},
    }
    rows.receipt(kind="z-report", record=record, gross=Decimal(12), **placed)
    mapped("payment-type", "Cash", {"method": "CASH", "nominal": "1200"})
    return store


def test_the_grid_has_a_cell_for_the_day(finance: Client, leeds: Store) -> None:
    page = finance.get("/days/").content.decode()

    assert f'href="{ADDRESS}"' in page
    assert "Ready for its journal" in page


def test_the_journal_is_shown_before_it_is_posted_and_balances(
    finance: Client, leeds: Store
) -> None:
    for value, nominal in ACCOUNTS.items():
        mapped("journal-account", value, {"nominal": nominal})

    page = finance.get(ADDRESS).content.decode()

    assert "Preview: not posted yet" in page
    assert "Balanced" in page
    assert page.count("12.50") == 2


def test_an_account_that_is_missing_is_named(finance: Client, leeds: Store) -> None:
    page = finance.get(ADDRESS).content.decode()

    assert "The day journal has no account for “sales”" in page


def test_a_till_that_reports_more_than_its_receipts_is_lit(finance: Client, leeds: Store) -> None:
    report = Document.objects.get(kind="z-report")
    report.record["tenders"][0]["sales"] = "32.00"
    report.save()

    page = finance.get(ADDRESS).content.decode()

    assert '<td class="num differs">12.00</td>' in page
    assert "−20.00" in page


def test_merchandising_does_not_see_the_days(client: Client, user_in: Any, leeds: Store) -> None:
    client.force_login(user_in("merchandising"))

    assert client.get(ADDRESS).status_code == 403


@pytest.mark.parametrize("address", ["/days/LDS01/yesterday/", "/days/XX/2026-01-01/"])
def test_a_day_that_cannot_be_is_not_found(finance: Client, leeds: Store, address: str) -> None:
    assert finance.get(address).status_code == 404
