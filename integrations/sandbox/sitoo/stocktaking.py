"""Warehouse batches: count first, commit at once; closing a batch moves stock by the difference."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.sitoo.errors import bad_request, invalid_value, missing, not_found
from integrations.sandbox.sitoo.formats import money, quantity, read_decimal, read_int
from integrations.sandbox.sitoo.listing import (
    Wire,
    as_object,
    body_of,
    keep,
    page,
    project,
    wanted_int,
    wanted_ints,
    write,
)
from integrations.sandbox.sitoo.state import VIRTUAL, State, find
from integrations.sandbox.sitoo.stock import Kind, Stock

OPEN, CLOSED = 10, 20


class Stocktaking:
    """Batches of one warehouse each, by id."""

    def __init__(self, state: State, stock: Stock) -> None:
        self.state, self.stock = state, stock

    def list_batches(self, request: Request, warehouseid: str) -> Any:
        """Open batches unless `warehousebatchstate` says otherwise."""
        warehouse = find(self.state.warehouses, warehouseid)
        rows: Iterable[Wire] = keep(
            self.state.batches.values(), "warehouseid", [warehouse["warehouseid"]]
        )
        state = wanted_int(request, "warehousebatchstate")
        rows = keep(rows, "warehousebatchstate", [OPEN if state is None else state])
        rows = keep(rows, "transactiontype", wanted_ints(request, "transactiontype"))
        return page(request, list(rows))

    def get_batch(self, request: Request, warehouseid: str, batchid: str) -> Any:
        return project(request, self._batch(warehouseid, batchid))

    def post_batch(self, request: Request, warehouseid: str) -> Any:
        """Open a batch. Returns its id."""
        warehouse = find(self.state.warehouses, warehouseid)
        body = as_object(body_of(request))
        if body.get("transactiontype") is None:
            raise missing("transactiontype")
        if read_int(body["transactiontype"], "transactiontype") != Kind.STOCKTAKING:
            raise invalid_value("transactiontype", body["transactiontype"])
        if warehouse["warehousetype"] == VIRTUAL:
            raise bad_request("Batches are not allowed for this warehousetype.")
        id = self.state.next_id("batch", start=501)
        self.state.batches[id] = {
            "warehousebatchid": id,
            "warehouseid": warehouse["warehouseid"],
            "warehousetransactionid": None,
            "transactiontype": int(Kind.STOCKTAKING),
            "datecreated": self.state.now(),
            "warehousebatchstate": OPEN,
            "emailowner": str(body.get("emailowner") or ""),
            "comment": str(body.get("comment") or ""),
            "shipmentid": None,
            "externalid": body.get("externalid"),
            "reasoncode": body.get("reasoncode"),
        }
        return id

    def put_batch(self, request: Request, warehouseid: str, batchid: str) -> Any:
        """Change a batch; state 20 commits it."""
        batch = self._batch(warehouseid, batchid)
        body = as_object(body_of(request))
        if batch["warehousebatchstate"] == CLOSED:
            raise bad_request("The batch is closed.")
        for name in ("comment", "externalid", "reasoncode"):
            batch[name] = body.get(name, batch[name])
        if body.get("warehousebatchstate") == CLOSED:
            self._commit(batch)
        return True

    def _commit(self, batch: Wire) -> None:
        warehouse_id = batch["warehouseid"]
        counted = {
            sku: Decimal(row["decimalquantity"])
            for sku, row in self.state.batch_items[batch["warehousebatchid"]].items()
        }
        rows = [
            (sku, units - self.stock.item(warehouse_id, sku).total, self.stock.cost_of(sku))
            for sku, units in counted.items()
        ]
        moved = self.stock.move(
            warehouse_id, Kind.STOCKTAKING, rows, external_id=batch["externalid"]
        )
        for sku in counted:
            self.stock.item(warehouse_id, sku).counted = self.state.now()
        batch["warehousetransactionid"] = moved["warehousetransactionid"]
        batch["warehousebatchstate"] = CLOSED
        id = batch["warehousebatchid"]
        self.state.record("stocktaking", id, str(batch["externalid"] or id), moved)

    def list_items(self, request: Request, warehouseid: str, batchid: str) -> Any:
        batch = self._batch(warehouseid, batchid)
        return page(request, list(self.state.batch_items[batch["warehousebatchid"]].values()))

    def put_items(self, request: Request, warehouseid: str, batchid: str) -> Any:
        """Say what was counted, by SKU; a SKU counted again is replaced."""
        batch = self._open(warehouseid, batchid)
        return write(request, lambda row: self._put_item(batch, row))

    def delete_items(self, request: Request, warehouseid: str, batchid: str) -> Any:
        """Take SKUs out of an open batch."""
        batch = self._open(warehouseid, batchid)
        items = self.state.batch_items[batch["warehousebatchid"]]

        def remove(row: Mapping[str, Any]) -> bool:
            if items.pop(str(row.get("sku")), None) is None:
                raise not_found()
            return True

        return write(request, remove)

    def _put_item(self, batch: Wire, row: Mapping[str, Any]) -> int:
        sku = self.stock.known_sku(row)
        if row.get("decimalquantity") is None:
            raise missing("decimalquantity")
        units = read_decimal(row["decimalquantity"], "decimalquantity")
        items = self.state.batch_items[batch["warehousebatchid"]]
        known = items.get(sku)
        id = known["warehousebatchitemid"] if known else self.state.next_id("batchitem", start=7001)
        items[sku] = {
            "warehousebatchitemid": id,
            "warehousebatchid": batch["warehousebatchid"],
            "warehouseitemid": self.stock.item(batch["warehouseid"], sku).id,
            "sku": sku,
            "decimalquantity": quantity(units),
            "moneypricein": money(self.stock.cost_of(sku)),
            "datemodified": self.state.now(),
            "emailowner": "",
            "comment": str(row.get("comment") or ""),
        }
        return int(id)

    def _batch(self, warehouseid: str, batchid: str) -> Wire:
        batch = find(self.state.batches, batchid)
        if str(batch["warehouseid"]) != warehouseid:
            raise not_found()
        return batch

    def _open(self, warehouseid: str, batchid: str) -> Wire:
        batch = self._batch(warehouseid, batchid)
        if batch["warehousebatchstate"] == CLOSED:
            raise bad_request("The batch is closed.")
        return batch
