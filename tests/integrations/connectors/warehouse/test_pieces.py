"""The connector's pure parts: configuration, objects as we send them, signatures, refusals."""

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import ValidationError

from integrations.canonical.fulfilment import Dispatch, DispatchLine, OrderProgress, Stage, Tracking
from integrations.canonical.orders import Address
from integrations.connectors.errors import (
    ConflictError,
    NotFoundError,
    RejectedError,
    SchemaChangedError,
)
from integrations.connectors.spec import Delivery
from integrations.connectors.warehouse.config import WarehouseConfig
from integrations.connectors.warehouse.dialect import classify, credentials
from integrations.connectors.warehouse.mapping import records
from integrations.connectors.warehouse.pick_lists import address
from integrations.connectors.warehouse.rows import shipments
from integrations.connectors.warehouse.tables import read_table
from integrations.connectors.warehouse.webhooks import authenticate, hints

FIXTURES = Path("tests/fixtures/warehouse")


def fixture(name):
    return json.loads((FIXTURES / f"{name}.json").read_text())


STOCK = {
    "warehouse": "MAIN",
    "sku": "TEE-BLK-M",
    "on_hand": 25,
    "allocated": 2,
    "available": 20,
    "as_of": "2026-11-20T10:16:00Z",
}


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"base_url": "https://wms.example/wms/v1"},
        {"base_url": "https://wms.example/wms/v1", "api_key": "k", "drop_folder": "/drop"},
        {"base_url": "ftp://wms.example", "api_key": "k"},
    ],
)
def test_a_connection_has_exactly_one_way_in(settings):
    with pytest.raises(ValidationError):
        WarehouseConfig.model_validate(settings)


@pytest.mark.parametrize(
    ("header", "sent"), [("Authorization", "Bearer k-1"), ("X-Api-Key", "k-1")]
)
def test_the_key_travels_in_the_header_that_was_agreed(header, sent):
    config = WarehouseConfig(base_url="https://wms.example", api_key="k-1", key_header=header)

    assert credentials(config) == {header: sent}


PARCEL = Dispatch(
    external_id="S-55120",
    order_reference="SITOO-LDS1-1000234",
    location_code="MAIN",
    dispatched_at=datetime(2026, 11, 20, 16, 40, tzinfo=UTC),
    tracking=(
        Tracking(
            carrier="DPD",
            service="Next day",
            number="15501234567890",
            url="https://track.example/15501234567890",
        ),
    ),
    lines=(DispatchLine(line_id="1", sku="TEE-BLK-M", quantity=Decimal(2)),),
)


def test_an_order_reads_as_how_far_it_is():
    assert records("orders", fixture("order__backordered")) == [
        OrderProgress(
            external_id="SITOO-LDS1-1000234:backordered",
            order_external_id="W-882341",
            order_reference="SITOO-LDS1-1000234",
            stage=Stage.BACKORDERED,
            status="backordered",
            at=datetime(2026, 11, 20, 10, 15, 33, tzinfo=UTC),
            location_code="MAIN",
        )
    ]


def test_a_parcel_reads_the_same_over_rest_and_from_a_file():
    name = "shp__part.csv"
    (by_file,) = shipments(read_table(name, (FIXTURES / name).read_bytes()))

    assert records("shipments", fixture("shipment__part")) == [PARCEL]
    assert records("shipments", by_file) == [PARCEL]


def test_an_unknown_sku_is_named_in_the_refusal():
    error = classify(422, {}, fixture("problem__unknown_sku"))

    assert error.sentence == "The warehouse does not know SKU KID-TEE-4."
    assert "request b1f0" in error.detail


def test_what_may_be_sold_is_never_recomputed_when_it_is_stated():
    (level,) = records("stock-changes", STOCK)

    assert (level.on_hand, level.sellable) == (25, 20)


def test_what_may_be_sold_is_worked_out_where_it_is_left_out():
    (level,) = records("stock-changes", {**STOCK, "available": None})

    assert level.sellable == 23


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"on_hand": "25"}, "on_hand"), ({"sku": ""}, "sku"), ({"as_of": "10:16"}, "as_of")],
)
def test_a_changed_shape_names_the_field(changes, field):
    with pytest.raises(SchemaChangedError) as caught:
        records("stock-changes", STOCK | changes)

    assert caught.value.field == field


