"""Goods-out notes as they are read and searched."""

from collections.abc import Iterable
from typing import Any

from integrations.sandbox.brightpearl.documents import GoodsOut
from integrations.sandbox.brightpearl.formats import id_ranges, id_set, stamp, whole, without_none
from integrations.sandbox.brightpearl.replies import Reply, response
from integrations.sandbox.brightpearl.search import Column, Table, find, wanted_ids, window
from integrations.sandbox.brightpearl.world import STAFF, World
from integrations.sandbox.core.http import Request

LARGEST_SET = 500
STATES = (("PRI", "UPR", "printed"), ("PIC", "UPI", "picked"), ("PAC", "UPA", "packed"))


def get_goods_out(
    world: World, request: Request, *, order_ids: str, note_ids: str | None = None
) -> Reply:
    """Notes of these orders, by note id; an empty map when there are none."""
    notes = [
        note
        for note in _notes_of(world, order_ids, note_ids)
        if within(note_ids, note.id) and within(order_ids, note.order_id)
    ]
    return response({str(note.id): _view(world, note) for note in notes})


def within(ids: str | None, one: int) -> bool:
    """Whether an id is in the set; `*` and no set mean all."""
    if ids in (None, "*"):
        return True
    return any(low <= one <= high for low, high in id_ranges(str(ids)))


def _notes_of(world: World, order_ids: str, note_ids: str | None) -> Iterable[GoodsOut]:
    if note_ids not in (None, "*"):
        wanted = id_set(str(note_ids), cap=LARGEST_SET)
        return [world.goods_out[one] for one in wanted if one in world.goods_out]
    if order_ids == "*":
        return list(world.goods_out.values())[:LARGEST_SET]
    orders = (world.orders.get(one) for one in id_set(order_ids, cap=LARGEST_SET))
    return [world.goods_out[one] for order in orders if order for one in order.goods_out]


def _view(world: World, note: GoodsOut) -> dict[str, Any]:
    zone = world.settings.zone
    order = world.orders[note.order_id]
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in note.lines:
        row = order.rows[line.row_id]
        entry = {
            "productId": line.product_id,
            "quantity": whole(line.quantity),
            "locationId": line.location_id,
            "externalRef": row.external_ref or None,
        }
        rows.setdefault(str(line.row_id), []).append(without_none(entry))
    return without_none(
        {
            "orderId": note.order_id,
            "warehouseId": note.warehouse_id,
            "externalRef": order.external_ref or None,
            "transfer": False,
            "priority": note.priority,
            "status": _status(note, zone),
            "shipping": _shipping(note),
            "releaseDate": stamp(note.release_date, zone),
            "createdOn": stamp(note.created_on, zone),
            "createdBy": STAFF,
            "orderRows": rows,
            "sequence": note.sequence,
            "events": [
                {"occured": stamp(at, zone), "eventOwnerId": owner, "eventCode": code}
                for code, at, owner in note.events
            ],
            "labelUri": note.label_uri or None,
            "lastEventVersion": len(note.events),
        }
    )


def _status(note: GoodsOut, zone: str) -> dict[str, Any]:
    status: dict[str, Any] = {}
    for done, undone, name in STATES:
        last = next((e for e in reversed(note.events) if e[0] in (done, undone)), None)
        status[name] = last is not None and last[0] == done
        if last is not None and last[0] == done:
            status |= {f"{name}On": stamp(last[1], zone), f"{name}ById": last[2]}
    status["shipped"] = note.shipped_on is not None
    if note.shipped_on is not None:
        status |= {"shippedOn": stamp(note.shipped_on, zone), "shippedById": note.events[-1][2]}
    return status


def _shipping(note: GoodsOut) -> dict[str, Any]:
    return without_none(
        {
            "reference": note.tracking or None,
            "shippingMethodId": note.shipping_method_id,
            "boxes": note.boxes,
            "weight": None if note.weight is None else str(note.weight),
        }
    )


def _is(code: str, undone: str, note: GoodsOut) -> bool:
    last = next((one for one, _, _ in reversed(note.events) if one in (code, undone)), None)
    return last == code


GOODS_OUT = Table(
    columns=(
        Column("goodsOutNoteId", "IDSET", lambda n: n.id),
        Column("printed", "BOOLEAN", lambda n: _is("PRI", "UPR", n)),
        Column("picked", "BOOLEAN", lambda n: _is("PIC", "UPI", n)),
        Column("packed", "BOOLEAN", lambda n: _is("PAC", "UPA", n)),
        Column("shipped", "BOOLEAN", lambda n: n.shipped_on is not None),
        Column("shippedOn", "PERIOD", lambda n: n.shipped_on),
        Column("orderId", "IDSET", lambda n: n.order_id),
        Column("shippingMethodId", "IDSET", lambda n: n.shipping_method_id),
        Column("warehouseId", "IDSET", lambda n: n.warehouse_id),
        Column("priority", "BOOLEAN", lambda n: n.priority),
        Column("createdOn", "PERIOD", lambda n: n.created_on),
        Column("releaseDate", "PERIOD", lambda n: n.release_date),
        Column("createdBy", "INTEGER", lambda n: STAFF),
        Column("labelUri", "STRING", lambda n: n.label_uri or None),
        Column("channelId", "INTEGER", lambda n: None),
        Column("transfer", "BOOLEAN", lambda n: False),
    )
)


def search_goods_out(world: World, request: Request) -> Reply:
    """Find notes. QUIRK: there is no updatedOn."""
    if (ids := wanted_ids(request.query, "orderId")) is not None:
        orders = (world.orders.get(one) for one in ids)
        notes = [world.goods_out[one] for order in orders if order for one in order.goods_out]
    else:
        everything = list(world.goods_out.values())
        notes = list(window(everything, request.query, "createdOn", lambda n: n.created_on))
    return find(GOODS_OUT, notes, request.query, zone=world.settings.zone, references={})
