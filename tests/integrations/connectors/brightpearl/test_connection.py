"""Testing a connection, and the real values that mapping pages offer."""

import httpx
import pytest

from integrations.connectors.brightpearl.spec import SPEC
from integrations.ports import Choice
from tests.integrations.connectors.brightpearl.vendor import (
    QUOTA,
    Vendor,
    answer,
    config,
    connector,
    desk,
    fixture,
)

PROBE = "/integration-service/account-configuration"


def probe(reply):
    return connector(Vendor().on("GET", PROBE, reply)).check()


def test_a_vendor_that_tells_little_is_no_trouble():
    found = probe(httpx.Response(200, json={"response": {}}))

    assert found.ok
    assert found.facts == {"access": "system app"}


def dated(when: str) -> httpx.Response:
    return answer(fixture("account_configuration__uk"), date=when)


def test_a_connection_that_works_tells_its_currency_and_budget():
    found = probe("account_configuration__uk")

    assert found.ok
    assert found.facts["base currency"] == "GBP"
    assert found.facts["requests left this minute"] == QUOTA["brightpearl-requests-remaining"]


@pytest.mark.parametrize(
    ("when", "sentence"),
    [
        pytest.param("Fri, 20 Nov 2026 09:00:04 GMT", "Brightpearl answers.", id="in step"),
        pytest.param("Fri, 20 Nov 2026 09:10:00 GMT", "clock", id="ten minutes ahead"),
        pytest.param("yesterday", "Brightpearl answers.", id="no date"),
    ],
)
def test_a_clock_that_is_far_off_is_told(when, sentence):
    assert sentence in probe(dated(when)).sentence


@pytest.mark.parametrize(
    "reply",
    [
        pytest.param(answer({"response": "Not authenticated."}, 401), id="credentials"),
        pytest.param(httpx.ConnectError("down"), id="down"),
        pytest.param(answer({"response": 7}), id="another shape"),
    ],
)
def test_a_connection_that_does_not_work_says_why_and_raises_nothing(reply):
    found = probe(reply)

    assert not found.ok
    assert found.sentence.endswith(".")


def table(*rows: dict) -> httpx.Response:
    body = fixture("search__empty")["response"]
    names = list(rows[0])
    body["results"] = [[row[name] for name in names] for row in rows]
    body["metaData"]["columns"] = [{"name": name} for name in names]
    return answer({"response": body})


def things(*rows: dict) -> httpx.Response:
    return answer({"response": list(rows)})


METHODS = table(
    {"code": "CARD", "name": "Card", "isActive": True},
    {"code": "CHEQUE", "name": "Cheque", "isActive": False},
)
NOMINALS = table({"code": "1210", "name": "Card clearing", "active": True})
STATUS = things({"statusId": 3, "name": "New till sale", "orderTypeCode": "SO"})
LISTS = things({"id": 2, "name": {"text": "Retail"}, "code": "RET", "currencyCode": "GBP"})


@pytest.mark.parametrize(
    ("kind", "path", "reply", "expected"),
    [
        ("payment-methods", "/accounting-service/payment-method-search", METHODS, ("CARD", "Card")),
        ("nominal-codes", "/accounting-service/nominal-code-search", NOMINALS,
         ("1210", "Card clearing")),
        ("order-statuses", "/order-service/order-status", STATUS, ("3", "New till sale (SO)")),
        ("warehouses", "/warehouse-service/warehouse", things({"id": 2, "name": "Leeds"}),
         ("2", "Leeds")),
        ("channels", "/product-service/channel", things({"id": 5, "name": "Tills"}),
         ("5", "Tills")),
        ("price-lists", "/product-service/price-list", LISTS, ("2", "Retail")),
        ("shipping-methods", "/warehouse-service/shipping-method",
         things({"id": 3, "name": "Van"}), ("3", "Van")),
    ],
)  # fmt: skip
def test_mapping_pages_offer_real_values(kind, path, reply, expected):
    vendor = Vendor().on("GET", path, reply)

    assert list(connector(vendor).choices(kind)) == [Choice(*expected)]


def test_tax_codes_show_their_rate_and_a_missing_rate_is_zero():
    vendor = Vendor().on("GET", "/accounting-service/tax-code", "tax_code_get__uk")

    labels = [each.label for each in connector(vendor).choices("tax-codes")]

    assert labels == ["Standard rate (20 %)", "Reduced rate (5 %)", "Zero rate (0 %)"]


def test_what_the_erp_has_no_list_of_is_empty():
    assert connector(Vendor()).choices("reason-codes") == ()


def test_the_registry_can_build_it_from_its_spec():
    built = SPEC.build(config(), desk(Vendor()).context)

    assert built.operations() >= {"create-order", "take-payment", "post-journal"}
    assert built.batch_size("create-order") == 10
    assert set(SPEC.credentials) <= set(SPEC.config.model_fields)
    built.close()
