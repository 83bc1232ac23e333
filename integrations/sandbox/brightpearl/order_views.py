"""Orders as they are read: the full shape of /order and the flat shape of /sales-order."""

from decimal import Decimal
from typing import Any

from integrations.sandbox.brightpearl.documents import Order, OrderRow
from integrations.sandbox.brightpearl.formats import (
    ZERO,
    four,
    id_set,
    six,
    stamp,
    two,
    without_none,
    write_id_set,
)
from integrations.sandbox.brightpearl.invoicing import is_invoiced
from integrations.sandbox.brightpearl.order_progress import (
    allocation_code,
    payment_status,
    shipping_code,
    stock_code,
)
from integrations.sandbox.brightpearl.replies import Reply, response
from integrations.sandbox.brightpearl.world import STAFF, World
from integrations.sandbox.core.http import Request

LARGEST_SET = 200
CURRENT = {"projectId": 0, "leadSourceId": 0, "teamId": 0}


def get_orders(world: World, request: Request, *, ids: str) -> Reply:
    """Orders of any type. QUIRK: unknown ids are left out, all unknown is 200 with []."""
    found = _orders(world, ids)
    return response([full_view(world, order) for order in found])


def get_sales_orders(world: World, request: Request, *, ids: str) -> Reply:
    """Sales orders in the flat shape; unknown ids are left out."""
    return response([flat_view(world, one) for one in _orders(world, ids, "SO")])


def get_sales_credits(world: World, request: Request, *, ids: str) -> Reply:
    """Sales credits; answers 207 when only some of the ids exist."""
    found = _orders(world, ids, "SC")
    complete = len(found) == len(id_set(ids, cap=LARGEST_SET))
    body = {"response": [flat_view(world, order) for order in found]}
    return Reply(200 if complete or not found else 207, body)


def order_options(world: World, request: Request, *, ids: str) -> Reply:
    """Which of these orders exist, in the fewest GETs."""
    low_high = id_set(ids, cap=100_000)
    known = [one for one in low_high if one in world.orders]
    chunks = [known[i : i + LARGEST_SET] for i in range(0, len(known), LARGEST_SET)]
    return response({"getUris": [f"/order/{write_id_set(chunk)}" for chunk in chunks]})


def _orders(world: World, ids: str, type_code: str | None = None) -> list[Order]:
    found = (world.orders.get(one) for one in id_set(ids, cap=LARGEST_SET))
    return [one for one in found if one and type_code in (None, one.type_code)]


def _visible_rows(world: World, order: Order) -> list[OrderRow]:
    """QUIRK: rows of a new order may not be visible yet."""
    if order.created_on + world.settings.row_lag > world.now:
        return []
    return list(order.rows.values())


def full_view(world: World, order: Order) -> dict[str, Any]:
    """The shape of GET /order."""
    zone, settings = world.settings.zone, world.settings
    rows = _visible_rows(world, order)
    return without_none(
        {
            "id": order.id,
            "parentOrderId": order.parent_id,
            "orderTypeCode": order.type_code,
            "reference": order.ref,
            "version": order.version,
            "state": {"tax": "INVOICED" if is_invoiced(order) else "READY"},
            "orderStatus": {
                "orderStatusId": order.status_id,
                "name": world.statuses[order.status_id].name,
            },
            "tax": {"errors": []},
            "orderPaymentStatus": payment_status(order),
            "stockStatusCode": stock_code(order),
            "allocationStatusCode": allocation_code(order),
            "shippingStatusCode": shipping_code(order),
            "placedOn": stamp(order.placed_on, zone),
            "createdOn": stamp(order.created_on, zone),
            "updatedOn": stamp(order.updated_on, zone),
            "closedOn": stamp(order.invoiced_on, zone) if order.invoiced_on else None,
            "createdById": STAFF,
            "priceListId": order.price_list_id,
            "priceModeCode": order.price_mode,
            "delivery": _delivery(order, zone, "deliveryDate"),
            "invoices": [_invoice(order, zone)],
            "currency": {
                "accountingCurrencyCode": settings.currency,
                "orderCurrencyCode": order.currency,
                "exchangeRate": six(order.exchange_rate),
                "fixedExchangeRate": order.fixed_rate,
            },
            "totalValue": _totals(order, "taxAmount", "total"),
            "assignment": {"current": _assignment(order)},
            "parties": _parties(world, order),
            "orderRows": {str(row.id): _full_row(world, order, row) for row in rows},
            "warehouseId": order.warehouse_id,
            "acknowledged": 0,
            "costPriceListId": 1,
            "historicalOrder": False,
            "orderWeighting": 50,
            "externalRef": order.external_ref or None,
            "installedIntegrationInstanceId": order.instance_id,
        }
    )


def _invoice(order: Order, zone: str) -> dict[str, Any]:
    return {
        "invoiceReference": order.invoice,
        "taxDate": stamp(order.tax_date, zone),
        "dueDate": stamp(order.tax_date, zone),
    }


def _delivery(order: Order, zone: str, date_name: str) -> dict[str, Any]:
    delivery: dict[str, Any] = {"shippingMethodId": order.shipping_method_id}
    if order.delivery_date:
        delivery[date_name] = stamp(order.delivery_date, zone)
    return delivery


