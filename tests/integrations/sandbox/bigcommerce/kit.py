"""A small online shop: shoppers come directly, the API is asked like anybody would."""

import json
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.sandbox.app import Sandbox
from integrations.sandbox.bigcommerce.state import Order
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.http import Request, Response
from integrations.sandbox.trade.control import desk_of
from integrations.sandbox.trade.estate import example_estate
from integrations.sandbox.trade.items import ReceiptLine, Tender
from integrations.sandbox.trade.online import OnlineOrder, Shopper

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
STORE = "/bigcommerce/stores/abc123"
TOKEN = "sandbox-shop-token"
ADA = Shopper(
    "ada@example.com", "Ada", "Ashdown", "12 Harbour Road", "Leeds", "LS1 4AB", "0113 496 0000"
)
WEB, LEEDS = 1, 2  # locations
D = Decimal


class Web:
    """The example estate's online shop with what tests say about it."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.sandbox = Sandbox(self.clock)
        self.shop = self.sandbox.bigcommerce
        desk_of(self.sandbox).open(example_estate())

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        token: str = TOKEN,
        **query: Any,
    ) -> Response:
        """One request; `__` in a parameter's name stands for a colon."""
        return self.sandbox.handle(
            Request(
                method,
                STORE + path,
                [(name.replace("__", ":"), str(value)) for name, value in query.items()],
                {"x-auth-token": token},
                b"" if body is None else json.dumps(body).encode(),
            )
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query).json()

    def order(self, *lines: ReceiptLine, **changes: Any) -> Order:
        """An order by card, sent by standard delivery, unless said otherwise."""
        rows = lines or (line(),)
        fields: dict[str, Any] = {
            "ref": f"W-{len(self.shop.state.orders) + 1}",
            "occurred_at": self.clock.now(),
            "arrives_at": self.clock.now(),
            "shopper": ADA,
            "lines": rows,
            "shipping": Decimal("0.00" if "store" in changes else "3.95"),
            "shipping_method": "Standard delivery",
        } | changes
        if "tenders" not in fields:
            total = sum((row.gross for row in rows), Decimal(0)) + fields["shipping"]
            fields["tenders"] = (Tender("stripe", total, reference="ch_1"),)
        return self.shop.checkout.place(OnlineOrder(**fields))

    def deliver(self) -> list[Any]:
        """Let due webhooks go; what was sent."""
        sent: list[Any] = []

        def send(call: Any) -> int:
            sent.append(call)
            return 200

        self.sandbox.hooks.pump(send, self.clock.now())
        return sent

    def level(self, sku: str, location: int = WEB) -> int:
        return self.shop.backoffice.level(location, sku)


def line(
    sku: str = "MG-WHI",
    quantity: int = 1,
    gross: str = "8.95",
    *,
    full: str = "",
    rate: int = 20,
    voucher: str = "",
) -> ReceiptLine:
    """A row; `full` is before discount."""
    return ReceiptLine(
        sku=sku,
        name=f"Product {sku}",
        quantity=quantity,
        gross=Decimal(gross),
        vat_rate=Decimal(rate),
        full_gross=Decimal(full or gross),
        voucher=voucher,
    )
