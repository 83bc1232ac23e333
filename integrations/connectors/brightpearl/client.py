"""The wire: one method per endpoint. Answers are wire models; every error is a ConnectorError.

All reads may be repeated. Sources: Brightpearl API documentation, page of each resource.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from integrations.connectors.brightpearl import schemas as wire
from integrations.connectors.brightpearl.auth import HeldTokens, Login, TokenStore
from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.connectors.brightpearl.envelope import LABEL, classify, learn, response_of
from integrations.connectors.brightpearl.idsets import chunks, encode
from integrations.connectors.brightpearl.search import (
    Params,
    ResultPage,
    Row,
    SearchResult,
    every_row,
    page_of,
)
from integrations.connectors.errors import NotFoundError, UnauthorisedError
from integrations.connectors.http import Reply, VendorHttp
from integrations.connectors.spec import Context

Item = TypeVar("Item", bound=BaseModel)
Ids = Iterable[int | str]
MULTI_MESSAGE = "/multi-message"


class Message(NamedTuple):
    """One write. `uri` is below the account; `headers` can only be sent outside a bundle."""

    method: str
    uri: str
    body: Any
    endpoint: str
    key: str = ""
    headers: Mapping[str, str] = {}


class Client:
    """One account; safe to share between threads. Close it when done."""

    def __init__(
        self, config: BrightpearlConfig, context: Context, tokens: TokenStore | None = None
    ) -> None:
        def http(base_url: str, login: Login | None) -> VendorHttp:
            return VendorHttp(
                base_url=base_url,
                headers=login.headers if login else dict,
                context=context,
                classify=classify,
                learn=learn,
                system_label=LABEL,
            )

        self._token_http: VendorHttp | None = None

        def token_http() -> VendorHttp:
            self._token_http = self._token_http or http(config.token_url, None)
            return self._token_http

        self._login = Login(config, tokens or HeldTokens(config), token_http)
        self._http = http(config.base_url, self._login)

    def close(self) -> None:
        """Release the pools."""
        self._http.close()
        if self._token_http:
            self._token_http.close()

    # Writing.

    def send(self, message: Message) -> Any:
        """Write one message; its `response`. Raises AmbiguousError when it may have landed."""
        return response_of(self._written(message, keys=[message.key] if message.key else []).data)

    def send_bundle(self, messages: Sequence[Message]) -> Reply:
        """Write up to ten messages in one request, in order, going on after a failure.

        Source: Brightpearl help, "Multi-message". The reply's data is not yet understood.
        """
        body = {
            "processingMode": "SEQUENTIAL",
            "onFail": "CONTINUE",
            "messages": [
                {"label": str(index), "uri": each.uri, "httpMethod": each.method, "body": each.body}
                for index, each in enumerate(messages)
            ],
        }
        bundle = Message("POST", MULTI_MESSAGE, body, f"POST {MULTI_MESSAGE}")
        return self._written(
            bundle, keys=[each.key for each in messages if each.key], messages=len(messages)
        )

    def _written(self, message: Message, *, keys: Sequence[str], messages: int = 1) -> Reply:
        return self._authorised(
            lambda: self._http.send(
                message.method,
                message.uri,
                endpoint=message.endpoint,
                json=message.body,
                headers=message.headers,
                keys=keys,
                messages=messages,
            )
        )

    # Orders.

    def orders(self, ids: Ids) -> dict[int, wire.Order]:
        """Orders of any type by id; unknown ids are left out.

        QUIRK(brightpearl): unknown orders are 200 `[]` where other resources answer 404.
        """
        found = self._by_set("/order-service/order/{idset}", ids, wire.Many[wire.Order])
        return {order.id: order for each in found for order in each.root}

    def raw_orders(self, ids: Ids) -> list[dict[str, Any]]:
        """Orders by id, as sent."""
        return self._raw("/order-service/order/{idset}", ids)

    def order_search(self, params: Params) -> list[Row]:
        """Rows of order-search. Source: recorded GET /order-search."""
        return list(every_row(self._searcher("/order-service/order-search"), params))

    def order_page(self, params: Params) -> ResultPage:
        """One page of order-search."""
        return self._searcher("/order-service/order-search")(params)

    def order_statuses(self) -> list[wire.OrderStatus]:
        return self._list("/order-service/order-status", wire.Many[wire.OrderStatus])

    # Accounting.

    def payments(self, params: Params) -> list[Row]:
        """Rows of customer-payment-search; `paymentId` and `orderId` take id sets."""
        return list(
            every_row(self._searcher("/accounting-service/customer-payment-search"), params)
        )

    def payment_methods(self) -> list[Row]:
        return list(every_row(self._searcher("/accounting-service/payment-method-search"), []))

    def nominal_codes(self) -> list[Row]:
        return list(every_row(self._searcher("/accounting-service/nominal-code-search"), []))

    def tax_codes(self) -> list[wire.TaxCode]:
        return self._list("/accounting-service/tax-code", wire.Many[wire.TaxCode])

    def currencies(self, code: str) -> list[Row]:
        """Rows of currency-search with this ISO code."""
        search = self._searcher("/accounting-service/currency-search")
        return [row for row in every_row(search, [("code", code)]) if row.get("code") == code]

    def journals(self, ids: Ids) -> dict[int, wire.Journal]:
        """Journals by id. QUIRK(brightpearl): the array is wrapped once more."""
        found = self._by_set("/accounting-service/journal/{idset}", ids, wire.Journals)
        return {journal.id: journal for each in found for journal in each.journals}

    def journal_lines(self, reference: str) -> list[Row]:
        """Rows of journal-search, one per journal line, whose invoice reference is equal."""
        search = self._searcher("/accounting-service/journal-search")
        rows = every_row(search, [("invoiceReference", reference)])
        return [row for row in rows if row.get("invoiceReference") == reference]

    # Products.

    def product_page(self, params: Params) -> ResultPage:
        """One page of product-search."""
        return self._searcher("/product-service/product-search")(params)

    def raw_products(self, ids: Ids) -> list[dict[str, Any]]:
        """Products by id, as sent: they are kept before they are understood."""
        return self._raw("/product-service/product/{idset}", ids)

    def product_prices(self, ids: Ids, *, price_list: int) -> dict[int, wire.ProductPrice]:
        """Prices of one list by product. Source: "Product price / GET"."""
        endpoint = f"/product-service/product-price/{{idset}}/price-list/{price_list}"
        found = self._by_set(endpoint, ids, wire.Many[wire.ProductPrice])
        return {price.productId: price for each in found for price in each.root}

    def price_lists(self) -> list[wire.PriceList]:
        return self._list("/product-service/price-list", wire.Many[wire.PriceList])

    def channels(self) -> list[wire.NamedThing]:
        return self._list("/product-service/channel", wire.Many[wire.NamedThing])

    # Warehouse.

    def warehouses(self) -> list[wire.NamedThing]:
        return self._list("/warehouse-service/warehouse", wire.Many[wire.NamedThing])

    def shipping_methods(self) -> list[wire.NamedThing]:
        return self._list("/warehouse-service/shipping-method", wire.Many[wire.NamedThing])

    def location(self, warehouse: int, kind: str) -> int:
        """The `default` or `quarantine` location of a warehouse."""
        path = f"/warehouse-service/warehouse/{warehouse}/location/{kind}"
        endpoint = f"GET /warehouse-service/warehouse/{{id}}/location/{kind}"
        return self._http.parse(
            wire.Id, self._read(path, endpoint=endpoint), endpoint=endpoint
        ).root

    def availability(self, ids: Ids) -> dict[int, wire.Availability]:
        """Stock by product. Raises RejectedError when one id spoils the set."""
        endpoint = "/warehouse-service/product-availability/{idset}"
        found = self._by_set(endpoint, ids, wire.ById[wire.Availability])
        return {product: stock for each in found for product, stock in each.root.items()}

    def movement_page(self, params: Params) -> ResultPage:
        """One page of goods-movement-search."""
        return self._searcher("/warehouse-service/goods-movement-search")(params)

    def goods_out_of_orders(self, orders: Ids) -> dict[int, wire.GoodsOutNote]:
        """All goods-out notes of these orders, by note."""
        endpoint = "/warehouse-service/order/{idset}/goods-note/goods-out/"
        return self._notes(endpoint, orders, wire.ById[wire.GoodsOutNote])

    def goods_out(self, notes: Ids) -> dict[int, wire.GoodsOutNote]:
        """Goods-out notes by id."""
        endpoint = "/warehouse-service/order/*/goods-note/goods-out/{idset}"
        return self._notes(endpoint, notes, wire.ById[wire.GoodsOutNote])

    def goods_in_of_orders(self, orders: Ids) -> dict[int, wire.GoodsInNote]:
        """All goods-in notes of these orders or credits, by note."""
        endpoint = "/warehouse-service/order/{idset}/goods-note/goods-in/"
        return self._notes(endpoint, orders, wire.ById[wire.GoodsInNote])

    def _notes(self, endpoint: str, ids: Ids, model: type[wire.ById[Item]]) -> dict[int, Item]:
        found = self._by_set(endpoint, ids, model)
        return {note: content for each in found for note, content in each.root.items()}

    # Contacts.

    def contacts_by_email(self, email: str) -> list[Row]:
        """Customers whose main address contains `email`; names are not asked for."""
        params = [
            ("primaryEmail", email),
            ("isCustomer", "true"),
            ("columns", "contactId,primaryEmail"),
        ]
        return list(every_row(self._searcher("/contact-service/contact-search"), params))

    # Integration.

    def account_configuration(self) -> tuple[wire.AccountConfiguration, Mapping[str, str]]:
        """The account's settings, and the headers of the answer."""
        path = "/integration-service/account-configuration"
        reply = self._authorised(lambda: self._http.get(path, endpoint=f"GET {path}"))
        data = response_of(reply.data)
        return self._http.parse(wire.AccountConfiguration, data, endpoint=path), reply.headers

    def webhooks(self) -> list[wire.Webhook]:
        return self._list("/integration-service/webhook", wire.Many[wire.Webhook])

    # How it is asked.

    def _authorised(self, call: Callable[[], Reply]) -> Reply:
        """QUIRK(brightpearl): a 401 was not processed, so even a write may follow it."""
        used = self._login.access_token()
        try:
            return call()
        except UnauthorisedError:
            if not self._login.renew(stale=used):
                raise
        return call()

    def _read(self, path: str, params: Params | None = None, *, endpoint: str) -> Any:
        reply = self._authorised(lambda: self._http.get(path, params, endpoint=endpoint))
        return response_of(reply.data)

    def _answers(self, endpoint: str, ids: Ids) -> Iterable[Any]:
        """The `response` of each chunk; a chunk of which nothing exists is skipped."""
        for chunk in chunks(ids):
            try:
                yield self._read(endpoint.format(idset=encode(chunk)), endpoint=f"GET {endpoint}")
            except NotFoundError:
                continue

    def _raw(self, endpoint: str, ids: Ids) -> list[dict[str, Any]]:
        return [
            item
            for data in self._answers(endpoint, ids)
            for item in (data if isinstance(data, list) else [])
            if isinstance(item, dict)
        ]

    def _by_set(self, endpoint: str, ids: Ids, model: type[Item]) -> Iterable[Item]:
        """QUIRK(brightpearl): a map without entries may come as `[]`, an array as nothing."""
        for data in self._answers(endpoint, ids):
            if data:
                yield self._http.parse(model, data, endpoint=endpoint)

    def _list(self, path: str, model: type[wire.Many[Item]]) -> list[Item]:
        try:
            data = self._read(path, endpoint=f"GET {path}")
        except NotFoundError:
            return []
        return self._http.parse(model, data or [], endpoint=path).root

    def _searcher(self, path: str) -> Callable[[Params], ResultPage]:
        def ask(params: Params) -> ResultPage:
            data = self._read(path, params, endpoint=f"GET {path}")
            return page_of(self._http.parse(SearchResult, data, endpoint=path))

        return ask