def _assignment(order: Order) -> dict[str, Any]:
    return {
        "channelId": order.channel_id,
        "staffOwnerContactId": order.staff_owner_id,
        **CURRENT,
    }


def _totals(order: Order, tax: str, gross: str) -> dict[str, str]:
    """Totals in the order's currency and, with the same names prefixed, in the base currency."""
    rate = order.exchange_rate
    amounts = {"net": order.net, tax: order.tax, gross: order.gross}
    base = {f"base{name[0].upper()}{name[1:]}": value / rate for name, value in amounts.items()}
    return {name: two(value) for name, value in {**amounts, **base}.items()}


def _parties(world: World, order: Order) -> dict[str, Any]:
    contact = world.contacts.get(order.contact_id)
    person = {
        "addressFullName": f"{contact.first_name} {contact.last_name}".strip() if contact else "",
        "companyName": contact.company if contact else "",
        "email": contact.email if contact else "",
    }
    given = order.addresses
    return {
        "customer": {"contactId": order.contact_id, **person, **given.get("customer", {})},
        "delivery": {**person, **given.get("delivery", {})},
        "billing": {"contactId": order.contact_id, **person, **given.get("billing", {})},
    }


def _full_row(world: World, order: Order, row: OrderRow) -> dict[str, Any]:
    currency, tax_code = order.currency, world.tax_codes[row.tax_code]
    view = {
        "orderRowSequence": str(row.sequence),
        "productId": row.product_id,
        "productName": row.name,
        "productSku": row.sku,
        "quantity": {"magnitude": four(row.quantity)},
        "itemCost": {"currencyCode": world.settings.currency, "value": _item_cost(world, row)},
        "productPrice": {"currencyCode": currency, "value": four(_unit_price(row))},
        "discountPercentage": "0.00",
        "rowValue": {
            "taxRate": four(tax_code.rate),
            "taxCode": row.tax_code,
            "taxCalculator": "brightpearl",
            "rowNet": {"currencyCode": currency, "value": four(row.net)},
            "rowTax": {"currencyCode": currency, "value": two(row.tax)},
            "taxClassId": tax_code.id,
        },
        "nominalCode": row.nominal,
        "composition": {"bundleParent": False, "bundleChild": False, "parentOrderRowId": 0},
    }
    if row.external_ref:
        view["externalRef"] = row.external_ref
    return view


def _item_cost(world: World, row: OrderRow) -> str:
    product = world.products.get(row.product_id)
    return four(product.cost if product else ZERO)


def _unit_price(row: OrderRow) -> Decimal:
    return row.net / row.quantity


def flat_view(world: World, order: Order) -> dict[str, Any]:
    """The shape of GET /sales-order and /sales-credit."""
    zone, addresses = world.settings.zone, order.addresses
    return without_none(
        {
            "id": order.id,
            "customer": {"id": order.contact_id, "address": addresses.get("customer", {})},
            "billing": {"contactId": order.contact_id, "address": addresses.get("billing", {})},
            "ref": order.ref,
            "externalRef": order.external_ref or None,
            "installedIntegrationInstanceId": order.instance_id,
            "parentId": order.parent_id or None,
            "placedOn": stamp(order.placed_on, zone),
            "taxDate": stamp(order.tax_date, zone),
            "createdOn": stamp(order.created_on, zone),
            "createdBy": STAFF,
            "updatedOn": stamp(order.updated_on, zone),
            "statusId": order.status_id,
            "warehouseId": order.warehouse_id or None,
            "channelId": order.channel_id or None,
            "staffOwnerId": order.staff_owner_id,
            "priceListId": order.price_list_id or None,
            "priceModeCode": order.price_mode,
            "currency": {
                "code": order.currency,
                "exchangeRate": six(order.exchange_rate),
                "fixedExchangeRate": order.fixed_rate,
            },
            "delivery": {
                **_delivery(order, zone, "date"),
                "address": addresses.get("delivery", {}),
            },
            "rows": [_flat_row(world, row) for row in reversed(_visible_rows(world, order))],
            "total": _totals(order, "tax", "gross"),
            "isCanceled": order.status_id == world.settings.cancelled_status,
            "orderPaymentStatus": payment_status(order),
            "allocationStatusCode": allocation_code(order),
            "shippingStatusCode": shipping_code(order),
            "stockStatusCode": stock_code(order),
            "invoice": _invoice(order, zone) if order.invoice else None,
        }
    )


def _flat_row(world: World, row: OrderRow) -> dict[str, Any]:
    return without_none(
        {
            "id": row.id,
            "productId": row.product_id,
            "name": row.name,
            "sku": row.sku or None,
            "quantity": four(row.quantity),
            "taxCode": row.tax_code,
            "taxClassId": world.tax_codes[row.tax_code].id,
            "taxCalculator": "brightpearl",
            "net": four(row.net),
            "tax": two(row.tax),
            "nominalCode": row.nominal,
            "externalRef": row.external_ref or None,
            "productPrice": four(_unit_price(row)),
            "discountPercentage": "0.00",
            "sequence": row.sequence,
            "bundleParent": False,
            "bundleChild": False,
        }
    )
