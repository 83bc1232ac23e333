"""The second example retailer and the simulated OrderWise must agree, code by code."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from config.rehearsal.model import ORDERWISE, model_text
from integrations.operating_model import OperatingModel
from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.http import json_response
from integrations.sandbox.trade.control import desk_of
from integrations.services.operating_model import read_file

ORIGIN = "http://127.0.0.1:8700"


@pytest.fixture(scope="module")
def shown() -> dict[str, Any]:
    desk = desk_of(Sandbox(seed=1))
    desk.open()
    answer: dict[str, Any] = json.loads(json_response(desk.as_plain()).body, parse_float=Decimal)
    return answer


@pytest.fixture(scope="module")
def written(shown: dict[str, Any]) -> OperatingModel:
    """What a rehearsal writes from what the sandbox says of itself."""
    text = model_text(shown, url=ORIGIN, accounting_mode="daily_journal", link=ORDERWISE)
    return read_file(text, name="written.yaml")


@pytest.fixture(scope="module")
def example() -> OperatingModel:
    text = Path(f"config/retailers/{ORDERWISE}.yaml").read_text(encoding="utf-8")
    return read_file(text.replace("http://127.0.0.1:8899", ORIGIN), name="example.yaml")


@pytest.mark.parametrize(
    "table", ["payment-type", "store-warehouse", "tax-code", "return-condition"]
)
def test_its_codes_are_those_of_the_sandbox(
    example: OperatingModel, written: OperatingModel, table: str
) -> None:
    ours, theirs = (model.mappings[ORDERWISE][table] for model in (example, written))

    assert {r.value: r.target for r in ours} == {r.value: r.target for r in theirs}


def test_its_connection_is_that_of_the_sandbox(
    example: OperatingModel, written: OperatingModel
) -> None:
    ours, theirs = (model.connections["orderwise"].settings for model in (example, written))

    assert {name: ours[name] for name in theirs} == theirs


def test_its_stores_keep_the_same_clocks(example: OperatingModel, written: OperatingModel) -> None:
    assert example.stores == written.stores


def test_klarna_waits_for_finance(example: OperatingModel) -> None:
    assert "Klarna" not in {row.value for row in example.mappings[ORDERWISE]["payment-type"]}


def test_both_erps_have_the_same_units_on_every_shelf() -> None:
    sandbox = Sandbox(seed=1)
    desk = desk_of(sandbox)
    estate = desk.open()
    first, places = sandbox.brightpearl, desk.as_plain()

    for store in (each.code for each in estate.stores):
        for product in estate.products:
            variant = sandbox.orderwise.state.variant(product.sku)
            if variant is not None and product.is_stocked:
                there = places["brightpearl"]["warehouses"][store]
                units = first.stock_level(product.sku, there)["signed"]
                assert variant.stock[places["orderwise"]["locations"][store]] == units
