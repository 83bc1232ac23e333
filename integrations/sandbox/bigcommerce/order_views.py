"""An order as v2 writes it: money as strings, dates as in mail, parts as links or in place."""

from decimal import Decimal
from typing import Any

from integrations.sandbox.bigcommerce.formats import ZERO, four, rfc2822, to_penny
from integrations.sandbox.bigcommerce.state import Address, Line, Location, Order, State
from integrations.sandbox.bigcommerce.statuses import STATUSES
from integrations.sandbox.bigcommerce.taxes import tax_inside, tax_of

NOTHING = four(ZERO)


def order_view(
    state: State, order: Order, *, include: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The order; consignments in place of their link where they were asked for."""
    total, tax = order.total, tax_of(order)
    subtotal = sum((line.gross for line in order.lines), ZERO)
    subtotal_net = sum((_net(line.gross, line.rate) for line in order.lines), ZERO)
    shipping_tax = tax_inside(order.shipping, order.shipping_rate)
    coupons = sum((line.discount for line in order.lines if line.code), ZERO)
    promotions = sum((line.discount for line in order.lines if not line.code), ZERO)
    return {
        "id": order.id,
        "customer_id": order.customer_id,
        "date_created": rfc2822(order.created),
        "date_modified": rfc2822(order.modified),
        "date_shipped": rfc2822(order.shipped_at),
        "cart_id": "",
        "status_id": order.status_id,
        "status": STATUSES[order.status_id],
        "custom_status": STATUSES[order.status_id],
        "subtotal_ex_tax": four(subtotal_net),
        "subtotal_inc_tax": four(subtotal),
        "subtotal_tax": four(tax - shipping_tax),
        **_charge("shipping", order.shipping, shipping_tax),
        **_charge("handling", ZERO, ZERO),
        **_charge("wrapping", ZERO, ZERO),
        "discount_amount": four(promotions),
        "coupon_discount": four(coupons),
        "total_ex_tax": four(total - tax),
        "total_inc_tax": four(total),
        "total_tax": four(tax),
        "is_tax_inclusive_pricing": True,
        "store_credit_amount": four(order.store_credit),
        "gift_certificate_amount": four(order.gift_certificate),
        "refunded_amount": NOTHING,  # QUIRK(bigcommerce): whatever was refunded
        "items_total": sum(line.quantity for line in order.lines),
        "items_shipped": sum(line.shipped for line in order.lines),
        "payment_method": order.payment_method,
        "payment_provider_id": order.provider_id,
        "payment_status": order.payment_status,
        "order_is_digital": not order.address_id and not order.pickup_id,
        "ip_address": "203.0.113.10",
        "currency_id": 1,
        "currency_code": order.currency,
        "currency_exchange_rate": "1.0000000000",
        "default_currency_id": 1,
        "default_currency_code": order.currency,
        "store_default_currency_code": state.currency,
        "store_default_to_transactional_exchange_rate": "1.0000000000",
        "staff_notes": order.staff_notes,
        "customer_message": "",
        "shipping_address_count": 1 if order.address_id else 0,
        "ebay_order_id": "0",
        "is_deleted": False,
        "is_email_opt_in": False,
        "order_source": "www",
        "channel_id": 1,
        "external_source": None,
        "external_id": None,
        "external_order_id": order.external_order_id,
        "external_merchant_id": None,
        "tax_provider_id": "BasicTaxProvider" if order.has_taxes else "",
        "customer_locale": "en",
        "billing_address": {**address_view(order.billing), "form_fields": []},
        "products": _link(state, order, "products"),
        "shipping_addresses": _link(state, order, "shippingaddresses"),
        "coupons": _link(state, order, "coupons"),
        "consignments": consignments(state, order)
        if any(name.startswith("consignments") for name in include)
        else _link(state, order, "consignments"),
        "fees": [] if "fees" in include else _link(state, order, "fees"),
    }


def line_view(order: Order, line: Line) -> dict[str, Any]:
    net = _net(line.gross, line.rate)
    unit, unit_net = line.gross / line.quantity, net / line.quantity
    return {
        "id": line.id,
        "order_id": order.id,
        "product_id": line.product_id,
        "variant_id": line.variant_id,
        "order_pickup_method_id": order.pickup_id,
        "order_address_id": order.address_id,
        "name": line.name,
        "name_customer": line.name,
        "name_merchant": line.name,
        "sku": line.sku,
        "upc": line.barcode,
        "type": line.type,
        "base_price": four(unit),
        "price_ex_tax": four(unit_net),
        "price_inc_tax": four(unit),
        "price_tax": four(unit - unit_net),
        "base_total": four(line.gross),
        "total_ex_tax": four(net),
        "total_inc_tax": four(line.gross),
        "total_tax": four(line.gross - net),
        "discounted_total_inc_tax": four(line.paid),
        "quantity": line.quantity,
        "quantity_shipped": line.shipped,
        "quantity_refunded": line.refunded,
        "is_refunded": line.refunded >= line.quantity,
        "refund_amount": NOTHING,
        "return_id": 0,
        "weight": "0.3000",
        "wrapping_name": "",
        "base_wrapping_cost": NOTHING,
        "wrapping_cost_ex_tax": NOTHING,
        "wrapping_cost_inc_tax": NOTHING,
        "wrapping_cost_tax": NOTHING,
        "wrapping_message": "",
        "fixed_shipping_cost": NOTHING,
        "parent_order_product_id": None,
        "is_bundled_product": False,
        "external_id": None,
        "gift_certificate_id": None,
        "brand": "",
        "applied_discounts": _discounts(line),
        "product_options": [],
        "configurable_fields": [],
    }


def shipping_address(order: Order) -> dict[str, Any]:
    tax = tax_inside(order.shipping, order.shipping_rate)
    return {
        "id": order.address_id,
        "order_id": order.id,
        **address_view(order.billing),
        "items_total": sum(line.quantity for line in order.lines),
        "items_shipped": sum(line.shipped for line in order.lines),
        "shipping_method": order.shipping_method,
        "base_cost": four(order.shipping),
        "cost_ex_tax": four(order.shipping - tax),
        "cost_inc_tax": four(order.shipping),
        "cost_tax": four(tax),
        "cost_tax_class_id": 2,
        "base_handling_cost": NOTHING,
        "handling_cost_ex_tax": NOTHING,
        "handling_cost_inc_tax": NOTHING,
        "handling_cost_tax": NOTHING,
        "handling_cost_tax_class_id": 2,
        "shipping_zone_id": 1,
        "shipping_zone_name": "United Kingdom",
        "form_fields": [],
    }


def consignments(state: State, order: Order) -> dict[str, Any]:
    """QUIRK(bigcommerce): an order is collected or sent, never both; amounts are numbers here."""
    lines = [line_view(order, line) for line in order.lines]
    found: dict[str, Any] = {
        "pickups": [],
        "shipping": [],
        "downloads": [],
        "email": {"gift_certificates": []},
    }
    if order.pickup_id:
        found["pickups"] = [_pickup(state, order, lines)]
    elif order.address_id:
        found["shipping"] = [_shipping(order, lines)]
    else:
        found["downloads"] = [{"recipient_email": order.billing.email, "line_items": lines}]
    return found


def address_view(address: Address) -> dict[str, str]:
    return {
        "first_name": address.first_name,
        "last_name": address.last_name,
        "company": address.company,
        "street_1": address.street_1,
        "street_2": "",
        "city": address.city,
        "state": address.state,
        "zip": address.postcode,
        "country": address.country,
        "country_iso2": address.country_code,
        "phone": address.phone,
        "email": address.email,
    }


def _pickup(state: State, order: Order, lines: list[dict[str, Any]]) -> dict[str, Any]:
    location = state.locations[state.pickup_methods[order.pickup_method_id]]
    return {
        "id": order.pickup_id,
        "pickup_method_id": order.pickup_method_id,
        "pickup_method_display_name": f"Collect from {location.label}",
        "collection_instructions": "Bring the order number.",
        "collection_time_description": "Ready in two hours.",
        "location": _place(location),
        "line_items": lines,
    }


def _place(location: Location) -> dict[str, Any]:
    return {
        "id": location.id,
        "name": location.label,
        "code": location.code,
        "address_line_1": "",
        "address_line_2": "",
        "city": location.city,
        "state": "",
        "postal_code": "",
        "country_alpha2": location.country,
        "email": "stores@example.com",
        "phone": "",
    }


def _shipping(order: Order, lines: list[dict[str, Any]]) -> dict[str, Any]:
    tax = tax_inside(order.shipping, order.shipping_rate)
    return {
        "id": order.address_id,
        **address_view(order.billing),
        "line_items": lines,
        "items_total": sum(line.quantity for line in order.lines),
        "items_shipped": sum(line.shipped for line in order.lines),
        "shipping_method": order.shipping_method,
        "base_cost": order.shipping,
        "cost_ex_tax": order.shipping - tax,
        "cost_inc_tax": order.shipping,
        "cost_tax": tax,
        "cost_tax_class_id": 2,
        "base_handling_cost": ZERO,
        "handling_cost_ex_tax": ZERO,
        "handling_cost_inc_tax": ZERO,
        "handling_cost_tax": ZERO,
        "handling_cost_tax_class_id": 2,
        "shipping_zone_id": 1,
        "shipping_zone_name": "United Kingdom",
        "form_fields": [],
    }


def coupon_views(order: Order) -> list[dict[str, Any]]:
    codes = dict.fromkeys(line.code for line in order.lines if line.code)
    return [
        {
            "id": order.id * 10 + place,
            "coupon_id": place + 1,
            "order_id": order.id,
            "code": code,
            "amount": 10,
            "type": 1,
            "discount": sum((line.discount for line in order.lines if line.code == code), ZERO),
        }
        for place, code in enumerate(codes)
    ]


def _charge(name: str, gross: Decimal, tax: Decimal) -> dict[str, Any]:
    return {
        f"base_{name}_cost": four(gross),
        f"{name}_cost_ex_tax": four(gross - tax),
        f"{name}_cost_inc_tax": four(gross),
        f"{name}_cost_tax": four(tax),
        f"{name}_cost_tax_class_id": 2,
    }


def _discounts(line: Line) -> list[dict[str, Any]]:
    if not line.discount:
        return []
    kind = "coupon" if line.code else "manual-discount"
    return [
        {
            "id": kind,
            "amount": four(line.discount),
            "name": line.code or "Discount",
            "code": line.code or None,
            "target": "order",
        }
    ]


def _net(gross: Decimal, rate: Decimal) -> Decimal:
    return to_penny(gross) - tax_inside(gross, rate)


def _link(state: State, order: Order, name: str) -> dict[str, str]:
    resource = f"/orders/{order.id}/{name}"
    return {"url": f"{state.base_url}/v2{resource}", "resource": resource}
