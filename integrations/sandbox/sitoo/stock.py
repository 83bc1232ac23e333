"""Levels and movements of stock."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import IntEnum
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.sitoo.errors import (
    bad_request,
    invalid_value,
    missing,
    not_found,
)
from integrations.sandbox.sitoo.formats import money, quantity, read_decimal, read_int
from integrations.sandbox.sitoo.listing import (
    Wire,
    as_object,
    between,
    body_of,
    in_order,
    keep,
    page,
    project,
    wanted,
    wanted_int,
    wanted_ints,
    write,
)
from integrations.sandbox.sitoo.state import SITE_ID, VIRTUAL, State, StockItem, find

MOST_ITEM_ROWS = 1000  # of one POST of transactions, over all its transactions


class Kind(IntEnum):
    """Why stock moved. Numbers from 60 on are assumed."""

    MOVE_IN = 10
    MOVE_OUT = 20
    SALE = 30
    REFUND = 40
    STOCKTAKING = 50
    MANUAL_IN = 60
    MANUAL_OUT = 70
    SHIPMENT_IN = 80
    SHIPMENT_OUT = 90


SYSTEM_MADE = frozenset({Kind.SALE, Kind.REFUND, Kind.STOCKTAKING})
COMES_IN = frozenset({Kind.MOVE_IN, Kind.MANUAL_IN, Kind.SHIPMENT_IN})


class Stock:
    """Warehouse items and warehouse transactions."""

    def __init__(self, state: State) -> None:
        self.state = state

    # What the tills and the seeding do

    def item(self, warehouse_id: int, sku: str) -> StockItem:
        """The SKU's place in the warehouse, made when it was never there."""
        items = self.state.stock[warehouse_id]
        if sku not in items:
            items[sku] = StockItem(self.state.next_id("warehouseitem", start=101))
        return items[sku]

    def move(
        self,
        warehouse_id: int,
        kind: Kind,
        rows: Iterable[tuple[str, Decimal, Decimal]],
        *,
        description: str = "",
        delivery_id: int | None = None,
        external_id: str | None = None,
        shipment_id: int | None = None,
        reason: str | None = None,
    ) -> Wire:
        """Change levels by (sku, signed units, cost each) and write the transaction down."""
        now = self.state.now()
        transaction: Wire = {
            "warehousetransactionid": self.state.next_id("transaction", start=90001),
            "warehouseid": warehouse_id,
            "datecreated": now,
            "transactiontype": int(kind),
            "description": description,
            "orderdeliveryid": delivery_id,
            "shipmentid": shipment_id,
            "externalid": external_id,
            "reasoncode": reason,
            "items": [self._moved(warehouse_id, *row, now) for row in rows],
        }
        self.state.transactions[transaction["warehousetransactionid"]] = transaction
        self.state.events.transaction(transaction, eshop_id=SITE_ID)
        return transaction

    def _moved(self, warehouse_id: int, sku: str, units: Decimal, cost: Decimal, now: int) -> Wire:
        item = self.item(warehouse_id, sku)
        item.total += units
        item.value = max(Decimal(0), item.value + units * cost)
        item.modified = now
        return {
            "sku": sku,
            "decimalquantity": quantity(units),
            "decimaltotal": quantity(item.total),
            "moneypricein": money(cost),
            "moneytotal": money(item.value),
            "moneyvalue": money(units * cost),
        }

    def cost_of(self, sku: str) -> Decimal:
        """What one unit cost, before VAT."""
        product = self.state.product(sku)
        return Decimal(product["moneypricein"]) if product else Decimal(0)

    # Warehouse items

    def list_items(self, request: Request, warehouseid: str) -> Any:
        """Source: reference 2, "S/warehouses/{warehouseid}/warehouseitems"."""
        warehouse_id = int(find(self.state.warehouses, warehouseid)["warehouseid"])
        items = self.state.stock[warehouse_id]
        skus = wanted(request, "sku")
        chosen = items if skus is None else [sku for sku in dict.fromkeys(skus) if sku in items]
        rows: Iterable[Wire] = (item_wire(warehouse_id, sku, items[sku]) for sku in chosen)
        low = wanted_int(request, "datelastmodifiedfrom")
        high = wanted_int(request, "datelastmodifiedto")
        return page(request, list(between(rows, "datelastmodified", low, high)))

    def put_items(self, request: Request, warehouseid: str) -> Any:
        """Set levels of a Virtual warehouse, or bins and reorder points of any."""
        warehouse = find(self.state.warehouses, warehouseid)
        return write(request, lambda row: self._put_item(warehouse, row))

    def _put_item(self, warehouse: Wire, row: Mapping[str, Any]) -> int:
        sku = self.known_sku(row)
        changes = {
            name: read_decimal(row[name], name)
            for name in ("decimaltotal", "moneytotal", "decimalthreshold")
            if row.get(name) is not None
        }
        is_level = "decimaltotal" in changes or "moneytotal" in changes
        if is_level and warehouse["warehousetype"] != VIRTUAL:
            raise bad_request("Field 'decimaltotal' is read-only for this warehousetype.")
        item = self.item(warehouse["warehouseid"], sku)
        item.bin = str(row.get("binlocation", item.bin))
        item.threshold = changes.get("decimalthreshold", item.threshold)
        if is_level:
            self._set_level(warehouse["warehouseid"], sku, item, changes)
        return item.id

    def _set_level(
        self, warehouse_id: int, sku: str, item: StockItem, changes: Mapping[str, Decimal]
    ) -> None:
        item.total = changes.get("decimaltotal", item.total)
        item.value = changes.get("moneytotal", item.value)
        item.modified = self.state.now()
        level = {"warehouseid": warehouse_id, "sku": sku, "decimaltotal": quantity(item.total)}
        self.state.record("stock-level", item.id, "", level)

    # Warehouse transactions

    def list_transactions(self, request: Request, warehouseid: str = "") -> Any:
        """Source: reference 2, "S/warehousetransactions"; newest first unless sorted."""
        rows: Iterable[Wire] = self.state.transactions.values()
        if warehouseid:
            rows = keep(
                rows, "warehouseid", [find(self.state.warehouses, warehouseid)["warehouseid"]]
            )
        key = "warehousetransactionid"
        rows = keep(rows, key, wanted_ints(request, key))
        rows = between(
            rows, key, wanted_int(request, f"{key}from"), wanted_int(request, f"{key}to")
        )
        low, high = wanted_int(request, "datecreatedfrom"), wanted_int(request, "datecreatedto")
        rows = between(rows, "datecreated", low, high)
        rows = keep(rows, "warehouseid", wanted_ints(request, "warehouseid"))
        rows = keep(rows, "transactiontype", wanted_ints(request, "transactiontype"))
        return page(request, in_order(request, rows, key))

    def get_transaction(self, request: Request, warehouseid: str, transactionid: str) -> Any:
        """One transaction of the warehouse."""
        row = find(self.state.transactions, transactionid)
        if str(row["warehouseid"]) != warehouseid:
            raise not_found()
        return project(request, row)

    def post_transactions(self, request: Request) -> Any:
        """Move stock of FIFO warehouses."""
        body = body_of(request)
        sent = body if isinstance(body, list) else [body]
        rows = sum(len(as_object(one).get("items") or ()) for one in sent)
        if rows > MOST_ITEM_ROWS:
            raise bad_request(f"Too many items (max {MOST_ITEM_ROWS})")
        return write(request, self._post_transaction)

    def _post_transaction(self, row: Mapping[str, Any]) -> int:
        for name in ("warehouseid", "transactiontype", "items"):
            if row.get(name) is None:
                raise missing(name)
        warehouse = self.state.warehouses.get(read_int(row["warehouseid"], "warehouseid"))
        if warehouse is None:
            raise invalid_value("warehouseid", row["warehouseid"])
        if warehouse["warehousetype"] == VIRTUAL:
            raise bad_request("Transactions are not allowed for this warehousetype.")
        kind = _kind(row["transactiontype"])
        transaction = self.move(
            warehouse["warehouseid"],
            kind,
            [self._change(kind, as_object(item)) for item in _list(row["items"], "items")],
            description=str(row.get("description") or ""),
            external_id=row.get("externalid"),
            shipment_id=row.get("shipmentid"),
            reason=row.get("reasoncode"),
        )
        id = int(transaction["warehousetransactionid"])
        self.state.record(
            "warehouse-transaction", id, str(row.get("externalid") or ""), transaction
        )
        return id

    def _change(self, kind: Kind, item: Mapping[str, Any]) -> tuple[str, Decimal, Decimal]:
        sku = self.known_sku(item)
        if item.get("decimalquantity") is None:
            raise missing("decimalquantity")
        units = read_decimal(item["decimalquantity"], "decimalquantity")
        if (units > 0) is not (kind in COMES_IN):
            raise invalid_value("decimalquantity", units)
        cost = item.get("moneypricein")
        return sku, units, self.cost_of(sku) if cost is None else read_decimal(cost, "moneypricein")

    def known_sku(self, row: Mapping[str, Any]) -> str:
        """The SKU a row names. Raises ApiError 400 when it is missing or no product has it."""
        sku = row.get("sku")
        if sku is None:
            raise missing("sku")
        if sku not in self.state.product_ids:
            raise invalid_value("sku", sku)
        return str(sku)


def item_wire(warehouse_id: int, sku: str, item: StockItem) -> Wire:
    """A warehouse item as it is listed."""
    return {
        "warehouseitemid": item.id,
        "warehouseid": warehouse_id,
        "sku": sku,
        "binlocation": item.bin,
        "decimalthreshold": quantity(item.threshold),
        "decimaltotal": quantity(item.total),
        "moneytotal": money(item.value),
        "decimalreserved": quantity(item.reserved),
        "decimalavailable": quantity(item.total - item.reserved),
        "datelastmodified": item.modified,
        "datelaststocktaking": item.counted,
    }


def _kind(value: Any) -> Kind:
    number = read_int(value, "transactiontype")
    if number not in Kind._value2member_map_ or Kind(number) in SYSTEM_MADE:
        raise invalid_value("transactiontype", number)
    return Kind(number)


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list) or not value:
        raise invalid_value(field)
    return value
