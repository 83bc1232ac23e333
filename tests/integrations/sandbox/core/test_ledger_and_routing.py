"""The ledger counts accepted effects; the router finds handlers and names endpoints."""

from datetime import timedelta
from decimal import Decimal

from integrations.sandbox.core.counters import RequestCounters
from integrations.sandbox.core.http import Request, read_json, write_json
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.routing import Router
from integrations.sandbox.core.system import Call
from tests.conftest import NOW


def test_an_effect_accepted_twice_under_one_key_is_a_duplicate():
    ledger = Ledger()
    ledger.record("brightpearl", "sales-order", 1, "R-1", {}, NOW)
    ledger.record("brightpearl", "sales-order", 2, "R-1", {}, NOW)
    ledger.record("brightpearl", "sales-credit", 3, "R-1", {}, NOW)

    (group,) = ledger.duplicates().values()

    assert [entry.id for entry in group] == ["1", "2"]


def test_effects_without_a_key_are_never_duplicates():
    ledger = Ledger()
    ledger.record("sitoo", "level", 1, "", {}, NOW)
    ledger.record("sitoo", "level", 1, "", {}, NOW)

    assert ledger.duplicates() == {}


def test_the_ledger_can_be_read_on_from_where_one_stopped():
    ledger = Ledger()
    for number in (1, 2, 3):
        ledger.record("sitoo", "level", number, "", {}, NOW)

    assert [entry.id for entry in ledger.entries(system="sitoo", after=1)] == ["2", "3"]


def test_a_literal_segment_wins_over_a_named_one():
    router = Router()
    router.add("GET", "/warehouse/{id}/location/{ids}", "some")
    router.add("GET", "/warehouse/{id}/location/default", "default")

    assert router.match("GET", "/warehouse/2/location/default").handler == "default"
    assert router.match("GET", "/warehouse/2/location/1,3").params == {"id": "2", "ids": "1,3"}


def test_a_path_with_another_method_is_unknown():
    router = Router()
    router.add("GET", "/orders/{id}", "read")

    assert router.match("POST", "/orders/1") is None
    assert router.endpoint(Request("GET", "/orders/1/")) == "GET /orders/{id}"
    assert router.endpoint(Request("POST", "/orders/1")) == "POST (unknown)"


def test_fractions_are_read_as_decimals_and_written_as_strings():
    assert read_json(b'{"price":0.10}') == {"price": Decimal("0.10")}
    assert write_json({"price": Decimal("1E+2")}) == b'{"price":"100"}'


def test_a_bundle_counts_as_one_request_and_as_its_messages():
    counters = RequestCounters()

    counters.arrived("brightpearl", Call("POST multi-message", ("POST a", "POST b")), NOW)
    counters.arrived("brightpearl", Call("GET c"), NOW)

    shown = counters.snapshot()["brightpearl"]
    assert (shown["requests"], shown["messages"]) == (2, 3)
    assert shown["messages_by_endpoint"] == {"POST a": 1, "POST b": 1, "GET c": 1}


def test_the_busiest_minute_slides():
    counters = RequestCounters()
    for second in (0, 40, 61, 62):
        counters.arrived("sitoo", Call("GET /"), NOW + timedelta(seconds=second))

    assert counters.snapshot()["sitoo"]["busiest_minute"] == 3
