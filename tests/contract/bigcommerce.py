"""A day with the simulated shop, every call of it written down, and the faults of the files."""

import json
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx

from integrations.canonical.effects import (
    CreateShipment,
    Effect,
    RefundOrder,
    SetLevel,
    SetOrderStage,
    SetVisibility,
    ShipmentLine,
)
from integrations.canonical.fulfilment import Stage, Tracking
from integrations.connectors.bigcommerce.account import _CHOICES
from integrations.connectors.bigcommerce.config import BigCommerceConfig
from integrations.connectors.bigcommerce.spec import SPEC
from integrations.ports import Connector, Done, Intent, Posted
from integrations.sandbox.bigcommerce.state import Order
from integrations.sandbox.trade.items import Tender
from integrations.sandbox.trade.online import OnlineRefund, Outcome, Shopper
from tests.contract.exchanges import Exchange
from tests.integrations.connectors.kit import Bench
from tests.integrations.sandbox.bigcommerce.kit import TOKEN, WEB, Web, line
from tests.sandbox_transport import SandboxTransport

D = Decimal
TRADE = Shopper("t@example.com", "Tess", "Trade", has_account=True, group="Trade")
ADDRESS = "https://plumbline.example/webhooks/shop"

# Where the files of 2026-04 contradict their own examples or the documentation beside them. Each is
# (operation, where, why); what fits one is counted apart.
KNOWN_FAULTS = (
    (r".*", r"query\.sort", "the enum lacks the suffix that the text describes"),
    (r"(GET|PUT) .*/v2/orders.*", r"answer.*\.(consignments|line_items)",
     "oneOf is ambiguous: any value is refused"),
    (r"GET .*/v2/orders.*", r"answer.*\.fees", "oneOf is ambiguous for an empty list"),
    (r"GET .*/inventory/.*", r"query\.(location|variant|product)_id:in", "a list, typed integer"),
    (r"GET .*/v2/orders.*", r"answer", "an empty v2 list is a 204, which is not described"),
    (r"GET .*/(taxes|shipments|products|coupons|shipping_addresses)", r"query\.(page|limit)",
     "paging of v2 sub-resources is documented for all lists"),
    (r"POST .*/refund(_quote)?s", r"request(\.items\[\])?",
     "oneOf is ambiguous for items of type ORDER, SHIPPING and FEE"),
    (r"PUT .*/inventory/locations/\{location_id\}/items", r"request.*", "identity is ambiguous"),
    (r"PUT .*/orders/pickups", r"request.*", "demands the deprecated id beside pickup_id"),
    (r"GET .*/transactions", r"answer.*\.gateway", "the guides show gateways outside the enum"),
    (r"GET .*/products", r"header\.Content-Type", "demands the type of a body that a GET has not"),
    (r"GET .*/catalog/variants", r"answer\.data\[\]\.(price|sku_id)",
     "null stands for the product's own price and for a base variant"),
    (r"GET .*/customer_groups", r"answer\[\]\.discount_rules", "oneOf is ambiguous for its rules"),
    (r"GET .*/hooks", r"answer\.data", "a store without webhooks lists none"),
    (r"GET .*/refunds/\{refund_id\}", r"answer\.data\.items\[\]\.requested_amount",
     "text in this one answer, a number in all others"),
    (r"GET .*/v2/shipping/zones.*", r"path", "the shipping API's file was not among these"),
)  # fmt: skip


