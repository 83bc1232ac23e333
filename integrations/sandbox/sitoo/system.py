"""The simulated till system: routes, credentials, limits, and what the backoffice sets up."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from threading import RLock
from typing import Any

from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import Request, Response, json_response
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.routing import Router
from integrations.sandbox.core.system import Call
from integrations.sandbox.core.webhooks import HookQueue
from integrations.sandbox.sitoo.backoffice import Backoffice
from integrations.sandbox.sitoo.deliveries import Deliveries
from integrations.sandbox.sitoo.errors import INTERNAL_ERROR, ApiError, not_found, unauthorised
from integrations.sandbox.sitoo.events import Events
from integrations.sandbox.sitoo.limits import Gatekeeper
from integrations.sandbox.sitoo.order_list import get_order, list_orders
from integrations.sandbox.sitoo.orders import Orders
from integrations.sandbox.sitoo.places import Places
from integrations.sandbox.sitoo.prices import Groups, PriceLists
from integrations.sandbox.sitoo.products import Products
from integrations.sandbox.sitoo.state import SITE_ID, State
from integrations.sandbox.sitoo.stock import Stock
from integrations.sandbox.sitoo.stocktaking import Stocktaking
from integrations.sandbox.sitoo.tills import Tills

ACCOUNT_ID = 99900  # QUIRK(sitoo): account numbers that start with 9 are sandboxes
API_USERS = {f"{ACCOUNT_ID}-{number}": f"sandbox-till-{number}" for number in (1, 2, 3)}
PREFIX = f"/sitoo/v2/accounts/{ACCOUNT_ID}"
SITE = "/sites/{siteid}"
FAULT_ANSWERS = {Fault.HTTP_500: (500, INTERNAL_ERROR), Fault.HTTP_503: (503, "Unavailable")}


class SitooSystem:
    """One Sitoo account. Direct methods are for seeding and ringing up: hold `lock` around them."""

    name = "sitoo"

    def __init__(self, *, clock: Clock, ledger: Ledger, hooks: HookQueue, seed: int = 1) -> None:
        self.lock = RLock()
        self.gate = Gatekeeper(clock, API_USERS)
        self.events = Events(clock, hooks, account_id=ACCOUNT_ID, seed=seed)
        self.state = State(clock, ledger, self.events, seed, ACCOUNT_ID)
        self.stock = Stock(self.state)
        self.orders = Orders(self.state, self.stock)
        self.products = Products(self.state)
        self.groups = Groups(self.state)
        self.price_lists = PriceLists(self.state)
        self.places = Places(self.state)
        self.deliveries = Deliveries(self.state, self.stock, self.orders)
        self.tills = Tills(self.state, self.stock, self.orders, self.deliveries)
        self.backoffice = Backoffice(self)
        self._router = self._routes()

    @property
    def base_path(self) -> str:
        """Where the account's API is mounted."""
        return PREFIX

    # What the server asks

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        user = self.gate.user_of(request)
        headers = self.gate.headers(user or "")
        try:
            if user is None:
                raise unauthorised()
            return json_response(self._answer(request), headers=headers)
        except ApiError as error:
            return error.response(headers)

    def describe(self, request: Request) -> Call:
        """How the request is counted."""
        return Call(self._router.endpoint(_inside(request)))

    def admit(self, request: Request) -> Response | None:
        """A 429 for a second request in flight or a used-up window, else None."""
        return self.gate.admit(request)

    def release(self, request: Request) -> None:
        """An admitted request is over."""
        self.gate.release(request)

    def refuse(self, fault: Fault) -> Response:
        """The answer that stands for an injected fault."""
        if fault in FAULT_ANSWERS:
            return ApiError(*FAULT_ANSWERS[fault]).response()
        return self.gate.throttled()

    def configure(self, limits: Mapping[str, Any]) -> None:
        """Change `per_minute` or `concurrent`; None switches one off. Raises ValueError."""
        self.gate.configure(limits)

    def _answer(self, request: Request) -> Any:
        inside = _inside(request)
        match = self._router.match(inside.method, inside.path)
        if match is None:
            raise not_found()
        params = dict(match.params)
        site = params.pop("siteid", str(SITE_ID))
        if site.startswith("{") and request.method == "GET":
            return {"totalcount": 0, "items": []}  # QUIRK(sitoo): the GUID form finds nothing
        if site != str(SITE_ID):
            raise not_found()
        return match.handler(request, **params)

    def _routes(self) -> Router:
        router = Router()
        for method, path, handler in self._table():
            router.add(method, path, handler)
        return router

    def _table(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return [
            *self._order_routes(),
            *self._product_routes(),
            *self._stock_routes(),
            *self._place_routes(),
        ]

    def _order_routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        order = f"{SITE}/orders/{{orderid}}"
        return [
            ("GET", "/orders", partial(list_orders, self.state)),
            ("GET", f"{SITE}/orders", partial(list_orders, self.state)),
            ("POST", f"{SITE}/orders", self.orders.post),
            ("GET", order, partial(get_order, self.state)),
            ("PUT", order, self.orders.put),
            ("GET", f"{order}/orderlogitems", self.orders.list_log),
            ("POST", f"{order}/orderlogitems", self.orders.post_log),
            ("GET", f"{order}/orderdeliveries", self.deliveries.list_of_order),
            ("POST", f"{order}/orderdeliveries", self.deliveries.post),
        ]

    def _product_routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        price_list = f"{SITE}/pricelists/{{pricelistid}}"
        return [
            ("GET", f"{SITE}/products", self.products.list),
            ("POST", f"{SITE}/products", self.products.post),
            ("PUT", f"{SITE}/products", self.products.put),
            ("DELETE", f"{SITE}/products", self.products.delete),
            ("GET", f"{SITE}/products/{{productid}}", self.products.get),
            ("PUT", f"{SITE}/products/{{productid}}", self.products.put_one),
            ("GET", f"{SITE}/productgroups", self.groups.list),
            ("POST", f"{SITE}/productgroups", self.groups.post),
            ("GET", f"{SITE}/productgroups/{{vatid}}", self.groups.get),
            ("GET", f"{SITE}/pricelists", self.price_lists.list),
            ("POST", f"{SITE}/pricelists", self.price_lists.post),
            ("GET", price_list, self.price_lists.get),
            ("PUT", price_list, self.price_lists.put),
            ("DELETE", price_list, self.price_lists.delete),
            ("GET", f"{price_list}/pricelistitems", self.price_lists.list_items),
            ("PUT", f"{price_list}/pricelistitems", self.price_lists.put_items),
            ("DELETE", f"{price_list}/pricelistitems", self.price_lists.delete_items),
        ]

    def _stock_routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        taking = Stocktaking(self.state, self.stock)
        place = f"{SITE}/warehouses/{{warehouseid}}"
        moves, batch = f"{place}/warehousetransactions", f"{place}/warehousebatches/{{batchid}}"
        return [
            ("GET", f"{place}/warehouseitems", self.stock.list_items),
            ("PUT", f"{place}/warehouseitems", self.stock.put_items),
            ("GET", f"{SITE}/warehousetransactions", self.stock.list_transactions),
            ("POST", f"{SITE}/warehousetransactions", self.stock.post_transactions),
            ("GET", moves, self.stock.list_transactions),
            ("GET", f"{moves}/{{transactionid}}", self.stock.get_transaction),
            ("GET", f"{place}/warehousebatches", taking.list_batches),
            ("POST", f"{place}/warehousebatches", taking.post_batch),
            ("GET", batch, taking.get_batch),
            ("PUT", batch, taking.put_batch),
            ("GET", f"{batch}/warehousebatchitems", taking.list_items),
            ("PUT", f"{batch}/warehousebatchitems", taking.put_items),
            ("DELETE", f"{batch}/warehousebatchitems", taking.delete_items),
        ]

    def _place_routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        places, register = self.places, f"{SITE}/cashregisters/{{registerid}}"
        return [
            ("GET", "/sites", places.list_sites),
            ("GET", SITE, places.get_site),
            ("GET", f"{SITE}/stores", places.list_stores),
            ("GET", f"{SITE}/stores/{{storeid}}", places.get_store),
            ("GET", f"{SITE}/warehouses", places.list_warehouses),
            ("POST", f"{SITE}/warehouses", places.post_warehouse),
            ("GET", f"{SITE}/warehouses/{{warehouseid}}", places.get_warehouse),
            ("PUT", f"{SITE}/warehouses/{{warehouseid}}", places.put_warehouse),
            ("GET", f"{SITE}/cashregisters", places.list_registers),
            ("GET", register, places.get_register),
            ("GET", f"{register}/zreports", self.tills.list_of_register),
            ("GET", f"{register}/zreports/{{zreportid}}", self.tills.get),
            ("GET", "/pos-z-reports", self.tills.list_all),
            ("GET", f"{SITE}/pospaymenttypes", places.list_payment_types),
            ("GET", f"{SITE}/pospaymenttypes/{{paymenttypeid}}", places.get_payment_type),
            ("GET", "/reasoncodes", places.list_reasons),
            ("GET", "/reasoncodes/{reasoncodeid}", places.get_reason),
            ("GET", f"{SITE}/users", places.list_users),
            ("POST", f"{SITE}/users", places.post_users),
            ("PUT", f"{SITE}/users", places.put_users),
            ("GET", f"{SITE}/users/{{userid}}", places.get_user),
        ]


def _inside(request: Request) -> Request:
    """The request with its path inside the account, `.json` taken off."""
    path = request.path.removesuffix(".json")
    inside = path.removeprefix(PREFIX) if f"{path}/".startswith(f"{PREFIX}/") else "/(elsewhere)"
    return replace(request, path=inside)
