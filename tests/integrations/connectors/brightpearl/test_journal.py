"""Journals: balanced, found again by the reference in every line, never posted twice on a doubt."""

from decimal import Decimal

import httpx
import pytest

from integrations.canonical.effects import JournalLine
from integrations.connectors.errors import RejectedError
from integrations.ports import Absent, Done, Found, Posted, Unclear
from tests.integrations.connectors.brightpearl.vendor import (
    Vendor,
    answer,
    connector,
    fixture,
    intent,
    journal,
)

POST, SEARCH = "/accounting-service/journal-entry", "/accounting-service/journal-search"
GET = "/accounting-service/journal/3113"
CURRENCY, TAX = "/accounting-service/currency-search", "/accounting-service/tax-code"
WANTED = intent(journal())


def account() -> Vendor:
    vendor = Vendor().on("GET", CURRENCY, "currency_search__gbp").on("GET", TAX, "tax_code_get__uk")
    return vendor.on("POST", POST, answer({"response": 3113}))


def test_a_journal_carries_our_reference_in_every_line():
    vendor = account()

    assert connector(vendor).send([WANTED]) == [Done("3113")]

    body = vendor.body()
    assert body["header"] == {
        "journalType": "JJ",
        "journalDate": "2026-03-28",
        "description": "Leeds, 28 March",
        "currencyId": 1,
        "exchangeRate": "1.000000",
    }
    assert {line["invoiceRef"] for line in body["lines"]} == {"day-leeds-28"}
    assert body["lines"][0] == {
        "nominalCode": "1210",
        "transactionDebit": "38.00",
        "taxClassId": 3,
        "invoiceRef": "day-leeds-28",
    }
    assert body["lines"][2]["transactionCredit"] == "107.50"


def test_lines_without_a_tax_code_get_the_connections_own():
    vendor = account()

    connector(vendor, journal_tax_code="T20").send([WANTED])

    assert vendor.body()["lines"][2]["taxClassId"] == 4


def test_a_foreign_journal_states_its_exchange_rate():
    body = fixture("currency_search__gbp")
    body["response"]["results"] = [[2, "Euro", "EUR", "€", "1.1764705", False]]
    vendor = Vendor().on("GET", CURRENCY, answer(body)).on("GET", TAX, "tax_code_get__uk")
    vendor.on("POST", POST, answer({"response": 3113}))

    connector(vendor).send([intent(journal(currency="EUR"))])

    header = vendor.body()["header"]
    assert (header["currencyId"], header["exchangeRate"]) == (2, "1.176470")


@pytest.mark.parametrize(
    ("effect", "sentence"),
    [
        pytest.param(
            journal(lines=(JournalLine(nominal_code="1210", debit=Decimal("0.01")),)),
            "does not balance",
            id="a penny out",
        ),
        pytest.param(
            journal(
                lines=(
                    JournalLine(nominal_code="1210", debit=Decimal(1), tax_code="T99"),
                    JournalLine(nominal_code="4000", credit=Decimal(1)),
                )
            ),
            "T99",
            id="no such tax code",
        ),
        pytest.param(journal(currency="XAU"), "XAU", id="no such currency"),
    ],
)
def test_a_journal_that_the_ledger_would_refuse_is_not_sent(effect, sentence):
    vendor = account()

    error = connector(vendor).send([intent(effect)])[0].error

    assert type(error) is RejectedError
    assert sentence in error.sentence
    assert f"POST {POST}" not in vendor.asked()


def test_a_journal_with_exactly_our_lines_is_ours():
    vendor = Vendor().on("GET", SEARCH, "journal_search__day")

    assert connector(vendor).look_up([WANTED]) == [Found("3113")]


def test_a_reference_that_only_begins_like_ours_is_another_journal():
    vendor = Vendor().on("GET", SEARCH, "journal_search__day")

    assert connector(vendor).look_up([intent(journal(reference="day-leeds"))]) == [Absent()]


def rows(change) -> httpx.Response:
    body = fixture("journal_search__day")
    change(body["response"]["results"])
    return answer(body)


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda found: found.pop(0), id="a line is missing"),
        pytest.param(lambda found: found[0].__setitem__(4, "38.01"), id="a penny more"),
        pytest.param(lambda found: found.append([3120, *found[0][1:]]), id="two journals"),
    ],
)
def test_a_journal_that_is_not_exactly_ours_is_for_a_person(change):
    vendor = Vendor().on("GET", SEARCH, rows(change))

    assert isinstance(connector(vendor).look_up([WANTED])[0], Unclear)


def test_a_journal_as_meant_reads_back_equal():
    vendor = Vendor().on("GET", GET, "journal_get__day")

    assert connector(vendor).read_back([Posted(WANTED, "3113")])[0].is_equal


def test_a_journal_on_another_account_is_a_difference_of_money():
    body = fixture("journal_get__day")
    body["response"]["journals"][0]["debits"][0]["nominalCode"] = "1290"
    vendor = Vendor().on("GET", GET, answer(body))

    differences = connector(vendor).read_back([Posted(WANTED, "3113")])[0].differences

    assert [(d.field, d.meant, d.found) for d in differences] == [
        ("nominal[1210]", "38.00", "0"),
        ("nominal[1290]", "0", "38.00"),
    ]
    assert all(d.is_money for d in differences)


def test_a_journal_that_is_not_there_is_missing():
    vendor = Vendor().on("GET", GET, answer({"response": {"journals": []}}))

    assert connector(vendor).read_back([Posted(WANTED, "3113")])[0].missing


def test_the_currency_is_asked_for_once():
    vendor = account()
    sink = connector(vendor)

    for _ in range(2):
        sink.send([WANTED])

    assert vendor.asked().count(f"GET {CURRENCY}") == 1
