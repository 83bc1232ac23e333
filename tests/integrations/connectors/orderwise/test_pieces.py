"""The connector's pure parts: answers however they are wrapped, prices that add up, refusals."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from integrations.canonical.fulfilment import Stage
from integrations.connectors.errors import (
    ConflictError,
    RejectedError,
    SchemaChangedError,
    UnauthorisedError,
)
from integrations.connectors.orderwise.config import OrderwiseConfig
from integrations.connectors.orderwise.dialect import classify, message
from integrations.connectors.orderwise.mapping import Reader
from integrations.connectors.orderwise.sales_orders import split_evenly
from integrations.connectors.orderwise.wire import rows_of, with_columns

FIXTURES = Path("tests/fixtures/orderwise")
BASE = {"base_url": "https://acme.example/owapi", "username": "hub", "password": "p"}
SHIPPED = datetime(2026, 7, 20, 15, 40, tzinfo=UTC)


def fixture(name):
    return json.loads((FIXTURES / f"{name}.json").read_text())


@pytest.fixture
def reader():
    return Reader(OrderwiseConfig(session_id=7, stock_location_id="5", **BASE))


@given(pennies=st.integers(0, 10**7), units=st.integers(1, 500))
def test_unit_prices_add_up_to_the_row_and_differ_by_a_penny_at_most(pennies, units):
    total = Decimal(pennies) / 100

    parts = split_evenly(total, units)

    assert sum(count * price for count, price in parts) == total
    assert sum(count for count, _ in parts) == units
    assert max(price for _, price in parts) - min(price for _, price in parts) <= Decimal("0.01")


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (None, []),
        ([], []),
        ([{"Id": 1}], [{"id": 1}]),
        ({"Data": [{"ID": 1}]}, [{"id": 1}]),
        ({"rows": [{"iD": 1}]}, [{"id": 1}]),
        ({"id": 1}, [{"id": 1}]),
    ],
)
def test_rows_are_found_however_they_are_wrapped_and_spelt(data, rows):
    assert rows_of(data, "GET /x") == rows


@pytest.mark.parametrize("data", ["text", 5, [1], {"data": "text"}])
def test_what_is_no_list_of_rows_is_a_changed_shape(data):
    with pytest.raises(SchemaChangedError):
        rows_of(data, "GET /x")


def test_missing_columns_are_all_named():
    with pytest.raises(SchemaChangedError, match="no column b, c any more"):
        with_columns([{"a": 1}], ("a", "b", "c"), export=11)
    assert with_columns([], ("a",), export=11) == []


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"Message": "No.", "ModelState": {"x": ["A.", "B."], "y": "C."}}, "A. B. C."),
        ({"Message": "No."}, "No."),
        ({"message": "no"}, "no"),
        ({"error": "bad"}, "bad"),
        ("plain text ", "plain text"),
        (None, ""),
        ([], ""),
    ],
)
def test_a_refusal_is_read_however_it_is_wrapped(data, said):
    assert message(data) == said


@pytest.mark.parametrize(
    ("status", "data", "kind", "code"),
    [
        (400, {"Message": "Order already exists"}, ConflictError, "duplicate_order"),
        (400, {"Message": "Variant code 'X' was not found."}, RejectedError, "unknown_sku"),
        (400, None, RejectedError, ""),
        (403, None, UnauthorisedError, "403"),
    ],
)
def test_a_refusal_is_classed(status, data, kind, code):
    error = classify(status, {}, data)

    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize("status", [200, 401, 404, 429, 500])
def test_other_answers_are_left_to_the_common_table(status):
    assert classify(status, {}, {"Message": "x"}) is None


def test_a_recorded_refusal_names_the_variant():
    error = classify(400, {}, fixture("error__unknown_variant"))

    assert "TEE-RED-XXL" in error.sentence


def test_a_recorded_status_reads_as_progress_and_parcel(reader):
    payload = {**fixture("order_status__partly"), "id": "48211"}

    progress, parcel = reader.records("orders", payload)

    assert (progress.stage, progress.order_external_id) == (Stage.PART_DISPATCHED, "48211")
    assert progress.order_reference == "SITOO-LDS1-1000234"
    assert (parcel.dispatched_at, parcel.external_id) == (SHIPPED, "DN0098812")
    assert [(line.line_id, line.sku, line.quantity) for line in parcel.lines] == [
        ("1", "TEE-BLK-M", 2)
    ]


def test_a_recorded_export_row_reads_as_progress_and_parcel(reader):
    progress, parcel = reader.records("orders", fixture("export_status__completed")[0])

    assert (progress.stage, progress.order_external_id) == (Stage.DISPATCHED, "48211")
    assert (parcel.external_id, parcel.is_final) == ("SO104533/15501234567890", True)
    assert (progress.at, parcel.dispatched_at) == (SHIPPED, SHIPPED)


def test_one_figure_for_everywhere_belongs_to_the_configured_location(reader):
    (level,) = reader.records("stock-changes", {"sku": "TEE ", "freeStock": Decimal("-1.23456")})

    assert (level.location_code, level.sku, level.sellable) == ("5", "TEE ", Decimal("-1.235"))


@pytest.mark.parametrize(
    ("topic", "payload", "field"),
    [
        ("stock-changes", {"sku": "A", "freeStock": "4"}, "freeStock"),
        ("stock-changes", {"sku": "", "freeStock": 4}, "sku"),
        ("products", {"variantID": "1", "variantCode": "A"}, "variantid"),
        ("orders", fixture("export_status__completed")[0] | {"dateShipped": "soon"}, "dateShipped"),
    ],
)
def test_a_changed_shape_names_the_field(reader, topic, payload, field):
    with pytest.raises(SchemaChangedError) as caught:
        reader.records(topic, payload)

    assert caught.value.field == field


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "https://acme.example"},
        {"session_id": 0},
        {"timezone": "Europe/Leeds"},
        {"credit_mode": "xml"},
        {"username": "a:b"},
        {"statuses": {"Completed": "gone"}},
    ],
)
def test_settings_that_cannot_be_are_refused(changes):
    with pytest.raises(ValidationError):
        OrderwiseConfig.model_validate({"session_id": 7, **BASE} | changes)
