"""The example retailer and the sandbox's estate are written by different hands; they must agree."""

from pathlib import Path
from typing import Any

import pytest

from integrations.sandbox.app import Sandbox
from integrations.sandbox.trade.control import desk_of
from integrations.services.operating_model import read_file

ORIGIN = "http://127.0.0.1:8700"


@pytest.fixture(scope="module")
def estate():
    desk = desk_of(Sandbox(seed=1))
    desk.open()
    assert desk.estate is not None
    return desk.estate, desk.as_plain()


@pytest.fixture(scope="module")
def model():
    text = Path("config/retailers/sitoo-brightpearl.yaml").read_text(encoding="utf-8")
    return read_file(text.replace("http://127.0.0.1:8899", ORIGIN), name="example.yaml")


def rows(model: Any, table: str) -> dict[str, dict[str, str]]:
    return {row.value: row.target for row in model.mappings["sitoo-brightpearl"][table]}


def test_its_addresses_are_the_sandboxs(model, estate):
    shown = estate[1]
    account = shown["brightpearl"]["account"]
    urls = {slug: each.settings["base_url"] for slug, each in model.connections.items()}

    assert urls["sitoo"] == ORIGIN + shown["sitoo"]["base_path"]
    assert urls["brightpearl"] == f"{ORIGIN}{shown['brightpearl']['base_path']}/{account}"


def test_its_stores_keep_the_estates_clocks(model, estate):
    theirs = {store.code: (store.timezone, store.closes) for store in estate[0].stores}
    ours = {code: (s.timezone, f"{s.closes_at:%H:%M}") for code, s in model.stores.items()}

    assert ours == theirs


def test_every_tender_but_klarna_has_its_account(model, estate):
    theirs = {t.name: (t.method_code, t.nominal) for t in estate[0].tenders if t.nominal}
    found = rows(model, "payment-type")

    assert {name: (row["method"], row["nominal"]) for name, row in found.items()} == theirs
    assert "Klarna" not in found


def test_every_shop_has_its_warehouse(model, estate):
    pos, erp = estate[1]["sitoo"], estate[1]["brightpearl"]
    theirs = {str(pos["warehouses"][code]): str(erp["warehouses"][code]) for code in model.stores}
    found = rows(model, "store-warehouse")

    assert {value: row["warehouse"] for value, row in found.items()} == theirs
    assert {row["contact"] for row in found.values()} == {str(erp["contact"])}


def test_its_codes_exist_in_the_ledger(model, estate):
    nominals = {nominal.code for nominal in estate[0].nominals}
    taxes = {format(tax.rate.normalize(), "f"): tax.code for tax in estate[0].tax_codes}
    reasons = {each.code: each.disposition.value for each in estate[0].reasons}
    erp = estate[1]["brightpearl"]

    assert {row["nominal"] for row in rows(model, "journal-account").values()} <= nominals
    assert {value: row["code"] for value, row in rows(model, "tax-code").items()} == taxes
    assert {v: r["disposition"] for v, r in rows(model, "return-condition").items()} == reasons
    assert {row["status"] for row in rows(model, "order-status").values()} == {
        str(erp["sale_status"]),
        str(erp["return_status"]),
    }
