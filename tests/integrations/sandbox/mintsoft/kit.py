"""A small account: two warehouses, three items."""

from datetime import UTC, datetime
from typing import Any

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.http import Request, Response, write_json
from integrations.sandbox.mintsoft.system import PASSWORD, PREFIX, USER

START = datetime(2026, 7, 20, 9, 0, tzinfo=UTC)  # summer: the account's clock is an hour ahead
MAIN, NORTH = 3, 4


class House:
    """10 black tees, 5 mugs and no caps in MAIN."""

    def __init__(self) -> None:
        self.clock = ManualClock(START)
        self.sandbox = Sandbox(self.clock)
        self.wms = self.sandbox.mintsoft
        self.wms.add_warehouse(MAIN, "Main")
        self.wms.add_warehouse(NORTH, "North")
        self.wms.add_courier(7, "Next Day")
        for sku, units in (("TEE-BLK-M", 10), ("MUG-WHI", 5), ("CAP-RED", 0)):
            self.wms.add_product(sku, f"Product {sku}", barcode=f"50{len(sku):011d}")
            self.wms.set_stock(MAIN, sku, units)
        self.key = ""

    def log_in(self) -> str:
        body = {"Username": USER, "Password": PASSWORD}
        self.key = self.call("POST", "/api/Auth", body).json()
        return self.key

    def call(self, method: str, path: str, body: Any = None, **query: Any) -> Response:
        return self.sandbox.handle(
            Request(
                method,
                PREFIX + path,
                [(name, str(value)) for name, value in query.items()],
                {"ms-apikey": self.key},
                b"" if body is None else write_json(body),
            )
        )

    def get(self, path: str, **query: Any) -> Any:
        return self.call("GET", path, **query).json()


def order(number: str = "PL-1", *items: tuple[str, int], **changes: Any) -> dict[str, Any]:
    """An order's body; two tees unless said otherwise."""
    return {
        "OrderNumber": number,
        "WarehouseId": MAIN,
        "Country": "GB",
        "CourierService": "AUTO",
        "FirstName": "Jo",
        "LastName": "Example",
        "OrderItems": [
            {"SKU": sku, "Quantity": units} for sku, units in items or (("TEE-BLK-M", 2),)
        ],
        **changes,
    }
