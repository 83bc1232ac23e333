"""A small depot: two buildings, three items, and what tests say about them."""

from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.http import Request, Response, write_json
from integrations.sandbox.warehouse.system import API_KEY, PREFIX

START = datetime(2026, 11, 20, 10, 0, tzinfo=UTC)
ADDRESS = {
    "name": "Jo Example",
    "line1": "1 Example Street",
    "city": "Leeds",
    "postcode": "LS1 1AA",
    "country": "GB",
}


def order(ref: str = "PL-1", *lines: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """A pick list's body; two tees unless said otherwise."""
    return {
        "client_order_ref": ref,
        "order_type": "ship_to_customer",
        "warehouse": "MAIN",
        "ordered_at": "2026-11-20T10:00:00Z",
        "service": {"code": "ND", "name": "Next day"},
        "ship_to": ADDRESS,
        "lines": [
            {"line_ref": str(place), "sku": sku, "qty": qty}
            for place, (sku, qty) in enumerate(lines or (("TEE-BLK-M", 2),), start=1)
        ],
        **changes,
    }


class Depot:
    """MAIN and NORTH; 10 black tees, 5 mugs, no caps."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.sandbox = Sandbox(self.clock)
        self.wms = self.sandbox.warehouse
        for code, name in (("MAIN", "Main warehouse"), ("NORTH", "Northern warehouse")):
            self.wms.add_warehouse(code, name)
        for sku, units in (("TEE-BLK-M", 10), ("MUG-WHI", 5), ("CAP-RED", 0)):
            self.wms.add_product(sku, f"Product {sku}", barcode=f"50{len(sku):011d}")
            self.wms.set_stock("MAIN", sku, units)

    def call(
        self, method: str, path: str, body: Any = None, *, key: str = "", **query: Any
    ) -> Response:
        """One request; `key` is the idempotency key."""
        headers = {"authorization": f"Bearer {API_KEY}"} | ({"idempotency-key": key} if key else {})
        return self.sandbox.handle(
            Request(
                method,
                PREFIX + path,
                [(name, str(value)) for name, value in query.items()],
                headers,
                b"" if body is None else write_json(body),
            )
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query).json()

    def place(self, ref: str = "PL-1", *lines: tuple[str, int], **changes: Any) -> Any:
        """Send a pick list in."""
        return self.call("POST", "/orders", order(ref, *lines, **changes), key=ref).json()

    def level(self, sku: str = "TEE-BLK-M", warehouse: str = "MAIN") -> tuple[int, int, int]:
        """On hand, allocated and available."""
        row = self.get("/stock", warehouse=warehouse, sku=sku)["data"][0]
        return row["on_hand"], row["allocated"], row["available"]
