"""A small installation: two locations, three variants, one cash customer."""

import base64
from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.http import Request, Response, write_json
from integrations.sandbox.orderwise.state import (
    CURRENCIES,
    DELIVERY,
    LOCATIONS,
    ORDER_TYPES,
    PAYMENTS,
    TAX_RATES,
)
from integrations.sandbox.orderwise.system import PASSWORD, PREFIX, USER, seed_lists

START = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)  # summer: the server's clock is an hour ahead
SESSION, CASH = 7, 1375
LISTS = {
    CURRENCIES: [(1, "GBP")],
    TAX_RATES: [(1, "T1 - Standard 20%"), (2, "T0 - Zero rated")],
    LOCATIONS: [(1, "Main"), (5, "Leeds")],
    ORDER_TYPES: [(2, "Till")],
    DELIVERY: [(1, "Taken home")],
    PAYMENTS: [(3, "Card"), (4, "Cash")],
}


class Office:
    """TEE-BLK-M is in both places; KID-TEE-4 is sold below zero; one code ends in a space."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.sandbox = Sandbox(self.clock)
        self.erp = self.sandbox.orderwise
        self.erp.state.sessions.add(SESSION)
        self.erp.state.zero_rates.add(2)
        seed_lists(self.erp, LISTS)
        self.erp.add_customer("POS-LEEDS", "Leeds store")
        self.erp.add_variant("TEE-BLK-M", "Black tee M", {1: "23", 5: "4"})
        self.erp.add_variant("KID-TEE-4", "Kids' tee", {5: "-1.5"})
        self.erp.add_variant("MUG-WHI ", "White mug", {1: "9"})
        self.token = ""

    def log_in(self) -> str:
        pair = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        headers = {"authorization": f"Basic {pair}"}
        answer = self.sandbox.handle(Request("GET", f"{PREFIX}/token/gettoken", [], headers, b""))
        self.token = answer.json()
        return self.token

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Response:
        return self.sandbox.handle(
            Request(
                method,
                PREFIX + path,
                [(name, str(value)) for name, value in query.items()],
                {"authorization": f"Bearer {self.token}"},
                b"" if body is None else write_json(body),
            )
        )

    def export(self, number: int, value: str = "") -> Any:
        body = [{"name": "@x", "value": value}]
        return self.call("POST", f"/system/export-definition/{number}", body).json()


def order(number: str = "ORD-1", **changes: Any) -> dict[str, Any]:
    """Two tees from Leeds, by card."""
    return {
        "customer": {"id": CASH},
        "orderHeader": {
            "systemOrderType": 1,
            "eCommerceOrderNumber": number,
            "orderDate": "2026-07-20T10:00:00",
            "orderGross": 40,
        },
        "orderLines": [
            {
                "itemNumber": 1,
                "variantCode": "TEE-BLK-M",
                "quantity": 2,
                "itemGross": 20,
                "taxRateId": 1,
                "stockLocationId": 5,
            }
        ],
        "payments": [{"paymentMethodId": 3, "amount": 40}],
        **changes,
    }
