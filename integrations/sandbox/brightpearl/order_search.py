"""order-search and sales-order-search. New orders appear only after the visibility lag."""

from collections.abc import Iterable
from typing import Any

from integrations.sandbox.brightpearl.documents import Order
from integrations.sandbox.brightpearl.order_progress import (
    PAYMENT_IDS,
    SHIPPING_IDS,
    STOCK_IDS,
    TYPE_IDS,
    TYPE_NAMES,
    payment_status,
    shipping_code,
    stock_code,
)
from integrations.sandbox.brightpearl.replies import Reply
from integrations.sandbox.brightpearl.search import (
    Column,
    References,
    Table,
    describe,
    find,
    wanted_ids,
    window,
)
from integrations.sandbox.brightpearl.world import STAFF, World
from integrations.sandbox.core.http import Request


def _stock_id(order: Order) -> int:
    return STOCK_IDS[stock_code(order)]


def _payment_id(order: Order) -> int:
    return PAYMENT_IDS[payment_status(order)]


def _shipping_id(order: Order) -> int:
    return SHIPPING_IDS[shipping_code(order)]


def _constant(value: Any) -> Any:
    return lambda order: value


ORDERS = Table(
    columns=(
        Column("orderId", "IDSET", lambda o: o.id),
        Column("orderTypeId", "IDSET", lambda o: TYPE_IDS[o.type_code], "orderTypeNames"),
        Column("contactId", "INTEGER", lambda o: o.contact_id),
        Column("orderStatusId", "INTEGER", lambda o: o.status_id, "orderStatusNames"),
        Column("orderStockStatusId", "INTEGER", _stock_id, "orderStockStatusNames"),
        Column("createdOn", "PERIOD", lambda o: o.created_on),
        Column("createdById", "INTEGER", _constant(STAFF)),
        Column("customerRef", "STRING", lambda o: o.ref),
        Column("orderPaymentStatusId", "INTEGER", _payment_id, "orderPaymentStatusNames"),
        Column("updatedOn", "PERIOD", lambda o: o.updated_on),
        Column("parentOrderId", "IDSET", lambda o: o.parent_id),
        Column("orderShippingStatusId", "INTEGER", _shipping_id, "orderShippingStatusNames"),
        Column("externalRef", "STRING", lambda o: o.external_ref or None),
        Column("installedIntegrationInstanceId", "INTEGER", lambda o: o.instance_id),
        Column("warehouseId", "IDSET", lambda o: o.warehouse_id),
        Column("staffOwnerContactId", "INTEGER", lambda o: o.staff_owner_id),
        Column("taxDate", "PERIOD", lambda o: o.tax_date),
        Column("departmentId", "INTEGER", lambda o: o.channel_id),
        Column("deliveryDate", "PERIOD", lambda o: o.delivery_date),
    ),
    extra=(
        Column("placedOn", "PERIOD", lambda o: o.placed_on),
        Column("externalRefSearchString", "SEARCH_STRING", lambda o: o.external_ref),
    ),
)

SALES_ORDERS = Table(
    columns=(
        Column("salesOrderId", "IDSET", lambda o: o.id),
        Column("customerId", "INTEGER", lambda o: o.contact_id),
        Column("orderStatusId", "INTEGER", lambda o: o.status_id, "orderStatusNames"),
        Column("orderStockStatus", "STRING", stock_code),
        Column("createdOn", "PERIOD", lambda o: o.created_on),
        Column("createdById", "INTEGER", _constant(STAFF)),
        Column("customerRef", "STRING", lambda o: o.ref),
        Column("orderPaymentStatus", "STRING", payment_status),
        Column("updatedOn", "PERIOD", lambda o: o.updated_on),
        Column("orderShippingStatus", "STRING", shipping_code),
        Column("externalRef", "STRING", lambda o: o.external_ref or None),
        Column("installedIntegrationInstanceId", "INTEGER", lambda o: o.instance_id),
        Column("warehouseId", "IDSET", lambda o: o.warehouse_id),
        Column("staffOwnerId", "INTEGER", lambda o: o.staff_owner_id),
        Column("taxDate", "PERIOD", lambda o: o.tax_date),
        Column("channelId", "INTEGER", lambda o: o.channel_id),
        Column("deliveryDate", "PERIOD", lambda o: o.delivery_date),
    ),
    extra=(
        Column("customerRefs", "STRING_SET", lambda o: o.ref),
        Column("isHistoricalOrder", "BOOLEAN", _constant(False)),
    ),
)


def search_orders(world: World, request: Request) -> Reply:
    """Find orders of every type."""
    rows = [one for one in _candidates(world, request, "orderId") if world.is_searchable(one)]
    return find(
        ORDERS, rows, request.query, zone=world.settings.zone, references=_references(world)
    )


def search_sales_orders(world: World, request: Request) -> Reply:
    """Find sales orders."""
    candidates = _candidates(world, request, "salesOrderId")
    rows = [one for one in candidates if one.type_code == "SO" and world.is_searchable(one)]
    return find(
        SALES_ORDERS, rows, request.query, zone=world.settings.zone, references=_references(world)
    )


def describe_orders(world: World, request: Request) -> Reply:
    """The columns of order-search."""
    return describe(ORDERS)


def _candidates(world: World, request: Request, id_name: str) -> Iterable[Order]:
    """A small superset of the matches, from the narrowest index that applies."""
    external, ref = request.first("externalRef"), request.first("customerRef")
    if external is not None:
        return world.orders_by_external_ref.get(external.casefold(), [])
    if ref is not None:
        return world.orders_by_ref.get(ref.casefold(), [])
    if (ids := wanted_ids(request.query, id_name)) is not None:
        return [world.orders[one] for one in ids if one in world.orders]
    if (parents := wanted_ids(request.query, "parentOrderId")) and parents != [0]:
        return [order for one in parents for order in world.orders_by_parent.get(one, [])]
    everything = list(world.orders.values())
    return window(everything, request.query, "createdOn", lambda order: order.created_on)


def _references(world: World) -> References:
    return {
        "orderTypeNames": TYPE_NAMES,
        "orderStatusNames": {one.id: one.name for one in world.statuses.values()},
        "orderStockStatusNames": {id: code for code, id in STOCK_IDS.items()},
        "orderPaymentStatusNames": {id: code for code, id in PAYMENT_IDS.items()},
        "orderShippingStatusNames": {id: code for code, id in SHIPPING_IDS.items()},
    }
