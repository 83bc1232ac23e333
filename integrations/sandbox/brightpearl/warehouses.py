"""Warehouses, their locations, and what is available in them."""

from typing import Any

from integrations.sandbox.brightpearl.formats import ZERO, id_ranges, whole
from integrations.sandbox.brightpearl.masters import Location, Product, Warehouse
from integrations.sandbox.brightpearl.replies import (
    BAD_STOCK,
    TOO_MANY_IDS,
    ApiError,
    Reply,
    invalid,
    response,
)
from integrations.sandbox.brightpearl.requests import includes
from integrations.sandbox.brightpearl.search import Column, Table, find
from integrations.sandbox.brightpearl.stock import Level
from integrations.sandbox.brightpearl.stock_changes import warehouse_of
from integrations.sandbox.brightpearl.world import World
from integrations.sandbox.core.http import Request

MOST_PRODUCTS = 200


def get_warehouses(world: World, request: Request, *, ids: str | None = None) -> Reply:
    """All warehouses, or those of a set."""
    return response([_view(one) for one in world.warehouses.values() if _in(ids, one.id)])


def _in(ids: str | None, one: int) -> bool:
    return ids is None or any(low <= one <= high for low, high in id_ranges(ids))


def _view(one: Warehouse) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "typeCode": one.type_code,
        "typeDescription": one.type_code.capitalize(),
        "address": {"addressId": one.id},
        "clickAndCollectEnabled": one.click_and_collect,
    }


def get_locations(
    world: World, request: Request, *, warehouse_id: str, ids: str | None = None
) -> Reply:
    """Locations of a warehouse."""
    warehouse = warehouse_of(world, warehouse_id)
    found = [one for one in world.locations.values() if one.warehouse_id == warehouse.id]
    return response([_view_location(one) for one in found if _in(ids, one.id)])


def _view_location(one: Location) -> dict[str, Any]:
    return {"id": one.id, "warehouseId": one.warehouse_id, "groupingA": one.name}


def default_location(world: World, request: Request, *, warehouse_id: str) -> Reply:
    """The id of the default location."""
    return response(warehouse_of(world, warehouse_id).default_location)


def quarantine_location(world: World, request: Request, *, warehouse_id: str) -> Reply:
    """The id of the quarantine location."""
    return response(warehouse_of(world, warehouse_id).quarantine_location)


WAREHOUSES = Table(
    columns=(
        Column("warehouseId", "IDSET", lambda w: w.id),
        Column("warehouseName", "SEARCH_STRING", lambda w: w.name),
        Column("typeCode", "STRING", lambda w: w.type_code),
    )
)

LOCATIONS = Table(
    columns=(
        Column("locationId", "IDSET", lambda one: one.id),
        Column("warehouseId", "IDSET", lambda one: one.warehouse_id),
        Column("groupingA", "STRING", lambda one: one.name),
    )
)


def search_warehouses(world: World, request: Request) -> Reply:
    """Find warehouses."""
    rows = world.warehouses.values()
    return find(WAREHOUSES, rows, request.query, zone=world.settings.zone, references={})


def search_locations(world: World, request: Request) -> Reply:
    """Find locations."""
    rows = world.locations.values()
    return find(LOCATIONS, rows, request.query, zone=world.settings.zone, references={})


def get_availability(world: World, request: Request, *, ids: str) -> Reply:
    """Stock by product and warehouse. QUIRK: one unknown id fails the whole set.

    Products without stock are left out; warehouses that hold nothing too, so missing means 0.
    """
    products = _products(world, ids)
    stocked = [one for one in products if one.stocked]
    if not stocked:
        raise invalid(BAD_STOCK, "These are non stock tracked products.")
    detail = includes(request, "breakDownByLocation")
    return response({str(one.id): _availability(world, one, detail) for one in stocked})


def _products(world: World, ids: str) -> list[Product]:
    """Products named one by one must exist; gaps inside a range are passed over."""
    found: dict[int, Product] = {}
    for low, high in id_ranges(ids):
        if low == high and low not in world.products:
            raise invalid(BAD_STOCK, f"You have provided an invalid product ID: {low}")
        if high - low >= MOST_PRODUCTS:
            raise ApiError(400, TOO_MANY_IDS, f"At most {MOST_PRODUCTS} products at once")
        found |= {one: world.products[one] for one in range(low, high + 1) if one in world.products}
    if len(found) > MOST_PRODUCTS:
        raise ApiError(400, TOO_MANY_IDS, f"At most {MOST_PRODUCTS} products at once")
    return list(found.values())


def _availability(world: World, product: Product, detail: bool) -> dict[str, Any]:
    levels = world.stock.levels(product.id)
    total = Level(
        sum((one.in_stock for one in levels.values()), ZERO),
        sum((one.allocated for one in levels.values()), ZERO),
    )
    on_hand = sum((one.on_hand for one in levels.values()), ZERO)
    warehouses = {str(place): _figures(one) for place, one in levels.items()}
    if detail:
        for place in levels:
            warehouses[str(place)]["byLocation"] = _by_location(world, product, place)
    return {"total": _figures(total) | {"onHand": whole(on_hand)}, "warehouses": warehouses}


def _figures(level: Level) -> dict[str, Any]:
    return {
        "inStock": whole(level.in_stock),
        "onHand": whole(level.on_hand),
        "allocated": whole(level.allocated),
        "inTransit": 0,
    }


def _by_location(world: World, product: Product, warehouse_id: int) -> dict[str, Any]:
    shelf = world.stock.by_location(product.id, warehouse_id)
    return {str(place): {"inStock": whole(quantity)} for place, quantity in shelf.items()}