def test_unknown_fields_do_no_harm():
    assert records("stock-changes", STOCK | {"aisle": 7})


def test_a_long_address_keeps_every_line():
    body = address(Address(company="Example Ltd", lines=("Unit 4", "Mill", "Low Road", "Quay")))

    assert (body["name"], body["line3"]) == ("Example Ltd", "Low Road, Quay")


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (404, "not_found", NotFoundError),
        (409, "duplicate_order", ConflictError),
        (409, "idempotency_conflict", ConflictError),
        (409, "not_cancellable", RejectedError),
        (422, "unknown_sku", RejectedError),
        (422, "invalid_address", RejectedError),
    ],
)
def test_a_problem_is_classed_by_its_code(status, code, kind):
    error = classify(status, {}, {"code": code, "detail": "No."})

    assert type(error) is kind
    assert error.code == code


@pytest.mark.parametrize("status", [200, 401, 429, 500, 503])
def test_credentials_limits_and_breakdowns_are_left_to_the_common_table(status):
    assert classify(status, {}, {"code": "x", "detail": "y"}) is None


def test_a_problem_without_a_code_is_left_to_the_common_table():
    assert classify(422, {}, "plain text") is None


# The published example of Standard Webhooks.
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # noqa: S105 (published)
BODY = b'{"test": 2432232314}'
AT = datetime.fromtimestamp(1614265330, UTC)
HEADERS = {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
}


def verify(headers, body, secret, at):
    config = WarehouseConfig(base_url="https://wms.example", api_key="k", webhook_key=secret)
    return authenticate(Delivery(headers, {}, body, at), config)


def test_the_published_example_is_verified():
    assert verify(HEADERS, BODY, SECRET, AT)


def test_one_good_signature_among_two_is_enough_while_a_key_changes():
    both = "v1,AAAA " + HEADERS["webhook-signature"]

    assert verify(HEADERS | {"webhook-signature": both}, BODY, SECRET, AT)


@pytest.mark.parametrize(
    ("headers", "body", "secret", "at"),
    [
        ({}, b'{"test": 2432232315}', SECRET, AT),
        ({"webhook-id": "msg_other"}, BODY, SECRET, AT),
        ({"webhook-timestamp": "1614265331"}, BODY, SECRET, AT),
        ({"webhook-timestamp": "soon"}, BODY, SECRET, AT),
        ({"webhook-signature": HEADERS["webhook-signature"].replace("v1", "v2")}, BODY, SECRET, AT),
        ({}, BODY, "whsec_" + "A" * 32, AT),
        ({}, BODY, "", AT),
        ({}, BODY, "whsec_not base64", AT),
        ({}, BODY, SECRET, AT + timedelta(seconds=301)),
        ({}, BODY, SECRET, AT - timedelta(seconds=301)),
    ],
)  # fmt: skip
def test_anything_else_is_not_theirs(headers, body, secret, at):
    assert not verify(HEADERS | headers, body, secret, at)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"<html>", b'{"topic": 1}'])
def test_what_is_no_event_is_refused_with_a_sentence(body):
    with pytest.raises(ValueError, match="The body is not"):
        hints(body)


@pytest.mark.parametrize(
    "body",
    [b'{"topic": "ping"}', b'{"topic": "receipt.completed", "data": {}}',
     b'{"topic": "order.accepted", "data": {}}', b'{"topic": "order.accepted"}'],
)  # fmt: skip
def test_events_that_point_at_nothing_we_follow_give_no_hint(body):
    assert hints(body) == []


def test_a_repeated_event_has_the_same_id():
    body = b'{"topic": "order.accepted", "occurred_at": "2026-11-20T10:00:00Z", "data": {"client_order_ref": "PL-1"}}'  # noqa: E501

    assert hints(body)[0].event_id == hints(body)[0].event_id
    assert hints(body)[0].occurred_at == datetime(2026, 11, 20, 10, tzinfo=UTC)
