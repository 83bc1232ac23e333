"""Payloads as facts: their ids, their times, and versions that change when the content does."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from integrations.connectors.bigcommerce.client import changed
from integrations.connectors.bigcommerce.schemas import read_moment
from integrations.ports import Fact

Row = dict[str, Any]
# About the shopper, and of no use to any flow.
NOT_KEPT = ("ip_address", "ip_address_v6", "geoip_country", "geoip_country_iso2", "form_fields")


def order_fact(
    order: Row, *, taxes: Sequence[Row], transactions: Sequence[Row], group: str
) -> Fact:
    """An order with everything that its record needs."""
    kept = {name: value for name, value in order.items() if name not in NOT_KEPT}
    payload = {
        "order": kept,
        "taxes": list(taxes),
        "transactions": list(transactions),
        "customer_group": group,
    }
    return _fact("orders", number(order, "id"), payload, order.get("date_created"))


def refund_fact(refund: Row, *, currency: str) -> Fact:
    """QUIRK(bigcommerce): a refund does not say its currency; its order does."""
    payload = {"refund": refund, "currency": currency}
    return _fact("refunds", number(refund, "id"), payload, refund.get("created"))


def product_fact(product: Row, *, with_tax: bool) -> Fact:
    """QUIRK(bigcommerce): whether prices hold tax is a setting of the store."""
    payload = {"product": product, "prices_include_tax": with_tax}
    return _fact("products", number(product, "id"), payload, product.get("date_modified"))


def number(row: Row, field: str) -> int:
    """A whole number that a fact cannot do without. Raises SchemaChangedError."""
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, int):
        raise changed(field, "a list")
    return value


def digest(content: Any) -> str:
    """A name for the content: nothing has a revision here."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _fact(topic: str, external_id: int, payload: Mapping[str, Any], at: Any) -> Fact:
    return Fact(topic, str(external_id), digest(payload), dict(payload), _moment(at))


def _moment(value: Any) -> datetime | None:
    try:
        return read_moment(value)
    except ValueError:
        return None
