"""Stock: absolute and relative adjustments, levels, and locations.

An accepted adjustment is answered with a transaction id and becomes visible a while later.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from integrations.sandbox.bigcommerce.errors import ApiError, not_found
from integrations.sandbox.bigcommerce.formats import answer, iso, read_whole
from integrations.sandbox.bigcommerce.listing import (
    INVENTORY_MOST,
    among,
    object_of,
    rows_of,
    v3_page,
)
from integrations.sandbox.bigcommerce.state import (
    BY_PRODUCT,
    BY_VARIANT,
    Level,
    Location,
    State,
    Variant,
)
from integrations.sandbox.core.http import Request, Response
from integrations.sandbox.trade.dice import stable_number

ITEMS_PER_REQUEST = 2000
MOST_UNITS = 2_147_483_647
IDENTITIES = ("sku", "variant_id", "product_id")

Change = tuple[Location, Variant, int]


class Inventory:
    """`lag` is how long an accepted adjustment stays invisible."""

    def __init__(self, state: State) -> None:
        self.lag = timedelta(0)
        self._state = state
        self._pending: list[tuple[datetime, Callable[[], None]]] = []

    # Adjustments

    def absolute(self, request: Request) -> Response:
        changes = self._changes(request)
        if "partial_batch" in request.faults:
            self._accept("absolute", changes[: len(changes) // 2])
            raise ApiError(500, "Internal Server Error")
        return self._accept("absolute", changes)

    def relative(self, request: Request) -> Response:
        self.settle()
        changes = self._changes(request)
        for location, variant, quantity in changes:
            self._refuse_shortage(location, variant, quantity)
        return self._accept("relative", changes)

    def _accept(self, kind: str, changes: list[Change]) -> Response:
        number = self._state.next_id("transaction")
        transaction = str(UUID(int=stable_number("transaction", self._state.seed, number) << 64))
        due = self._state.clock.now() + self.lag
        for location, variant, quantity in changes:
            apply = partial(self._apply, kind, location, variant, quantity)
            self._pending.append((due, apply))
            payload = {"location_id": location.id, "sku": variant.sku, "quantity": quantity}
            self._state.record("level", f"{location.id}/{variant.sku}", "", payload | {"how": kind})
        self.settle()
        return answer({"transaction_id": transaction})

    def settle(self) -> None:
        """Make visible what is due."""
        now = self._state.clock.now()
        due = [apply for at, apply in self._pending if at <= now]
        self._pending = [(at, apply) for at, apply in self._pending if at > now]
        for apply in due:
            apply()

    def move(self, location_id: int, variant: Variant, units: int) -> None:
        """Stock taken or put back by an order: what is not tracked has none."""
        if self._state.products[variant.product_id].tracking == "none":
            return
        level = self._level(location_id, variant.id)
        level.on_hand += units
        self._tell(variant, "relative", units, by_order=True)

    def _apply(self, kind: str, location: Location, variant: Variant, quantity: int) -> None:
        level = self._level(location.id, variant.id)
        level.on_hand = quantity if kind == "absolute" else level.on_hand + quantity
        level.counted = True
        self._state.products[variant.product_id].modified = self._state.now()
        self._tell(variant, kind, quantity)

    def _tell(self, variant: Variant, method: str, value: int, *, by_order: bool = False) -> None:
        """One event for the item, by how it is tracked."""
        product = self._state.products[variant.product_id]
        path = "inventory/order/updated" if by_order else "inventory/updated"
        inventory = {"product_id": product.id, "method": method, "value": value}
        if product.tracking == BY_VARIANT:
            data = {"type": "sku", "id": variant.sku_id or 0}
            inventory["variant_id"] = variant.id
            self._state.hooks.emit(f"store/sku/{path}", {**data, "inventory": inventory})
        else:
            data = {"type": "product", "id": product.id}
            self._state.hooks.emit(f"store/product/{path}", {**data, "inventory": inventory})

    def _changes(self, request: Request) -> list[Change]:
        rows = rows_of(object_of(request).get("items"), most=ITEMS_PER_REQUEST)
        return [self._change(row) for row in rows]

    def _change(self, row: Mapping[str, Any]) -> Change:
        location = self._state.locations.get(read_whole(row.get("location_id"), "location_id"))
        if location is None or not location.enabled:
            raise ApiError(422, f"[Location {row.get('location_id')} does not exist]")
        quantity = read_whole(row.get("quantity"), "quantity")
        if abs(quantity) > MOST_UNITS:
            raise ApiError(422, f"The quantity is limited to {MOST_UNITS}.")
        return location, self._item(row), quantity

    def _item(self, row: Mapping[str, Any]) -> Variant:
        """Exactly one identity, and the one by which the product is tracked."""
        given = [name for name in IDENTITIES if name in row]
        if len(given) != 1:
            raise ApiError(422, "Exactly one of sku, variant_id and product_id is required.")
        name, value = given[0], row[given[0]]
        variant = self._named(name, value)
        if variant is None:
            raise ApiError(422, f"[Item with {name} {value} does not exist]")
        tracking = self._state.products[variant.product_id].tracking
        if tracking == BY_PRODUCT and name != "product_id":
            raise ApiError(
                422,
                f"[Item with {name} {value} is tracked by product, "
                "please update stock by product id]",
            )
        if tracking == BY_VARIANT and name == "product_id":
            raise ApiError(422, f"[Item with product_id {value} is tracked by variant]")
        return variant

    def _named(self, name: str, value: Any) -> Variant | None:
        state = self._state
        if name == "sku":
            return state.variants.get(state.by_sku.get(str(value), 0))
        if name == "variant_id":
            return state.variants.get(read_whole(value, name))
        product = state.products.get(read_whole(value, name))
        return product.variants[0] if product else None

    def _refuse_shortage(self, location: Location, variant: Variant, quantity: int) -> None:
        level = self._level(location.id, variant.id)
        if not level.counted:
            raise ApiError(
                422,
                f"Items with identity: [variant_id {variant.id}] "
                "requires absolute adjustment before relative",
            )
        if quantity < 0 and level.on_hand + quantity < level.safety_stock:
            raise ApiError(422, f"[Item with variant_id {variant.id} has insufficient stock]")

    # Reading

    def items(self, request: Request) -> Response:
        """Items by location. QUIRK(bigcommerce): up to a thousand on one page."""
        self.settle()
        places, codes = among(request, "location_id:in"), among(request, "location_code:in")
        locations = [
            location
            for location in self._state.locations.values()
            if (places is None or str(location.id) in places)
            and (codes is None or location.code in codes)
        ]

        def view(variant: Variant) -> dict[str, Any]:
            found = [(each, self._state.levels.get((each.id, variant.id))) for each in locations]
            held = [_at(location, level) for location, level in found if level]
            return {"identity": _identity(variant), "locations": held}

        return v3_page(
            request, self._tracked(request), view, most=INVENTORY_MOST, default=INVENTORY_MOST
        )

    def items_of(self, request: Request, location_id: str) -> Response:
        self.settle()
        location = self._location(location_id)

        def view(variant: Variant) -> dict[str, Any]:
            level = self._state.levels[location.id, variant.id]
            return {"identity": _identity(variant), **_figures(level)}

        here = [
            variant
            for variant in self._tracked(request)
            if (location.id, variant.id) in self._state.levels
        ]
        return v3_page(request, here, view, most=INVENTORY_MOST, default=INVENTORY_MOST)

    def put_settings(self, request: Request, location_id: str) -> Response:
        location = self._location(location_id)
        for row in rows_of(object_of(request).get("settings"), most=ITEMS_PER_REQUEST):
            variant = self._item(row.get("identity") or {})
            level = self._level(location.id, variant.id)
            if "safety_stock" in row:
                level.safety_stock = read_whole(row["safety_stock"], "safety_stock")
        return self._accept("settings", [])

    def locations(self, request: Request) -> Response:
        ids, codes = among(request, "location_id:in"), among(request, "location_code:in")
        rows = [
            location
            for location in self._state.locations.values()
            if (ids is None or str(location.id) in ids)
            and (codes is None or location.code in codes)
        ]
        opened = iso(self._state.now())
        return v3_page(
            request,
            rows,
            lambda location: _location_view(location, self._state.timezone, opened),
            most=INVENTORY_MOST,
        )

    def _tracked(self, request: Request) -> list[Variant]:
        """What is kept in stock and asked for."""
        wanted = {name: among(request, f"{name}:in") for name in IDENTITIES}
        return [
            variant
            for variant in self._state.variants.values()
            if self._state.products[variant.product_id].tracking != "none"
            and all(
                chosen is None or str(value) in chosen
                for chosen, value in zip(
                    wanted.values(),
                    (variant.sku, variant.id, variant.product_id),
                    strict=True,
                )
            )
        ]

    def _location(self, id: str) -> Location:
        location = self._state.locations.get(int(id)) if id.isdecimal() else None
        if location is None:
            raise not_found()
        return location

    def _level(self, location_id: int, variant_id: int) -> Level:
        return self._state.levels.setdefault((location_id, variant_id), Level())


def _identity(variant: Variant) -> dict[str, Any]:
    return {
        "sku": variant.sku,
        "sku_id": variant.sku_id or 0,
        "variant_id": variant.id,
        "product_id": variant.product_id,
    }


def _at(location: Location, level: Level) -> dict[str, Any]:
    return {
        "location_id": location.id,
        "location_code": location.code,
        "location_name": location.label,
        "location_enabled": location.enabled,
        **_figures(level),
    }


def _figures(level: Level) -> dict[str, Any]:
    return {
        "available_to_sell": level.on_hand - level.safety_stock,
        "total_inventory_onhand": level.on_hand,
        "settings": {
            "safety_stock": level.safety_stock,
            "is_in_stock": level.on_hand > level.safety_stock,
            "warning_level": 0,
            "bin_picking_number": "",
        },
    }


def _location_view(location: Location, timezone: str, opened: str) -> dict[str, Any]:
    return {
        "id": location.id,
        "code": location.code,
        "label": location.label,
        "description": "",
        "managed_by_external_source": False,
        "type_id": "PHYSICAL",
        "enabled": location.enabled,
        "time_zone": timezone,
        "created_at": opened,
        "updated_at": opened,
        "address": {
            "address1": "",
            "address2": "",
            "city": location.city,
            "state": "",
            "zip": "",
            "email": "stores@example.com",
            "phone": "",
            "country_code": location.country,
        },
        "storefront_visibility": True,
    }
