"""VAT groups, price lists and what is on them."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.sitoo.errors import bad_request, invalid_value, missing, not_found
from integrations.sandbox.sitoo.formats import money, percent, read_decimal, read_int
from integrations.sandbox.sitoo.listing import (
    Wire,
    as_object,
    body_of,
    keep,
    page,
    project,
    wanted,
    write,
)
from integrations.sandbox.sitoo.state import DEFAULT_GROUP, DEFAULT_PRICE_LIST, State, find


def set_price(state: State, list_id: int, product: Wire, price: str) -> None:
    """Put the product on a price list, or change its price there."""
    state.prices[list_id][product["sku"]] = {
        "productid": product["productid"],
        "sku": product["sku"],
        "moneyprice": price,
        "moneypricevolume": None,
    }


class Groups:
    """VAT groups, which Sitoo calls product groups."""

    def __init__(self, state: State) -> None:
        self.state = state

    def list(self, request: Request) -> Any:
        return page(request, list(self.state.groups.values()))

    def get(self, request: Request, vatid: str) -> Any:
        return project(request, find(self.state.groups, vatid))

    def post(self, request: Request) -> Any:
        """Add a group. Returns its id."""
        body = as_object(body_of(request))
        if not body.get("productgroupname"):
            raise missing("productgroupname")
        return self.add(
            str(body["productgroupname"]),
            read_decimal(body.get("value", 0), "value"),
            kind=read_int(body.get("productgrouptype", 10), "productgrouptype"),
        )

    def add(self, name: str, rate: Decimal, *, kind: int = 10) -> int:
        """A group of products at one VAT rate (percent): 10 goods, 20 services, 30 gift cards."""
        id = self.state.next_id("group", start=DEFAULT_GROUP)
        self.state.groups[id] = {
            "vatid": id,
            "value": percent(rate),
            "productgrouptype": kind,
            "productgroupname": name,
            "comment": "",
        }
        return id


class PriceLists:
    """Price lists and their items; prices have VAT inside."""

    MOST_LISTS = 100

    def __init__(self, state: State) -> None:
        self.state = state

    def list(self, request: Request) -> Any:
        return page(request, list(self.state.price_lists.values()))

    def get(self, request: Request, pricelistid: str) -> Any:
        return project(request, find(self.state.price_lists, pricelistid))

    def post(self, request: Request) -> Any:
        """Add a price list. Returns its id."""
        body = as_object(body_of(request))
        if not body.get("pricelistname"):
            raise missing("pricelistname")
        if len(self.state.price_lists) >= self.MOST_LISTS:
            raise bad_request(f"Too many price lists (max {self.MOST_LISTS})")
        return self.add(body)

    def add(self, body: Mapping[str, Any]) -> int:
        id = self.state.next_id("pricelist", start=DEFAULT_PRICE_LIST)
        self.state.price_lists[id] = {
            "pricelistid": id,
            "pricelistname": str(body["pricelistname"]),
            "pricelistdescription": str(body.get("pricelistdescription") or ""),
            "active": bool(body.get("active", True)),
            "externalid": body.get("externalid"),
            "currencycode": str(body.get("currencycode") or self.state.currency),
            "tags": list(body.get("tags") or []),
        }
        return id

    def put(self, request: Request, pricelistid: str) -> Any:
        row = find(self.state.price_lists, pricelistid)
        body = as_object(body_of(request))
        row |= {name: body[name] for name in row if name in body and name != "pricelistid"}
        return True

    def delete(self, request: Request, pricelistid: str) -> Any:
        row = find(self.state.price_lists, pricelistid)
        if row["pricelistid"] == DEFAULT_PRICE_LIST:
            raise bad_request("The default price list cannot be deleted.")
        del self.state.price_lists[row["pricelistid"]]
        self.state.prices.pop(row["pricelistid"], None)
        return True

    def list_items(self, request: Request, pricelistid: str) -> Any:
        items = self.state.prices[find(self.state.price_lists, pricelistid)["pricelistid"]]
        rows: Iterable[Wire] = keep(items.values(), "sku", wanted(request, "sku"))
        return page(request, list(rows))

    def put_items(self, request: Request, pricelistid: str) -> Any:
        """Set prices by `sku` or `productid`."""
        list_id = find(self.state.price_lists, pricelistid)["pricelistid"]
        return write(request, lambda row: self._put_item(list_id, row))

    def delete_items(self, request: Request, pricelistid: str) -> Any:
        list_id = find(self.state.price_lists, pricelistid)["pricelistid"]

        def remove(row: Mapping[str, Any]) -> bool:
            product = self._product(row)
            if self.state.prices[list_id].pop(product["sku"], None) is None:
                raise not_found()
            return True

        return write(request, remove)

    def _put_item(self, list_id: int, row: Mapping[str, Any]) -> bool:
        product = self._product(row)
        if row.get("moneyprice") is None:
            raise missing("moneyprice")
        price = money(read_decimal(row["moneyprice"], "moneyprice"))
        set_price(self.state, list_id, product, price)
        self.state.prices[list_id][product["sku"]]["moneypricevolume"] = row.get("moneypricevolume")
        if list_id == DEFAULT_PRICE_LIST:
            product["moneyprice"] = price
            product["datemodified"] = self.state.now()
        payload = {"pricelistid": list_id, "sku": product["sku"], "moneyprice": price}
        self.state.record("price", product["productid"], "", payload)
        return True

    def _product(self, row: Mapping[str, Any]) -> Wire:
        product = self.state.product(str(row.get("sku")))
        product = product or self.state.products.get(row.get("productid", 0))
        if product is None:
            raise invalid_value("sku", str(row.get("sku", row.get("productid", ""))))
        return product
