"""One method per endpoint. Answers are wire models; every error is a ConnectorError.

All of these read, and may be repeated. Source: the API documentation, page of each resource.
"""

from collections.abc import Mapping
from typing import Any

from integrations.connectors.bodies import parse
from integrations.connectors.brightpearl import masters
from integrations.connectors.brightpearl import schemas as wire
from integrations.connectors.brightpearl.calls import Calls, Ids, Item
from integrations.connectors.brightpearl.envelope import LABEL, response_of
from integrations.connectors.brightpearl.search import Params, ResultPage, Row, every_row


class Client:
    """The resources of one account."""

    def __init__(self, calls: Calls) -> None:
        self.calls = calls

    # Orders.

    def orders(self, ids: Ids) -> dict[int, wire.Order]:
        """Orders of any type by id; unknown ids are left out.

        QUIRK(brightpearl): unknown orders are 200 `[]` where other resources answer 404.
        """
        found = self.calls.by_set("/order-service/order/{idset}", ids, wire.Many[wire.Order])
        return {order.id: order for each in found for order in each.root}

    def raw_orders(self, ids: Ids) -> list[dict[str, Any]]:
        """Orders by id, as sent."""
        return self.calls.raw("/order-service/order/{idset}", ids)

    def order_search(self, params: Params) -> list[Row]:
        """Rows of order-search. Source: recorded GET /order-search."""
        return list(every_row(self.calls.searcher("/order-service/order-search"), params))

    def order_page(self, params: Params) -> ResultPage:
        """One page of order-search."""
        return self.calls.searcher("/order-service/order-search")(params)

    def order_statuses(self) -> list[masters.OrderStatus]:
        return self.calls.listed("/order-service/order-status", wire.Many[masters.OrderStatus])

    # Accounting.

    def payments(self, params: Params) -> list[Row]:
        """Rows of customer-payment-search; `paymentId` and `orderId` take id sets."""
        return list(
            every_row(self.calls.searcher("/accounting-service/customer-payment-search"), params)
        )

    def payment_methods(self) -> list[Row]:
        return list(every_row(self.calls.searcher("/accounting-service/payment-method-search"), []))

    def nominal_codes(self) -> list[Row]:
        return list(every_row(self.calls.searcher("/accounting-service/nominal-code-search"), []))

    def tax_codes(self) -> list[masters.TaxCode]:
        return self.calls.listed("/accounting-service/tax-code", wire.Many[masters.TaxCode])

    def currencies(self, code: str) -> list[Row]:
        """Rows of currency-search with this ISO code."""
        search = self.calls.searcher("/accounting-service/currency-search")
        return [row for row in every_row(search, [("code", code)]) if row.get("code") == code]

    def journals(self, ids: Ids) -> dict[int, wire.Journal]:
        """Journals by id. QUIRK(brightpearl): the array is wrapped once more."""
        found = self.calls.by_set("/accounting-service/journal/{idset}", ids, wire.Journals)
        return {journal.id: journal for each in found for journal in each.journals}

    def journal_lines(self, reference: str) -> list[Row]:
        """Rows of journal-search, one per journal line, whose invoice reference is equal."""
        search = self.calls.searcher("/accounting-service/journal-search")
        rows = every_row(search, [("invoiceReference", reference)])
        return [row for row in rows if row.get("invoiceReference") == reference]

    # Products.

    def product_page(self, params: Params) -> ResultPage:
        """One page of product-search."""
        return self.calls.searcher("/product-service/product-search")(params)

    def raw_products(self, ids: Ids) -> list[dict[str, Any]]:
        """Products by id, as sent: they are kept before they are understood."""
        return self.calls.raw("/product-service/product/{idset}", ids)

    def product_prices(self, ids: Ids, *, price_list: int) -> dict[int, masters.ProductPrice]:
        """Prices of one list by product. Source: "Product price / GET"."""
        endpoint = f"/product-service/product-price/{{idset}}/price-list/{price_list}"
        found = self.calls.by_set(endpoint, ids, wire.Many[masters.ProductPrice])
        return {price.productId: price for each in found for price in each.root}

    def price_lists(self) -> list[masters.PriceList]:
        return self.calls.listed("/product-service/price-list", wire.Many[masters.PriceList])

    def channels(self) -> list[masters.NamedThing]:
        return self.calls.listed("/product-service/channel", wire.Many[masters.NamedThing])

    # Warehouse.

    def warehouses(self) -> list[masters.NamedThing]:
        return self.calls.listed("/warehouse-service/warehouse", wire.Many[masters.NamedThing])

    def shipping_methods(self) -> list[masters.NamedThing]:
        return self.calls.listed(
            "/warehouse-service/shipping-method", wire.Many[masters.NamedThing]
        )

    def location(self, warehouse: int, kind: str) -> int:
        """The `default` or `quarantine` location of a warehouse."""
        path = f"/warehouse-service/warehouse/{warehouse}/location/{kind}"
        endpoint = f"GET /warehouse-service/warehouse/{{id}}/location/{kind}"
        return self.calls.read_as(wire.Id, path, endpoint=endpoint).root

    def availability(self, ids: Ids) -> dict[int, wire.Availability]:
        """Stock by product. Raises RejectedError when one id spoils the set."""
        endpoint = "/warehouse-service/product-availability/{idset}"
        found = self.calls.by_set(endpoint, ids, wire.ById[wire.Availability])
        return {product: stock for each in found for product, stock in each.root.items()}

    def movement_page(self, params: Params) -> ResultPage:
        """One page of goods-movement-search."""
        return self.calls.searcher("/warehouse-service/goods-movement-search")(params)

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
        found = self.calls.by_set(endpoint, ids, model)
        return {note: content for each in found for note, content in each.root.items()}

    # Contacts.

    def contacts_by_email(self, email: str) -> list[Row]:
        """Customers whose main address contains `email`; names are not asked for."""
        params = [
            ("primaryEmail", email),
            ("isCustomer", "true"),
            ("columns", "contactId,primaryEmail"),
        ]
        return list(every_row(self.calls.searcher("/contact-service/contact-search"), params))

    # Integration.

    def account_configuration(self) -> tuple[masters.AccountConfiguration, Mapping[str, str]]:
        """The account's settings, and the headers of the answer."""
        path = "/integration-service/account-configuration"
        reply = self.calls.get(path, endpoint=f"GET {path}")
        data = response_of(reply.data)
        return parse(masters.AccountConfiguration, data, system=LABEL, endpoint=path), reply.headers

    def webhooks(self) -> list[masters.Webhook]:
        return self.calls.listed("/integration-service/webhook", wire.Many[masters.Webhook])
