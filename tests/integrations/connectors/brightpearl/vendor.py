"""A Brightpearl of canned answers, and the effects of one split sale and its return."""

import json
from collections import defaultdict
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx

from integrations.canonical.effects import (
    CloseOrder,
    CreateCredit,
    CreateOrder,
    EffectLine,
    GoodsLine,
    IssueGoodsOut,
    JournalLine,
    PostJournal,
    ReceiveGoodsIn,
    RefundPayment,
    ShipGoodsOut,
    TakePayment,
)
from integrations.connectors.brightpearl.adapter import BrightpearlConnector
from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.ports import Intent
from tests.integrations.connectors.kit import Bench

FIXTURES = Path(__file__).parents[3] / "fixtures" / "brightpearl"
ACCOUNT = "/public-api/acme"
BASE = f"https://euw1.erp.example{ACCOUNT}"
QUOTA = {"brightpearl-requests-remaining": "150", "brightpearl-next-throttle-period": "23817"}
SOLD_AT = datetime(2026, 3, 28, 10, 12, tzinfo=UTC)

Answer = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response]


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def answer(body: Any = None, status: int = 200, **headers: str) -> httpx.Response:
    return httpx.Response(status, json=body, headers=QUOTA | headers)


class Vendor:
    """Answers by method and path; the last answer of a list is given for ever."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], list[Answer]] = defaultdict(list)
        self.requests: list[httpx.Request] = []

    def on(self, method: str, path: str, *answers: Answer | str) -> "Vendor":
        """`path` is below the account; a string is the name of a fixture."""
        for each in answers:
            canned = answer(fixture(each)) if isinstance(each, str) else each
            self.answers[method, path].append(canned)
        return self

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        queue = self.answers[request.method, request.url.path.removeprefix(ACCOUNT)]
        if not queue:
            raise AssertionError(f"Nobody expected {request.method} {request.url}")
        canned = queue.pop(0) if len(queue) > 1 else queue[0]
        if isinstance(canned, Exception):
            raise canned
        if isinstance(canned, httpx.Response):
            return httpx.Response(
                canned.status_code, headers=canned.headers, content=canned.content
            )
        return canned(request)

    def asked(self) -> list[str]:
        """`METHOD path` of every request, below the account."""
        return [f"{each.method} {each.url.path.removeprefix(ACCOUNT)}" for each in self.requests]

    def body(self, index: int = -1) -> Any:
        return json.loads(self.requests[index].content)

    def query(self, index: int = -1) -> dict[str, str]:
        return dict(self.requests[index].url.params)


def desk(vendor: Vendor) -> Bench:
    return Bench(httpx.MockTransport(vendor))


def config(**changes: Any) -> BrightpearlConfig:
    usual = {
        "base_url": BASE,
        "app_ref": "acme_plumbline",
        "account_token": "not-a-real-token",
        "event_owner_id": 4,
        "price_list_id": 2,
        "parallel": 1,
    }
    return BrightpearlConfig(**(usual | changes))


def connector(
    vendor: Vendor, *, bench: Bench | None = None, **changes: Any
) -> BrightpearlConnector:
    return BrightpearlConnector(config(**changes), (bench or desk(vendor)).context)


def one_by_one(vendor: Vendor, **changes: Any) -> BrightpearlConnector:
    """A connector that makes no bundles."""
    return connector(vendor, bundle=False, **changes)


# What is wanted.

JACKET = EffectLine(
    line_id="L1",
    sku="JACKET-M",
    product_id="1007",
    name="Harbour jacket",
    quantity=Decimal(1),
    net=Decimal("100.00"),
    tax=Decimal("20.00"),
    tax_code="T20",
    nominal_code="4000",
)
SOCKS = EffectLine(
    line_id="L2",
    sku="SOCK-HK",
    product_id="1008",
    name="Wool socks",
    quantity=Decimal(2),
    net=Decimal("15.00"),
    tax=Decimal("3.00"),
    tax_code="T20",
)
BOTH = (
    GoodsLine(line_id="L1", sku="JACKET-M", product_id="1007", quantity=Decimal(1)),
    GoodsLine(line_id="L2", sku="SOCK-HK", product_id="1008", quantity=Decimal(2)),
)
ROWS = {"L1": 396, "L2": 397}


def sale(**changes: Any) -> CreateOrder:
    usual: dict[str, Any] = {
        "external_ref": "sitoo:R-1",
        "reference": "R-1",
        "contact_id": "4711",
        "warehouse_id": "2",
        "channel_id": "5",
        "placed_at": SOLD_AT,
        "tax_date": date(2026, 3, 28),
        "currency": "GBP",
        "lines": (JACKET, SOCKS),
    }
    return CreateOrder(**(usual | changes))


def credit(**changes: Any) -> CreateCredit:
    sock = SOCKS.model_copy(
        update={"quantity": Decimal(1), "net": Decimal("7.50"), "tax": Decimal("1.50")}
    )
    return CreateCredit(
        **(sale().model_dump(exclude={"lines"}) | {"external_ref": "sitoo:R-2", "lines": (sock,)})
        | changes
    )


def payment(index: int = 1, amount: str = "100.00", method: str = "CARD", **changes) -> TakePayment:
    usual: dict[str, Any] = {
        "transaction_ref": f"sitoo:R-1:P{index}",
        "method_code": method,
        "amount": Decimal(amount),
        "currency": "GBP",
        "paid_at": SOLD_AT,
    }
    return TakePayment(**(usual | changes))


def refund() -> RefundPayment:
    return RefundPayment(**payment(0, "9.00").model_dump())


def goods_out() -> IssueGoodsOut:
    return IssueGoodsOut(warehouse_id="2", release_at=SOLD_AT, lines=BOTH)


def shipping() -> ShipGoodsOut:
    return ShipGoodsOut(shipped_at=SOLD_AT)


def goods_in(disposition: str = "restock") -> ReceiveGoodsIn:
    sock = GoodsLine(
        line_id="L2",
        sku="SOCK-HK",
        product_id="1008",
        quantity=Decimal(1),
        disposition=disposition,
    )
    return ReceiveGoodsIn(
        reference="sitoo:R-2",
        warehouse_id="2",
        received_at=SOLD_AT,
        currency="GBP",
        lines=(sock,),
    )


def closing() -> CloseOrder:
    return CloseOrder(tax_date=date(2026, 3, 28))


def journal(**changes: Any) -> PostJournal:
    usual: dict[str, Any] = {
        "reference": "day-leeds-28",
        "journal_date": date(2026, 3, 28),
        "description": "Leeds, 28 March",
        "currency": "GBP",
        "lines": (
            JournalLine(nominal_code="1210", debit=Decimal("38.00"), tax_code="T0"),
            JournalLine(nominal_code="1220", debit=Decimal("91.00"), tax_code="T0"),
            JournalLine(nominal_code="4000", credit=Decimal("107.50")),
            JournalLine(nominal_code="2200", credit=Decimal("21.50")),
        ),
    }
    return PostJournal(**(usual | changes))


def intent(effect: Any, key: str = "k", since: datetime | None = None, **refs: Any) -> Intent:
    return Intent(key=key, effect=effect, refs=refs, since=since)


def intents(count: int) -> list[Intent]:
    """Payments for one order, each with its own key."""
    return [intent(payment(index), key=f"pay:{index}", order="1029") for index in range(count)]
