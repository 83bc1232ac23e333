"""Stock corrections, quarantine releases and the search over everything that moved."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.documents import Correction, Movement
from integrations.sandbox.brightpearl.formats import (
    four,
    id_set,
    read_decimal,
    read_int,
    read_text,
    section,
    stamp,
    whole,
)
from integrations.sandbox.brightpearl.journals import Posting, post_automatic
from integrations.sandbox.brightpearl.masters import Product, Warehouse
from integrations.sandbox.brightpearl.replies import (
    BAD_STOCK,
    NOT_IN_LOCATION,
    Reply,
    done,
    invalid,
    not_found,
    response,
)
from integrations.sandbox.brightpearl.requests import read_body, read_list
from integrations.sandbox.brightpearl.reservations import ON_HAND_EVENT
from integrations.sandbox.brightpearl.search import Column, Table, find, window
from integrations.sandbox.brightpearl.world import STAFF, World
from integrations.sandbox.core.http import Request

LARGEST_SET = 200

_int = partial(read_int, code=BAD_STOCK)


def warehouse_of(world: World, warehouse_id: str) -> Warehouse:
    """The warehouse of this id, or 404."""
    warehouse = world.warehouses.get(read_int(warehouse_id, "warehouse id"))
    if warehouse is None:
        raise not_found(f"Warehouse {warehouse_id}")
    return warehouse


def post_correction(world: World, request: Request, *, warehouse_id: str) -> Reply:
    """Change stock by signed amounts, all or none. Not idempotent; returns one id each."""
    warehouse = warehouse_of(world, warehouse_id)
    entries = read_list(read_body(request), "corrections")
    drafts = [_draft(world, warehouse, entry) for entry in entries]
    for correction in drafts:
        _apply(world, correction)
    return response([correction.id for correction in drafts])


def _draft(world: World, warehouse: Warehouse, entry: Mapping[str, Any]) -> Correction:
    product = _product(world, entry)
    location = world.locations.get(_int(entry.get("locationId"), "locationId"))
    if location is None or location.warehouse_id != warehouse.id:
        raise invalid(BAD_STOCK, f"Location {entry.get('locationId')} is not in this warehouse")
    quantity = read_decimal(entry.get("quantity"), "quantity", code=BAD_STOCK)
    reason = read_text(entry.get("reason"), "reason", limit=255, code=BAD_STOCK)
    if not reason or not quantity:
        raise invalid(BAD_STOCK, "A correction needs a reason and a quantity other than 0")
    return Correction(
        id=world.new_id("correction"),
        warehouse_id=warehouse.id,
        product_id=product.id,
        quantity=quantity,
        location_id=location.id,
        reason=reason,
        cost=_cost(entry, product, quantity),
        created_on=world.now,
    )


def _product(world: World, entry: Mapping[str, Any]) -> Product:
    product = world.products.get(_int(entry.get("productId"), "productId"))
    if product is None:
        raise invalid(BAD_STOCK, f"Unknown product: {entry.get('productId')}")
    if not product.stocked:
        raise invalid(BAD_STOCK, "This is a non stock tracked product.")
    return product


def _cost(entry: Mapping[str, Any], product: Product, quantity: Decimal) -> Decimal:
    """Required when adding, in base currency per unit; the product's own when removing."""
    if quantity < 0:
        return product.cost
    return read_decimal(section(entry, "cost").get("value"), "cost.value", code=BAD_STOCK)


def _apply(world: World, one: Correction) -> None:
    world.corrections[one.id] = one
    world.stock.move(one.product_id, one.warehouse_id, one.location_id, one.quantity)
    world.movements.append(
        Movement(
            id=world.new_id("movement"),
            product_id=one.product_id,
            quantity=one.quantity,
            location_id=one.location_id,
            warehouse_id=one.warehouse_id,
            note_id=one.id,
            kind="SC",
            updated_on=world.now,
            value=one.cost,
            quarantine=world.locations[one.location_id].quarantine,
        )
    )
    settings, value = world.settings, one.cost * one.quantity
    posting = Posting("IA", world.now.date(), one.reason, settings.currency)
    post_automatic(world, posting, {settings.stock_nominal: value, settings.cost_nominal: -value})
    world.raise_event(ON_HAND_EVENT, one.product_id)
    key = f"{one.reason}|{one.product_id}|{one.location_id}"
    world.record("stock-correction", one.id, key, _summary(world, one))