class Recorder(httpx.BaseTransport):
    """Passes calls on and keeps them, parsed."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.exchanges: list[Exchange] = []
        self._inner = inner

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        response = self._inner.handle_request(request)
        answer = response.read()
        self.exchanges.append(
            Exchange(
                method=request.method,
                path=request.url.path,
                query=list(request.url.params.multi_items()),
                headers={name.lower(): value for name, value in request.headers.items()},
                body=_parsed(request.read()),
                status=response.status_code,
                answer=_parsed(answer),
            )
        )
        return response


def _parsed(body: bytes) -> Any:
    return json.loads(body, parse_float=Decimal) if body else None


def known_fault(operation: str, where: str) -> str:
    """Why the file is wrong about this; empty when it is not known to be."""
    for name, place, why in KNOWN_FAULTS:
        if re.fullmatch(name, operation) and re.fullmatch(place, where):
            return why
    return ""


class Day:
    """The connector does everything that it can; then somebody else asks for the rest."""

    def __init__(self) -> None:
        self.web = Web()
        self.web.shop.configure({"per_window": None})
        self._recorder = Recorder(SandboxTransport(self.web.sandbox))
        bench = Bench(self._recorder, clock=self.web.clock.now)  # type: ignore[arg-type]
        config = BigCommerceConfig.model_validate(
            {
                "base_url": "http://127.0.0.1:8899/bigcommerce/stores/abc123",
                "store_hash": "abc123",
                "access_token": TOKEN,
                "follows_stock": True,
            }
        )
        self.shop: Connector = SPEC.build(config, bench.context)
        self._client = httpx.Client(
            transport=self._recorder,
            base_url=config.base_url,
            headers={"X-Auth-Token": TOKEN, "Accept": "application/json"},
        )

    def exchanges(self) -> list[Exchange]:
        """Live the day and return every call of it."""
        orders = self._trade()
        self._set_up()
        self._read()
        self._write(orders)
        self._ask_for_the_rest(orders)
        return self._recorder.exchanges

    def _trade(self) -> list[Order]:
        certificate = (
            Tender("giftcertificate", D("5.00"), "GC1"),
            Tender("stripe", D("30.25"), "c"),
        )
        orders = [
            self.web.order(line("MG-WHI", 2, "21.60"), shopper=TRADE),
            self.web.order(line("SB", 1, "6.99", rate=0), store="LDS01"),
            self.web.order(
                line("MG-WHI", 3, "31.30", full="35.00", voucher="A10"), tenders=certificate
            ),
            self.web.order(line("RJ-NAV-M", 1, "120.00")),
            self.web.order(outcome=Outcome.UNPAID),
            self.web.order(outcome=Outcome.GIVEN_UP),
        ]
        now = self.web.clock.now()
        by_hand = OnlineRefund("R", "W-4", now, now, ((0, 1),), True, reason="Too small")
        self.web.shop.payments.give_back(by_hand)
        return orders

    def _set_up(self) -> None:
        assert self.shop.check().ok
        for kind in _CHOICES:
            self.shop.choices(kind)
        self.shop.subscribe_webhooks(ADDRESS, "sesame")  # type: ignore[attr-defined]
        self.web.clock.advance(timedelta(days=91))
        self.shop.subscribe_webhooks(ADDRESS, "sesame")  # type: ignore[attr-defined]

    def _read(self) -> None:
        for stream in self.shop.streams():
            page = self.shop.read(stream, "", now=self.web.clock.now())
            ids = [fact.external_id for fact in page.facts]
            self.shop.read(stream, page.cursor, now=self.web.clock.now())
            self.shop.fetch(stream, ids[:3])
            self.shop.fetch(stream, ids[-1:])
        self.shop.levels([str(WEB)], [("MG-WHI", ""), ("SB", "")])

    def _write(self, orders: list[Order]) -> None:
        first, pickup, split, _, _, _ = orders
        tin = self.web.shop.state.variants[self.web.shop.state.by_sku["SB"]]
        now = self.web.clock.now()
        effects: list[tuple[Effect, Order | None]] = [
            (SetLevel(location_code=str(WEB), sku="MG-WHI", level=D(7)), None),
            (SetLevel(location_code=str(WEB), sku="SB", level=D(5)), None),
            (SetVisibility(sku="SB", product_id=str(tin.product_id), is_visible=False), None),
            (_shipment(first, status_id="10"), first),
            (SetOrderStage(stage=Stage.READY, status_id="8", at=now), pickup),
            (_refund(first, "10.80", reference="R-1"), first),
            (_refund(first, "14.75", reference="R-2", shipping=D("3.95")), first),
            (_refund(split, "2.50", reference="R-3", lines=()), split),
            (_refund(pickup, "6.99", reference="R-4", is_offline=True), pickup),
        ]
        intents = [
            Intent(f"key-{place}", effect, {"order": str(order.id)} if order else {})
            for place, (effect, order) in enumerate(effects)
        ]
        outcomes = self.shop.send(intents)
        assert all(isinstance(outcome, Done) for outcome in outcomes), outcomes
        self.shop.look_up(intents)
        self.shop.read_back(
            [
                Posted(intent, outcome.external_ref)
                for intent, outcome in zip(intents, outcomes, strict=True)
                if isinstance(outcome, Done)
            ]
        )

    def _ask_for_the_rest(self, orders: list[Order]) -> None:
        """What the connector leaves alone, for the sake of the sandbox's answers."""
        first, pickup, split, refunded, _, _ = orders
        v2, v3 = f"/v2/orders/{first.id}", f"/v3/orders/{refunded.id}"
        shipment, refund = first.shipments[0]["id"], refunded.refunds[0]["id"]
        for path in (
            "/v2/orders/count",
            "/v2/currencies",
            f"{v2}/shipping_addresses",
            f"/v2/orders/{split.id}/coupons",
            f"{v2}/consignments",
            f"/v2/orders/{pickup.id}/consignments",
            f"{v2}/shipments/{shipment}",
            f"{v2}/shipments/count",
            f"{v3}/payment_actions/refunds",
            f"/v3/orders/payment_actions/refunds/{refund}",
            "/v3/inventory/locations/1/items",
            "/v3/catalog/variants",
            "/v3/pricelists/1/records",
            "/v3/settings/inventory",
            "/v3/pickup/methods",
            "/v2/orders/999999",
            "/v3/catalog/products/999999",
        ):
            self._client.get(path)
        self._hand_over(pickup)
        item = {"location_id": WEB, "sku": "MG-WHI", "quantity": 1}
        self._client.post("/v3/inventory/adjustments/relative", json={"items": [item]})
        variant = self.web.shop.state.by_sku["MG-WHI"]
        self._client.put("/v3/catalog/variants", json=[{"id": variant, "price": 9}])
        settings = {"settings": [{"identity": {"sku": "MG-WHI"}, "safety_stock": 1}]}
        self._client.put("/v3/inventory/locations/1/items", json=settings)

    def _hand_over(self, order: Order) -> None:
        ready = {
            "pickup_method_id": order.pickup_method_id,
            "order_id": order.id,
            "ready_at": "2026-11-20T10:00:00Z",
            "pickup_items": [{"order_product_id": order.lines[0].id, "quantity": 1}],
        }
        self._client.post("/v3/orders/pickups", json=[ready])
        self._client.get("/v3/orders/pickups", params={"order_id:in": order.id})
        change = {"pickup_id": order.pickups[0]["id"], "collected_at": "2026-11-20T12:00:00Z"}
        self._client.put("/v3/orders/pickups", json=[change])


def _shipment(order: Order, **changes: Any) -> CreateShipment:
    row = order.lines[0]
    return CreateShipment(
        reference="goods-out:8001",
        shipped_at=order.created,
        tracking=Tracking(carrier="DPD", number="15501234567890", url="https://track.example/1"),
        lines=(ShipmentLine(line_id=str(row.id), sku=row.sku, quantity=D(row.quantity)),),
        **changes,
    )


def _refund(order: Order, total: str, **changes: Any) -> RefundOrder:
    row = order.lines[0]
    one = ShipmentLine(line_id=str(row.id), sku=row.sku, quantity=D(1))
    fields = {"lines": (one,), "expected_total": D(total), "currency": "GBP", "reason": "Unwanted"}
    return RefundOrder.model_validate(fields | changes)
