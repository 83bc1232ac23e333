from decimal import Decimal

import pytest

from integrations.connectors.redaction import MASK, redact, redact_pairs, redact_text


@pytest.mark.parametrize(
    "key",
    [
        "Authorization",
        "brightpearl-account-token",
        "access_token",
        "client_secret",
        "password",
        "apiKey",
        "email",
        "customerEmail",
        "namefirst",
        "firstName",
        "addressFullName",
        "invoice_zip",
        "delivery_city",
        "addressLine1",
        "postalCode",
        "phone",
        "mobileTelephone",
        "personalid",
        "giftcard-cardnumber",
        "pin",
    ],
)
def test_secrets_and_shoppers_are_masked_by_key(key):
    assert redact({key: "something"}) == f'{{"{key}":"{MASK}"}}'


@pytest.mark.parametrize(
    "key",
    ["sku", "orderid", "productname", "moneytotal_net", "externalid", "name", "registerkey"],
)
def test_what_support_needs_stays_readable(key):
    assert redact({key: "something"}) == f'{{"{key}":"something"}}'


def test_everything_beneath_a_private_key_is_masked():
    assert redact({"address": {"line": "1 High St", "kept": None}}) == (
        f'{{"address":{{"line":"{MASK}","kept":null}}}}'
    )


@pytest.mark.parametrize(
    "text",
    [
        "call jo@example.com today",
        "Bearer abcdef123456",
        "Basic YTpiY2RlZg==",
        "ring +44 113 496 0000",
        "card 4111 1111 1111 1111 declined",
        "card 4111111111111111",
    ],
)
def test_free_text_loses_what_looks_private(text):
    cleaned = redact_text(text)

    assert MASK in cleaned
    assert not any(part in cleaned for part in ("jo@", "abcdef", "YTpi", "496", "4111"))


@pytest.mark.parametrize(
    "text",
    ["SIG000009990000110231", "5012345678900", "20415", "4111111111111112", "2026-11-20 09:00"],
)
def test_receipt_numbers_and_barcodes_are_no_card_numbers(text):
    assert redact_text(text) == text


def test_numbers_stay_exact():
    assert redact([Decimal("0.10"), 3, True, None]) == "[0.10,3,true,null]"


def test_a_long_answer_is_cut_and_costs_only_what_is_kept():
    def rows():
        yield from ({"sku": f"A{i}"} for i in range(3))
        raise AssertionError("read beyond what is kept")

    class Rows(list):
        def __iter__(self):
            return rows()

    assert redact(Rows(), limit=20) == '[{"sku":"A0"},{"sku…'


def test_text_that_is_not_json_is_cleaned_and_cut():
    assert redact("<p>jo@example.com</p>" + "x" * 9, limit=20) == f"<p>{MASK}</p>xx…"


def test_nothing_is_nothing():
    assert redact(None) == ""


def test_query_parameters_are_masked_by_name_and_by_value():
    pairs = [("email", "jo@example.com"), ("q", "jo@example.com"), ("sku", "A"), ("token", "")]

    assert redact_pairs(pairs) == [("email", MASK), ("q", MASK), ("sku", "A"), ("token", "")]
