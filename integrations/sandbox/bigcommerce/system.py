"""The simulated online shop: routes, credentials, quota, and how it misbehaves."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from threading import RLock
from typing import Any

from integrations.sandbox.bigcommerce.access import Gatekeeper
from integrations.sandbox.bigcommerce.backoffice import Backoffice
from integrations.sandbox.bigcommerce.catalogue import Catalogue
from integrations.sandbox.bigcommerce.checkout import Checkout
from integrations.sandbox.bigcommerce.customers import Customers
from integrations.sandbox.bigcommerce.errors import ApiError, content_type, not_found
from integrations.sandbox.bigcommerce.formats import answer
from integrations.sandbox.bigcommerce.hooks import Hooks
from integrations.sandbox.bigcommerce.inventory import Inventory
from integrations.sandbox.bigcommerce.orders import Orders
from integrations.sandbox.bigcommerce.payments import Payments
from integrations.sandbox.bigcommerce.pickups import Pickups
from integrations.sandbox.bigcommerce.shipments import Shipments
from integrations.sandbox.bigcommerce.state import SYSTEM, State
from integrations.sandbox.bigcommerce.storefront import Storefront
from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import Request, Response
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.routing import Router
from integrations.sandbox.core.system import Call
from integrations.sandbox.core.webhooks import HookQueue

STORE_HASH = "abc123"
TOKEN = "sandbox-shop-token"  # noqa: S105 (opens nothing but this sandbox)
CLIENT_ID, CLIENT_SECRET = "sandbox-client", "sandbox-client-secret"  # noqa: S105
PREFIX = f"/bigcommerce/stores/{STORE_HASH}"
FAULT_ANSWERS = {
    Fault.HTTP_500: (500, "Internal Server Error"),
    Fault.HTTP_503: (503, "Unavailable"),
}
Routes = list[tuple[str, str, Callable[..., Response]]]


class BigCommerceSystem:
    """One store. Direct methods are for seeding and shopping: hold `lock` around them."""

    name = SYSTEM

    def __init__(self, *, clock: Clock, ledger: Ledger, hooks: HookQueue, seed: int = 1) -> None:
        self.lock = RLock()
        self.gate = Gatekeeper(clock, TOKEN)
        self.hooks = Hooks(
            clock, hooks, store_hash=STORE_HASH, client_id=CLIENT_ID, secret=CLIENT_SECRET
        )
        self.state = State(clock, ledger, self.hooks, seed, STORE_HASH, PREFIX)
        self.inventory = Inventory(self.state)
        self.payments = Payments(self.state, self.inventory)
        self.checkout = Checkout(self.state, self.inventory)
        self.backoffice = Backoffice(self.state)
        self._router = Router()
        for method, path, handler in self._routes():
            self._router.add(method, path, handler)

    @property
    def base_path(self) -> str:
        """Where the store's API is mounted; v2 and v3 lie below it."""
        return PREFIX

    def handle(self, request: Request) -> Response:
        """Answer one request; every answer carries the state of the quota."""
        version, path = _split(request)
        try:
            self.gate.check(request, path)
            found = self._answer(request)
        except ApiError as error:
            kind = content_type(version, path)
            found = answer(error.body(version), status=error.status, content_type=kind)
        return Response(found.status, {**found.headers, **self.gate.headers()}, found.body)

    def describe(self, request: Request) -> Call:
        """How the request is counted."""
        return Call(self._router.endpoint(_inside(request)))

    def admit(self, request: Request) -> Response | None:
        """A 429 when the store's quota is used up, else None."""
        return self.gate.admit()

    def release(self, request: Request) -> None:
        """Nothing to give back: only requests are counted."""

    def refuse(self, fault: Fault) -> Response:
        """The answer that stands for an injected fault."""
        if fault in FAULT_ANSWERS:
            status, title = FAULT_ANSWERS[fault]
            return answer(ApiError(status, title).body("v3"), status=status)
        return self.gate.throttled()

    def configure(self, limits: Mapping[str, Any]) -> None:
        """`per_window` (None: no limit), `lacking` (scopes), `stock_lag_seconds`, `declines` (of
        the next refunds), `restocks_on_refund`. Raises ValueError."""
        ours = dict(limits)
        if "stock_lag_seconds" in ours:
            self.inventory.lag = timedelta(seconds=int(ours.pop("stock_lag_seconds")))
        if "declines" in ours:
            self.payments.declines = int(ours.pop("declines"))
        if "restocks_on_refund" in ours:
            self.state.restocks_on_refund = bool(ours.pop("restocks_on_refund"))
        self.gate.configure(ours)

    def _answer(self, request: Request) -> Response:
        inside = _inside(request)
        match = self._router.match(inside.method, inside.path)
        if match is None:
            raise not_found()
        found: Response = match.handler(request, **match.params)
        return found

    def _routes(self) -> Routes:
        return [
            *self._order_routes(),
            *self._money_routes(),
            *self._product_routes(),
            *self._stock_routes(),
            *self._store_routes(),
        ]

    def _order_routes(self) -> Routes:
        orders, shipments = Orders(self.state), Shipments(self.state)
        one = "/v2/orders/{order_id}"
        return [
            ("GET", "/v2/orders", orders.list_all),
            ("DELETE", "/v2/orders", orders.refuse_deletion),
            ("GET", "/v2/orders/count", orders.count),
            ("GET", one, orders.get),
            ("PUT", one, orders.put),
            ("GET", f"{one}/products", orders.products),
            ("GET", f"{one}/shipping_addresses", orders.addresses),
            ("GET", f"{one}/coupons", orders.coupons),
            ("GET", f"{one}/taxes", orders.taxes),
            ("GET", f"{one}/consignments", orders.consignments),
            ("GET", f"{one}/fees", orders.fees),
            ("GET", f"{one}/shipments", shipments.list_all),
            ("POST", f"{one}/shipments", shipments.post),
            ("GET", f"{one}/shipments/count", shipments.count),
            ("GET", f"{one}/shipments/{{shipment_id}}", shipments.get),
            ("PUT", f"{one}/shipments/{{shipment_id}}", shipments.put),
            ("GET", "/v2/order_statuses", orders.statuses),
        ]

    def _money_routes(self) -> Routes:
        payments, pickups = self.payments, Pickups(self.state)
        one, actions = "/v3/orders/{order_id}", "/v3/orders/{order_id}/payment_actions"
        return [
            ("GET", f"{one}/transactions", payments.transactions),
            ("POST", f"{actions}/refund_quotes", payments.quote),
            ("POST", f"{actions}/refunds", payments.refund),
            ("GET", f"{actions}/refunds", payments.list_of_order),
            ("GET", "/v3/orders/payment_actions/refunds", payments.list_all),
            ("GET", "/v3/orders/payment_actions/refunds/{refund_id}", payments.get),
            ("GET", "/v3/pickup/methods", pickups.methods),
            ("GET", "/v3/orders/pickups", pickups.list_all),
            ("POST", "/v3/orders/pickups", pickups.post),
            ("PUT", "/v3/orders/pickups", pickups.put),
        ]

    def _product_routes(self) -> Routes:
        catalogue, customers = Catalogue(self.state), Customers(self.state)
        return [
            ("GET", "/v3/catalog/products", catalogue.list_all),
            ("PUT", "/v3/catalog/products", catalogue.put),
            ("GET", "/v3/catalog/products/{product_id}", catalogue.get),
            ("PUT", "/v3/catalog/products/{product_id}", catalogue.put_one),
            ("GET", "/v3/catalog/products/{product_id}/variants", catalogue.variants_of),
            ("GET", "/v3/catalog/variants", catalogue.variants),
            ("PUT", "/v3/catalog/variants", catalogue.put_variants),
            ("GET", "/v3/customers", customers.list_all),
            ("GET", "/v2/customer_groups", customers.groups),
            ("GET", "/v3/pricelists", customers.price_lists),
            ("GET", "/v3/pricelists/{price_list_id}/records", customers.prices),
        ]

    def _stock_routes(self) -> Routes:
        stock = self.inventory
        return [
            ("PUT", "/v3/inventory/adjustments/absolute", stock.absolute),
            ("POST", "/v3/inventory/adjustments/relative", stock.relative),
            ("GET", "/v3/inventory/items", stock.items),
            ("GET", "/v3/inventory/locations", stock.locations),
            ("GET", "/v3/inventory/locations/{location_id}/items", stock.items_of),
            ("PUT", "/v3/inventory/locations/{location_id}/items", stock.put_settings),
        ]

    def _store_routes(self) -> Routes:
        store = Storefront(self.state)
        return [
            ("GET", "/v2/time", store.time),
            ("GET", "/v2/store", store.store),
            ("GET", "/v2/tax_classes", store.tax_classes),
            ("GET", "/v2/currencies", store.currencies),
            ("GET", "/v2/payments/methods", store.payment_methods),
            ("GET", "/v2/shipping/zones", store.shipping_zones),
            ("GET", "/v2/shipping/zones/{zone_id}/methods", store.shipping_methods),
            ("GET", "/v3/settings/inventory", store.inventory_settings),
            ("GET", "/v3/channels", store.channels),
            ("GET", "/v3/hooks", self.hooks.list_all),
            ("POST", "/v3/hooks", self.hooks.post),
            ("GET", "/v3/hooks/{id}", self.hooks.get),
            ("PUT", "/v3/hooks/{id}", self.hooks.put),
            ("DELETE", "/v3/hooks/{id}", self.hooks.delete),
        ]


def _inside(request: Request) -> Request:
    path = request.path.removeprefix(PREFIX)
    return Request(request.method, path, request.query, request.headers, request.body)


def _split(request: Request) -> tuple[str, str]:
    """The version, and the path below it."""
    version, _, path = request.path.removeprefix(PREFIX).lstrip("/").partition("/")
    return version, f"/{path}"
