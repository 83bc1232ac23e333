"""Sitoo's endpoints, one method each. Every method may raise any ConnectorError; only `post_…`
may raise AmbiguousError.

Source: Sitoo REST API v2, developer site "API reference"; paths end in `.json`.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.http import Pairs, Reply, VendorHttp, segment
from integrations.connectors.paging import Slice, by_offset
from integrations.connectors.sitoo import schemas as wire
from integrations.connectors.sitoo.assumed import Z_REPORTS_PER_REQUEST

Row = dict[str, Any]
Keys = Sequence[str]

# QUIRK(sitoo): without `fields`, lists leave out what links a return to its sale, and our own id.
ORDER_FIELDS = (
    "orderid,eshopid,externalid,creditorderid,ordertypeid,orderstateid,paymentstateid,orderdate,"
    "email,namefirst,namelast,phone,delivery_address,currencycode,registerid,warehouseid,"
    "moneytotal_net,moneytotal_vat,moneyfinal_net,moneyfinal_vat,moneytotal_gross_roundoff,"
    "moneytotal_gross_all,additionaldata,orderitems,payments"
)
PRODUCT_FIELDS = (
    "productid,sku,title,moneyprice,vatid,activepos,stockcountenable,barcode,datemodified"
)
ITEM_FIELDS = "sku,decimaltotal,decimalavailable,decimalreserved,datelastmodified"


class SitooClient:
    def __init__(self, http: VendorHttp, *, site_id: int, page_size: int) -> None:
        self._http = http
        self._site = f"/sites/{site_id}"
        self._site_id = site_id
        self._size = page_size

    def close(self) -> None:
        self._http.close()

    def sites(self) -> Reply:
        return self._http.get("/sites.json", endpoint="GET /sites")

    def orders_from(self, order_id: int) -> wire.Listed:
        """Orders of this site from an id on, ascending; no bookings and no parked baskets."""
        return self._list(
            "/orders",
            [("orderidfrom", str(order_id)), ("sort", "orderid"), *self._order_filters()],
        )

    def orders(self, order_ids: Sequence[str]) -> list[Row]:
        """QUIRK(sitoo): ids are one value with commas; of repeated keys only the last counts."""
        wanted = [("orderid", ",".join(order_ids)), ("sort", "orderid"), *self._order_filters()]
        return list(self._list("/orders", wanted).items)

    def z_reports_added_since(self, epoch: int) -> list[Row]:
        """All registers, by arrival, ascending. Raises NotFoundError on accounts without it."""
        wanted = [
            ("eshopid", str(self._site_id)),
            ("dateaddedfrom", str(epoch)),
            ("num", str(Z_REPORTS_PER_REQUEST)),
        ]
        return self._bare("/pos-z-reports", wanted)

    def z_reports_created_since(self, register_id: str, epoch: int) -> list[Row]:
        path = f"{self._site}/cashregisters/{segment(register_id)}/zreports"
        wanted = [("datecreatedfrom", str(epoch))]
        return list(self._every(path, wanted, "/sites/{id}/cashregisters/{id}/zreports"))

    def z_report(self, register_id: str, number: str) -> Row:
        """Raises NotFoundError."""
        path = f"{self._site}/cashregisters/{segment(register_id)}/zreports/{segment(number)}.json"
        endpoint = "GET /sites/{id}/cashregisters/{id}/zreports/{id}"
        return _object(self._http.get(path, endpoint=endpoint).data, endpoint)

    def registers(self) -> list[Row]:
        return list(self._every(f"{self._site}/cashregisters", [], "/sites/{id}/cashregisters"))

    def transactions_from(self, transaction_id: int, *, created_since: int) -> wire.Listed:
        wanted = [
            ("warehousetransactionidfrom", str(transaction_id)),
            ("sort", "warehousetransactionid"),
        ]
        if created_since:
            wanted.append(("datecreatedfrom", str(created_since)))
        return self._list(f"{self._site}/warehousetransactions", wanted, _TRANSACTIONS)

    def transactions(self, transaction_ids: Sequence[str]) -> list[Row]:
        wanted = [("warehousetransactionid", ",".join(transaction_ids))]
        path = f"{self._site}/warehousetransactions"
        return list(self._list(path, wanted, _TRANSACTIONS).items)

    def transactions_since(self, warehouse_id: str, epoch: int) -> Iterator[Row]:
        """One warehouse's, ascending, as many pages as it takes."""
        wanted = [
            ("warehouseid", warehouse_id),
            ("datecreatedfrom", str(epoch)),
            ("sort", "warehousetransactionid"),
        ]
        return self._every(f"{self._site}/warehousetransactions", wanted, _TRANSACTIONS)

    def post_transactions(self, rows: Sequence[Row], *, keys: Keys) -> Reply:
        """Stock deltas. Not safe to repeat: look for the externalid first."""
        return self._http.send(
            "POST",
            f"{self._site}/warehousetransactions.json",
            endpoint=f"POST {_TRANSACTIONS}",
            json=list(rows),
            keys=keys,
            messages=len(rows),
        )

    def products_modified_since(self, epoch: int, *, start: int) -> wire.Listed:
        wanted = [("includeinactive", "true"), ("fields", PRODUCT_FIELDS)]
        if epoch:
            wanted.append(("datelastmodified", str(epoch)))
        return self._list(f"{self._site}/products", wanted, "/sites/{id}/products", start=start)

    def products(self, skus: Sequence[str]) -> list[Row]:
        wanted = [
            ("sku", ",".join(skus)),
            ("includeinactive", "true"),
            ("fields", PRODUCT_FIELDS),
        ]
        return list(self._list(f"{self._site}/products", wanted, "/sites/{id}/products").items)

    def post_products(self, rows: Sequence[Row], *, keys: Keys) -> Reply:
        """New products. Not safe to repeat."""
        return self._products("POST", rows, keys=keys, safe_to_repeat=False)

    def put_products(self, rows: Sequence[Row], *, keys: Keys) -> Reply:
        """Change products; absent fields keep their value."""
        return self._products("PUT", rows, keys=keys, safe_to_repeat=True)

    def warehouse_items(self, warehouse_id: str, skus: Sequence[str]) -> list[Row]:
        path = f"{self._site}/warehouses/{segment(warehouse_id)}/warehouseitems"
        wanted = [("sku", ",".join(skus)), ("fields", ITEM_FIELDS)]
        return list(self._list(path, wanted, _ITEMS).items)

    def every_warehouse_item(self, warehouse_id: str) -> Iterator[Row]:
        path = f"{self._site}/warehouses/{segment(warehouse_id)}/warehouseitems"
        return self._every(path, [("fields", ITEM_FIELDS)], _ITEMS)

    def warehouse_items_modified_since(
        self, warehouse_id: str, epoch: int, *, start: int
    ) -> wire.Listed:
        path = f"{self._site}/warehouses/{segment(warehouse_id)}/warehouseitems"
        wanted = [("fields", ITEM_FIELDS), ("datelastmodifiedfrom", str(epoch))]
        return self._list(path, wanted, _ITEMS, start=start)

    def put_warehouse_items(self, warehouse_id: str, rows: Sequence[Row], *, keys: Keys) -> Reply:
        """Absolute levels of a Virtual warehouse; safe to repeat. Refused for FIFO."""
        return self._http.send(
            "PUT",
            f"{self._site}/warehouses/{segment(warehouse_id)}/warehouseitems.json",
            endpoint=f"PUT {_ITEMS}",
            json=list(rows),
            keys=keys,
            messages=len(rows),
            safe_to_repeat=True,
        )

    def warehouses(self) -> list[Row]:
        return list(self._every(f"{self._site}/warehouses", [], "/sites/{id}/warehouses"))

    def stores(self) -> list[Row]:
        return list(self._every(f"{self._site}/stores", [], "/sites/{id}/stores"))

    def product_groups(self) -> list[Row]:
        return list(self._every(f"{self._site}/productgroups", [], "/sites/{id}/productgroups"))

    def reason_codes(self) -> list[Row]:
        return list(self._every("/reasoncodes", [], "/reasoncodes"))

    def payment_types(self) -> list[Row]:
        """QUIRK(sitoo): a bare array."""
        return self._bare(f"{self._site}/pospaymenttypes", [], "/sites/{id}/pospaymenttypes")

    def _order_filters(self) -> list[tuple[str, str]]:
        return [
            ("eshopid", str(self._site_id)),
            ("ordertype", str(int(wire.OrderType.ORDER))),
            ("fields", ORDER_FIELDS),
        ]

    def _products(
        self, method: str, rows: Sequence[Row], *, keys: Keys, safe_to_repeat: bool
    ) -> Reply:
        return self._http.send(
            method,
            f"{self._site}/products.json",
            endpoint=f"{method} /sites/{{id}}/products",
            json=list(rows),
            keys=keys,
            messages=len(rows),
            safe_to_repeat=safe_to_repeat,
        )

    def _list(self, path: str, params: Pairs, template: str = "", *, start: int = 0) -> wire.Listed:
        endpoint = f"GET {template or path}"
        paged = [*params, ("start", str(start)), ("num", str(self._size))]
        reply = self._http.get(f"{path}.json", paged, endpoint=endpoint)
        return self._http.parse(wire.Listed, reply.data, endpoint=endpoint)

    def _every(self, path: str, params: Pairs, template: str) -> Iterator[Row]:
        def part(offset: int) -> Slice[Row]:
            listed = self._list(path, params, template, start=offset)
            return Slice(listed.items, listed.totalcount)

        return by_offset(part, size=self._size)

    def _bare(self, path: str, params: Pairs, template: str = "") -> list[Row]:
        endpoint = f"GET {template or path}"
        data = self._http.get(f"{path}.json", params, endpoint=endpoint).data
        if not isinstance(data, list):
            raise SchemaChangedError(
                "Sitoo changed the shape of its answer: the whole is not a list.",
                field="",
                detail=endpoint,
            )
        return [_object(row, endpoint) for row in data]


_TRANSACTIONS = "/sites/{id}/warehousetransactions"
_ITEMS = "/sites/{id}/warehouses/{id}/warehouseitems"


def _object(value: Any, endpoint: str) -> Row:
    if not isinstance(value, Mapping):
        raise SchemaChangedError(
            "Sitoo changed the shape of its answer: a row is not an object.",
            field="[]",
            detail=endpoint,
        )
    return dict(value)
