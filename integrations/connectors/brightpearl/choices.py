"""Real values of an account, for mapping pages."""

from collections.abc import Callable, Iterable, Sequence

from integrations.connectors.brightpearl.client import Client
from integrations.connectors.brightpearl.search import Row, text_of
from integrations.ports import Choice


def choices(client: Client, kind: str) -> Sequence[Choice]:
    """Codes with labels; empty for kinds that Brightpearl does not have."""
    read = KINDS.get(kind)
    return read(client) if read else ()


def _payment_methods(client: Client) -> list[Choice]:
    return _of_rows(client.payment_methods(), active="isActive")


def _nominal_codes(client: Client) -> list[Choice]:
    return _of_rows(client.nominal_codes(), active="active")


def _of_rows(rows: Iterable[Row], *, active: str) -> list[Choice]:
    """Rows in use: one that says it is not active cannot be posted to."""
    return [
        Choice(text_of(row, "code"), text_of(row, "name"))
        for row in rows
        if text_of(row, active).lower() != "false"
    ]


def _tax_codes(client: Client) -> list[Choice]:
    return [
        Choice(each.code, f"{each.description or each.code} ({each.rate.normalize():f} %)")
        for each in client.tax_codes()
    ]


def _warehouses(client: Client) -> list[Choice]:
    return [Choice(str(each.id), each.name) for each in client.warehouses()]


def _order_statuses(client: Client) -> list[Choice]:
    return [
        Choice(str(each.statusId), f"{each.name} ({each.orderTypeCode})")
        for each in client.order_statuses()
    ]


def _channels(client: Client) -> list[Choice]:
    return [Choice(str(each.id), each.name) for each in client.channels()]


def _price_lists(client: Client) -> list[Choice]:
    return [Choice(str(each.id), each.name.text or each.code) for each in client.price_lists()]


def _shipping_methods(client: Client) -> list[Choice]:
    return [Choice(str(each.id), each.name) for each in client.shipping_methods()]


KINDS: dict[str, Callable[[Client], Sequence[Choice]]] = {
    "payment-methods": _payment_methods,
    "nominal-codes": _nominal_codes,
    "tax-codes": _tax_codes,
    "warehouses": _warehouses,
    "order-statuses": _order_statuses,
    "channels": _channels,
    "price-lists": _price_lists,
    "shipping-methods": _shipping_methods,
}
