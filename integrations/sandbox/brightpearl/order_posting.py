"""POST sales-order and POST sales-credit: a whole order with its rows, or nothing."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.documents import FREE_TEXT_PRODUCT, Order, OrderRow
from integrations.sandbox.brightpearl.formats import (
    ZERO,
    read_decimal,
    read_int,
    read_text,
    read_time,
    section,
)
from integrations.sandbox.brightpearl.replies import (
    BAD_ORDER,
    BAD_ROW_QUANTITY,
    DUPLICATE_ORDER,
    Reply,
    invalid,
    response,
)
from integrations.sandbox.brightpearl.requests import read_body
from integrations.sandbox.brightpearl.world import STAFF, World
from integrations.sandbox.core.http import Request

_text = partial(read_text, code=BAD_ORDER)
_int = partial(read_int, code=BAD_ORDER)
_decimal = partial(read_decimal, code=BAD_ORDER)
_time = partial(read_time, code=BAD_ORDER)

KINDS = {"SO": "sales-order", "SC": "sales-credit"}


def post_sales_order(world: World, request: Request) -> Reply:
    """Create a sales order. Fires `sales-order.created` and `order.modified`."""
    order = _create(world, read_body(request), "SO")
    world.raise_event("sales-order.created", order.id)
    world.raise_event("order.modified", order.id)
    return response(order.id)


def post_sales_credit(world: World, request: Request) -> Reply:
    """Create a sales credit; amounts and quantities are positive."""
    order = _create(world, read_body(request), "SC")
    world.raise_event("order.modified", order.id)
    return response(order.id)


def _create(world: World, body: Mapping[str, Any], type_code: str) -> Order:
    order = _header(world, body, type_code)
    key = _refuse_duplicate(world, order)
    for sequence, wanted in enumerate(_rows_of(body), 1):
        row = _row(world, wanted, sequence)
        order.rows[row.id] = row
        order.net += row.net
        order.tax += row.tax
    order.id = world.new_id("order")
    world.add_order(order)
    if key is not None:
        world.order_keys[key] = order.id
    world.record(KINDS[type_code], order.id, order.external_ref or order.ref, summary(order))
    return order


def _header(world: World, body: Mapping[str, Any], type_code: str) -> Order:
    now, delivery = world.now, section(body, "delivery")
    currency, rate, fixed = _currency(world, section(body, "currency"))
    instance = body.get("installedIntegrationInstanceId")
    order = Order(
        id=0,
        type_code=type_code,
        contact_id=_customer(world, body),
        ref=_text(body.get("ref"), "ref", limit=64),
        external_ref=_text(body.get("externalRef"), "externalRef", limit=64),
        instance_id=None if instance is None else _int(instance, "installedIntegrationInstanceId"),
        parent_id=_known(body, "parentId", world.orders),
        status_id=_status(world, body, type_code),
        warehouse_id=_known(body, "warehouseId", world.warehouses),
        channel_id=_known(body, "channelId", world.channels),
        price_list_id=_known(body, "priceListId", world.price_lists),
        price_mode=_price_mode(body),
        currency=currency,
        exchange_rate=rate,
        fixed_rate=fixed,
        placed_on=_time(body["placedOn"], "placedOn") if body.get("placedOn") else now,
        tax_date=_time(body["taxDate"], "taxDate") if body.get("taxDate") else now,
        created_on=now,
        updated_on=now,
        shipping_method_id=_known(delivery, "shippingMethodId", world.shipping_methods),
        staff_owner_id=_int(body.get("staffOwnerId") or STAFF, "staffOwnerId"),
    )
    if delivery.get("date"):
        order.delivery_date = _time(delivery["date"], "delivery.date")
    for party in ("customer", "delivery", "billing"):
        order.addresses[party] = dict(section(section(body, party), "address"))
    return order


def _customer(world: World, body: Mapping[str, Any]) -> int:
    wanted = section(body, "customer").get("id", body.get("customerId"))
    if wanted is None:
        raise invalid(BAD_ORDER, "You have not supplied a customer")
    contact = world.contacts.get(_int(wanted, "customer.id"))
    if contact is None:
        raise invalid(BAD_ORDER, "You have provided an invalid contact ID")
    if not contact.is_customer:
        raise invalid(BAD_ORDER, f"Contact not a customer with contact ID {contact.id}")
    return contact.id


def _known(body: Mapping[str, Any], name: str, known: Mapping[int, Any]) -> int:
    """The id in this field, 0 when there is none. Raises ApiError for an unknown one."""
    if not body.get(name):
        return 0
    one = _int(body[name], name)
    if one not in known:
        raise invalid(BAD_ORDER, f"You have provided an invalid {name}: {one}")
    return one


def _status(world: World, body: Mapping[str, Any], type_code: str) -> int:
    settings = world.settings
    default = settings.new_order_status if type_code == "SO" else settings.new_credit_status
    wanted = _known(body, "statusId", world.statuses) or default
    if world.statuses[wanted].type_code != type_code:
        raise invalid(BAD_ORDER, f"Order status {wanted} is not for orders of type {type_code}")
    return wanted


def _price_mode(body: Mapping[str, Any]) -> str:
    mode = body.get("priceModeCode") or "EXC"
    if mode not in ("INC", "EXC"):
        raise invalid(BAD_ORDER, "priceModeCode must be INC or EXC")
    return str(mode)


def _currency(world: World, wanted: Mapping[str, Any]) -> tuple[str, Decimal, bool]:
    code = wanted.get("code") or world.settings.currency
    currency = world.currencies.get(str(code))
    if currency is None:
        raise invalid(BAD_ORDER, f"You have provided an invalid currency: {code}")
    rate = _decimal(wanted.get("exchangeRate", currency.rate), "currency.exchangeRate")
    if currency.default and rate != 1:
        raise invalid(BAD_ORDER, "The exchange rate of the base currency must be 1")
    return currency.code, rate, str(wanted.get("fixedExchangeRate", False)).lower() == "true"


def _refuse_duplicate(world: World, order: Order) -> tuple[str, int] | None:
    """QUIRK: an external reference is unique only together with an integration instance."""
    if not order.external_ref or order.instance_id is None:
        return None
    key = (order.external_ref, order.instance_id)
    if key in world.order_keys:
        raise invalid(
            DUPLICATE_ORDER,
            f"Order {world.order_keys[key]} already has external reference {order.external_ref}",
        )
    return key


def _rows_of(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = body.get("rows", [])
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise invalid(BAD_ORDER, "rows must be an array of objects")
    return rows


def _row(world: World, wanted: Mapping[str, Any], sequence: int) -> OrderRow:
    product_id = _known(wanted, "productId", world.products)
    product = world.products.get(product_id)
    name = _text(wanted.get("name"), "name", limit=255)
    if product is None and not name:
        raise invalid(BAD_ORDER, f"Row {sequence} has neither a productId nor a name")
    nominal = wanted.get("nominalCode") or (
        product.nominal if product else world.settings.sales_nominal
    )
    if nominal not in world.nominals:
        raise invalid(BAD_ORDER, f"You have provided an invalid nominal code: {nominal}")
    stocked = bool(product and product.stocked)
    return OrderRow(
        id=world.new_id("row"),
        product_id=product_id or FREE_TEXT_PRODUCT,
        name=name or (product.name if product else ""),
        sku=product.sku if product else "",
        quantity=_quantity(wanted.get("quantity"), stocked=stocked),
        net=_decimal(wanted.get("net", ZERO), "net"),
        tax=_decimal(wanted.get("tax", ZERO), "tax"),
        tax_code=_tax_code(world, wanted, product.tax_code if product else ""),
        nominal=str(nominal),
        external_ref=_text(wanted.get("externalRef"), "externalRef", limit=64),
        sequence=sequence * 10,
        stocked=stocked,
    )


def _quantity(value: Any, *, stocked: bool) -> Decimal:
    quantity = read_decimal(value, "quantity", code=BAD_ROW_QUANTITY)
    if quantity <= 0 or (stocked and quantity != quantity.to_integral_value()):
        raise invalid(BAD_ROW_QUANTITY, f"Invalid row quantity: {value}")
    return quantity


def _tax_code(world: World, wanted: Mapping[str, Any], default: str) -> str:
    code = wanted.get("taxCode") or default
    if code not in world.tax_codes:
        raise invalid(BAD_ORDER, f"You have provided an invalid tax code: {code!r}")
    return str(code)


def summary(order: Order) -> dict[str, Any]:
    """What the ledger keeps of an order, enough to check it without the ERP."""
    return {
        "orderId": order.id,
        "type": order.type_code,
        "ref": order.ref,
        "externalRef": order.external_ref,
        "parentId": order.parent_id,
        "contactId": order.contact_id,
        "warehouseId": order.warehouse_id,
        "channelId": order.channel_id,
        "currency": order.currency,
        "net": order.net,
        "tax": order.tax,
        "gross": order.gross,
        "placedOn": order.placed_on,
        "taxDate": order.tax_date,
        "lines": [_summary_line(row) for row in order.rows.values()],
    }


def _summary_line(row: OrderRow) -> dict[str, Any]:
    return {
        "rowId": row.id,
        "sku": row.sku,
        "productId": row.product_id,
        "name": row.name,
        "quantity": row.quantity,
        "net": row.net,
        "tax": row.tax,
        "taxCode": row.tax_code,
        "nominalCode": row.nominal,
        "externalRef": row.external_ref,
        "stocked": row.stocked,
    }
