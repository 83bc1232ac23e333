"""A small account: one store, two products, a till's codes, and a caller with credentials."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import pytest

from integrations.sandbox.brightpearl.system import BrightpearlSystem
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.http import Request, Response, write_json
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.webhooks import HookQueue
from tests.conftest import NOW

ROOT = "/brightpearl/public-api/harbourvale/"
SYSTEM_APP = {
    "brightpearl-app-ref": "harbourvale_plumbline",
    "brightpearl-account-token": "sandbox-account-token",
}


@dataclass
class Account:
    """The account and a caller. Amounts: socks 7.50 net, VAT 20 %."""

    system: BrightpearlSystem
    clock: ManualClock
    ledger: Ledger
    hooks: HookQueue
    store: int = 0
    socks: int = 0
    bag: int = 0
    contact: int = 0

    def answer(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        """Call the API; header names are given with underscores."""
        path, _, query = path.partition("?")
        sent = {**SYSTEM_APP, **{k.replace("_", "-"): v for k, v in headers.items()}}
        raw = b"" if body is None else write_json(body)
        return self.system.handle(Request(method, ROOT + path, parse_qsl(query), sent, raw))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """The response of a call that is expected to succeed."""
        answer = self.answer(method, path, body, **headers)
        assert answer.status == 200, answer.body
        return answer.json().get("response")

    def error(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """Status and code of a call that is expected to be refused."""
        answer = self.answer(method, path, body, **headers)
        return answer.status, answer.json()["errors"][0]["code"]

    def results(self, path: str) -> list[Any]:
        """Rows of a search."""
        return self.call("GET", path)["results"]

    def wait(self, seconds: int) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def order(self, **changes: Any) -> dict[str, Any]:
        """The body of a sale of two pairs of socks."""
        row = {"productId": self.socks, "quantity": "2", "taxCode": "T20"}
        body = {
            "customer": {"id": self.contact},
            "ref": "R-1",
            "externalRef": "sitoo:1",
            "warehouseId": self.store,
            "currency": {"code": "GBP"},
            "rows": [{**row, "net": "15.00", "tax": "3.00", "externalRef": "L1"}],
        }
        return body | changes

    def sale(self, **changes: Any) -> int:
        return self.call("POST", "order-service/sales-order", self.order(**changes))

    def credit(self, **changes: Any) -> int:
        return self.call("POST", "order-service/sales-credit", self.order(**changes))

    def read(self, order_id: int) -> Any:
        return self.call("GET", f"order-service/order/{order_id}")[0]

    def row_of(self, order_id: int) -> int:
        return int(next(iter(self.read(order_id)["orderRows"])))

    def goods_out(self, order_id: int, quantity: int = 2) -> int:
        row = {"productId": self.socks, "salesOrderRowId": self.row_of(order_id)}
        note = {"warehouseId": self.store, "products": [{**row, "quantity": quantity}]}
        path = f"warehouse-service/order/{order_id}/goods-note/goods-out"
        return self.call("POST", path, {"warehouses": [note], "priority": False})[0]

    def event(self, code: str) -> dict[str, Any]:
        return {"events": [{"eventCode": code, "occured": NOW.isoformat(), "eventOwnerId": 4}]}

    def ship(self, note: int, **headers: str) -> None:
        path = f"warehouse-service/goods-note/goods-out/{note}/event"
        self.call("POST", path, self.event("SHW"), **headers)

    def levels(self) -> dict[str, Decimal]:
        return dict(self.system.stock_level("SOCK", self.store))


@pytest.fixture
def account() -> Account:
    clock, ledger, hooks = ManualClock(NOW), Ledger(), HookQueue()
    system = BrightpearlSystem(clock=clock, ledger=ledger, hooks=hooks, seed=1)
    made = Account(system, clock, ledger, hooks)
    system.add_tax_code("T20", rate=20)
    system.add_price_list("RETAIL", "Retail")
    made.store = system.add_warehouse("Leeds")
    made.contact = system.add_contact("Walk", "In", email="leeds@example.com")
    cost = Decimal("2.50")
    made.socks = system.add_product("SOCK", "Wool socks", price_net=Decimal("7.50"), cost=cost)
    made.bag = system.add_product("BAG", "Carrier bag", stocked=False)
    system.set_stock("SOCK", made.store, 10)
    system.add_payment_method("CASH", "Cash", nominal="1210")
    return made
