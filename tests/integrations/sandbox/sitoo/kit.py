"""A small shop on simulated tills: rung up directly, asked through the API."""

import base64
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.http import Request, Response, write_json
from integrations.sandbox.trade.control import desk_of
from integrations.sandbox.trade.estate import example_estate
from integrations.sandbox.trade.items import Receipt, ReceiptLine, Tender, TillClose

START = datetime(2026, 3, 28, 10, 30, tzinfo=UTC)
ACCOUNT = "/sitoo/v2/accounts/99900"
VIRTUAL, FIFO = 1, 3  # warehouses of Leeds and Edinburgh
TWENTY = Decimal(20)


class Shop:
    """The example estate with what tests say about it."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.sandbox = Sandbox(self.clock)
        self.tills = self.sandbox.sitoo.tills
        desk_of(self.sandbox).open(example_estate())

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str = "99900-1:sandbox-till-1",
        **query: Any,
    ) -> Response:
        """One request; query parameters in the order given."""
        return self.sandbox.handle(self.request(method, path, body, user=user, **query))

    def request(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        user: str = "99900-1:sandbox-till-1",
        **query: Any,
    ) -> Request:
        credentials = base64.b64encode(user.encode()).decode()
        return Request(
            method,
            ACCOUNT + path,
            [(name, str(value)) for name, value in query.items()],
            {"authorization": f"Basic {credentials}"},
            b"" if body is None else write_json(body),
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query).json()

    def post(self, path: str, body: Any, **query: Any) -> Any:
        return self.call("POST", path, body, **query).json()

    def put(self, path: str, body: Any) -> Any:
        return self.call("PUT", path, body).json()

    def level(self, warehouse: int, sku: str) -> Any:
        """The SKU's row in a warehouse."""
        return self.get(f"/sites/1/warehouses/{warehouse}/warehouseitems.json", sku=sku)["items"][0]

    def sell(self, *lines: ReceiptLine, till: str = "LDS01-1", **changes: Any) -> dict[str, Any]:
        """Ring a receipt up; paid in cash unless said otherwise."""
        total = sum((line.gross for line in lines), Decimal(0))
        fields: dict[str, Any] = {
            "ref": f"R-{len(self.tills.sold) + 1}",
            "store": till.partition("-")[0],
            "till": till,
            "occurred_at": self.clock.now(),
            "arrives_at": self.clock.now(),
            "lines": lines,
            "tenders": (Tender("Cash", total),),
        }
        return self.tills.sell(Receipt(**fields | changes))

    def close(self, till: str = "LDS01-1", difference: str = "0.00") -> dict[str, Any]:
        """Close a till an hour from now."""
        at = self.clock.advance(timedelta(hours=1))
        close = TillClose(till.partition("-")[0], till, at, at, Decimal(difference))
        return self.tills.close(close)


def line(
    sku: str = "MG-WHI", quantity: int = 1, gross: str = "8.95", **changes: Any
) -> ReceiptLine:
    """A row at full price, 20 % VAT inside."""
    amount = Decimal(gross)
    fields: dict[str, Any] = {
        "sku": sku,
        "name": f"Product {sku}",
        "quantity": quantity,
        "gross": amount,
        "vat_rate": TWENTY,
        "full_gross": amount,
    }
    return ReceiptLine(**fields | changes)