def _summary(world: World, one: Correction) -> dict[str, Any]:
    return {
        "sku": world.products[one.product_id].sku,
        "quantity": one.quantity,
        "warehouseId": one.warehouse_id,
        "locationId": one.location_id,
        "reason": one.reason,
    }


def get_corrections(world: World, request: Request, *, warehouse_id: str, ids: str) -> Reply:
    """Correction notes by id; unknown ids are left out."""
    warehouse = warehouse_of(world, warehouse_id)
    found = (world.corrections.get(one) for one in id_set(ids, cap=LARGEST_SET))
    return response(
        [_view(world, one) for one in found if one and one.warehouse_id == warehouse.id]
    )


def _view(world: World, one: Correction) -> dict[str, Any]:
    moved = {
        "productId": one.product_id,
        "quantity": whole(one.quantity),
        "destinationLocationId": one.location_id,
        "productValue": {"currency": world.settings.currency, "value": four(one.cost)},
        "createdOn": stamp(one.created_on, world.settings.zone),
        "createdBy": STAFF,
    }
    return {
        "goodsNoteId": one.id,
        "warehouseId": one.warehouse_id,
        "reason": one.reason,
        "goodsMoved": [moved],
    }


def release_quarantine(world: World, request: Request, *, warehouse_id: str) -> Reply:
    """Move goods from quarantine to a location for sale."""
    warehouse, body = warehouse_of(world, warehouse_id), read_body(request)
    product = _product(world, body)
    quantity = read_decimal(body.get("quantity"), "quantity", code=BAD_STOCK)
    target = world.locations.get(_int(body.get("toLocationId"), "toLocationId"))
    if target is None or target.warehouse_id != warehouse.id or target.quarantine:
        raise invalid(BAD_STOCK, "toLocationId is not a location of this warehouse")
    source = warehouse.quarantine_location
    if quantity <= 0 or world.stock.at(product.id, warehouse.id, source) < quantity:
        raise invalid(NOT_IN_LOCATION, "The products are not available in that location")
    world.stock.move(product.id, warehouse.id, source, -quantity)
    world.stock.move(product.id, warehouse.id, target.id, quantity)
    world.raise_event(ON_HAND_EVENT, product.id)
    summary = {"sku": product.sku, "quantity": quantity, "warehouseId": warehouse.id}
    world.record("quarantine-release", product.id, "", summary)
    return done()


MOVEMENTS = Table(
    columns=(
        Column("goodsMovementId", "IDSET", lambda r: r[0].id),
        Column("productId", "IDSET", lambda r: r[0].product_id),
        Column("salesOrderRowId", "IDSET", lambda r: r[0].sales_row_id or None),
        Column("purchaseOrderRowId", "IDSET", lambda r: r[0].purchase_row_id or None),
        Column("quantity", "DECIMAL", lambda r: whole(r[0].quantity)),
        Column("destinationLocationId", "IDSET", lambda r: r[0].location_id),
        Column("warehouseId", "IDSET", lambda r: r[0].warehouse_id),
        Column("goodsNoteId", "IDSET", lambda r: r[0].note_id),
        Column("productValue", "DECIMAL", lambda r: four(r[0].value)),
        Column("currencyCode", "STRING", lambda r: r[1]),
        Column("orderId", "IDSET", lambda r: r[0].order_id or None),
        Column("isCleared", "BOOLEAN", lambda r: r[0].kind == "GO"),
        Column("isQuarantine", "BOOLEAN", lambda r: r[0].quarantine),
        Column("batchId", "IDSET", lambda r: r[0].note_id if r[0].kind == "GI" else None),
        Column("goodsNoteTypeCode", "STRING", lambda r: r[0].kind),
        Column("updatedOn", "PERIOD", lambda r: r[0].updated_on),
    )
)


def search_movements(world: World, request: Request) -> Reply:
    """Everything that moved, most often since a moment."""
    moved = window(world.movements, request.query, "updatedOn", lambda one: one.updated_on)
    rows = [(one, world.settings.currency) for one in moved]
    return find(MOVEMENTS, rows, request.query, zone=world.settings.zone, references={})
