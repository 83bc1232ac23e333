"""What two different ERPs accepted reads the same: one order, its key, its money."""

from decimal import Decimal
from typing import Any

import pytest

from config.targets import Accepted, accepted, plain

STEPS: dict[str, Any] = {
    "kind": "sales-order",
    "key": "sitoo:7",
    "payload": {
        "gross": Decimal("12.0000"),
        "warehouseId": 3,
        "lines": [{"sku": "MUG", "quantity": 1, "net": "10.00", "tax": "2.00"}],
    },
}
WHOLE: dict[str, Any] = {
    "kind": "order",
    "key": "sitoo:7",
    "payload": {
        "orderHeader": {"orderGross": Decimal("12.00")},
        "orderLines": [
            {
                "variantCode": "MUG",
                "quantity": 1,
                "itemGross": Decimal("12.00"),
                "taxRateId": 1,
                "stockLocationId": 101,
            }
        ],
        "payments": [{"paymentMethodId": 2, "amount": Decimal("12.00")}],
    },
}


@pytest.mark.parametrize(("system", "entry"), [("brightpearl", STEPS), ("orderwise", WHOLE)])
def test_an_order_is_an_order_whoever_took_it(system: str, entry: dict[str, Any]) -> None:
    (found,) = accepted(system, [entry])

    assert (found.operation, found.key, found.amount) == ("create-order", "sitoo:7", Decimal(12))


def test_a_whole_order_says_how_it_was_paid() -> None:
    (found,) = accepted("orderwise", [WHOLE])

    assert found.content == ("MUG 1 12 1 101", "2 12")


def test_a_credit_is_told_from_an_order() -> None:
    (found,) = accepted("orderwise", [{**WHOLE, "kind": "credit"}])

    assert found.operation == "create-credit"


def test_a_payment_is_read_by_its_own_key() -> None:
    entry = {
        "kind": "customer-payment",
        "key": "P1",
        "payload": {"amount": "5.0", "method": "CASH"},
    }

    assert accepted("brightpearl", [entry]) == [
        Accepted("take-payment", "P1", Decimal("5.0"), ("CASH",))
    ]


@pytest.mark.parametrize("system", ["brightpearl", "orderwise", "sitoo"])
def test_what_is_no_order_or_payment_is_left_out(system: str) -> None:
    assert accepted(system, [{"kind": "receipt", "key": "1", "payload": {}}]) == []


@pytest.mark.parametrize(
    ("value", "text"), [("1.0000", "1"), (1, "1"), ("0.50", "0.5"), ("MUG-1", "MUG-1")]
)
def test_equal_numbers_read_alike_and_names_stay(value: object, text: str) -> None:
    assert plain(value) == text
