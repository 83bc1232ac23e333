"""What the API tells: exact amounts, times in UTC, the whole journey under any id."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from integrations.api.kit import money, quantity
from integrations.public import Document
from monitoring.models import DriftCensus, DriftSample
from tests.conftest import NOW
from tests.monitoring import rows


@pytest.fixture
def sale(trade: Callable[[int], None]) -> Document:
    trade(1)
    return Document.objects.get(state="posted")


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        ("12.0000", "GBP", "12.00"),
        ("0.0100", "GBP", "0.01"),
        ("10.0050", "GBP", "10.005"),
        ("1000.0000", "JPY", "1000"),
        ("1.2340", "KWD", "1.234"),
        ("-3.5000", "EUR", "-3.50"),
    ],
)
def test_an_amount_is_written_exactly(amount: str, currency: str, text: str) -> None:
    assert money(Decimal(amount), currency).amount == text


def test_an_unknown_quantity_is_never_zero() -> None:
    assert quantity(None) is None
    assert quantity(Decimal("0.000")) == "0"
    assert quantity(Decimal("100.000")) == "100"


def test_a_document_says_its_money_and_its_times(ops: Client, sale: Document) -> None:
    shown = ops.get(f"/api/v1/documents/{sale.pk}").json()

    assert shown["gross"] == {"amount": "12.00", "currency": "GBP"}
    assert shown["posted_at"] == "2026-03-28T10:30:00Z"
    assert shown["business_date"] == "2026-03-28"
    assert shown["tenders"][0]["amount"]["amount"] == "12.00"
    assert shown["links"][0]["external_id"] == f"SO-{sale.pk}"
    assert "record" not in shown


def test_filters_narrow_the_list(ops: Client, sale: Document) -> None:
    asked = {"state": "posted", "store": "LDS01", "day": f"{NOW:%Y-%m-%d}", "kind": "sale"}

    found = ops.get("/api/v1/documents", asked).json()["items"]

    assert [row["id"] for row in found] == [sale.pk]
    assert ops.get("/api/v1/documents", {"state": "held"}).json()["items"][0]["id"] != sale.pk


@pytest.mark.parametrize("by", ["number", "external_id", "erp", "key"])
def test_any_id_tells_the_whole_journey(ops: Client, sale: Document, by: str) -> None:
    transfer = sale.transfers.get()
    text = {"erp": f"SO-{sale.pk}", "key": transfer.key}.get(by) or getattr(sale, by)

    found = ops.get("/api/v1/trace", {"id": text}).json()

    (story,) = found["documents"]
    (sent,) = story["transfers"]
    assert story["number"] == sale.number
    assert sent["key"] == transfer.key
    assert sent["history"][0]["call"] == found["calls"][0]["id"]
    assert found["calls"][0]["path"] == "/order-service/order"


def test_a_stock_transfer_is_found_by_its_key(ops: Client) -> None:
    rows.transfer(key="level:sitoo:3:TEE", operation="set-level", sku="TEE")

    found = ops.get("/api/v1/trace", {"id": "level:sitoo:3:TEE"}).json()

    assert found["documents"] == []
    assert found["transfers"][0]["sku"] == "TEE"


def test_an_id_that_nobody_knows_is_an_empty_answer(ops: Client) -> None:
    found = ops.get("/api/v1/trace", {"id": "nothing-has-this"}).json()

    assert found == {"documents": [], "transfers": [], "calls": []}


def test_messages_are_for_roles_that_may_read_them(
    program: Any, user_in: Any, sale: Document
) -> None:
    found = program(user_in("store")).get("/api/v1/trace", {"id": sale.number}).json()

    assert found["calls"] is None
    assert found["documents"][0]["transfers"]


def test_levels_tell_what_was_told(ops: Client, sale: Document) -> None:
    (level,) = ops.get("/api/v1/levels", {"sku": f"SKU-{sale.pk}"}).json()["items"]

    assert (level["desired"], level["told"], level["seen"]) == ("3", "2", None)


def test_health_tells_of_queues_and_connections(ops: Client, sale: Document) -> None:
    found = ops.get("/api/v1/health").json()

    assert found["open_holds"] == 1
    assert {each["slug"] for each in found["connections"]} == {"sitoo", "brightpearl"}


def test_transfers_can_be_asked_for_by_state(ops: Client, sale: Document) -> None:
    held = rows.transfer(state="held")

    found = ops.get("/api/v1/transfers", {"state": "held"}).json()["items"]

    assert [row["id"] for row in found] == [held.pk]
    assert "payload" not in found[0]


def test_drift_is_told_by_cause_with_both_moments(ops: Client, sale: Document) -> None:
    census = DriftCensus.objects.create(
        link=rows.pair(),
        began_at=NOW,
        taken_at=NOW,
        levels=2,
        agreeing=1,
        unknown=0,
        currency="GBP",
    )
    DriftSample.objects.create(
        census=census,
        connection=rows.till(),
        location_code="3",
        sku="HAT",
        owner=5,
        owner_at=NOW,
        channel=4,
        is_read=True,
        units=1,
        size=1,
        unexplained=1,
        cause="unexplained",
        parts=[{"label": "unexplained", "units": "1", "cause": "unexplained", "refs": []}],
        value=12,
        at_risk=0,
        risk=0,
    )

    (found,) = ops.get("/api/v1/drift", {"sku": "HAT"}).json()["items"]

    assert (found["owner"], found["channel"], found["units"]) == ("5", "4", "1")
    assert found["parts"] == [{"cause": "unexplained", "label": "unexplained", "units": "1"}]
    assert found["value"] == {"amount": "12.00", "currency": "GBP"}
    assert ops.get("/api/v1/drift/censuses").json()["items"][0]["agreeing"] == 1


def test_a_comparison_is_begun_once(ops: Client, sale: Document) -> None:
    ask = {"data": '{"link": "sitoo-brightpearl"}', "content_type": "application/json"}

    first = ops.post("/api/v1/drift/compare", **ask).json()
    second = ops.post("/api/v1/drift/compare", **ask).json()

    assert (first["begun"], second["begun"]) == (True, False)
