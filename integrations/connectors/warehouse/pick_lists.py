"""Effects as the objects that the warehouse takes, and what it has compared with what was meant."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.canonical.effects import AnnounceReturn, CreatePickList, PickLine, PutProduct
from integrations.canonical.orders import Address
from integrations.connectors.errors import RejectedError, UnsupportedError
from integrations.connectors.warehouse import schemas as wire
from integrations.ports import Difference

Body = dict[str, Any]


def stamp(at: datetime) -> str:
    """RFC 3339 in UTC, whole seconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def order_body(effect: CreatePickList) -> Body:
    """Raises UnsupportedError for a fraction of a unit, RejectedError without an address."""
    if effect.ship_to is None and effect.order_type != "pos_sale":
        raise RejectedError(f"Order {effect.external_ref} has no address to send it to.")
    body: Body = {
        "client_order_ref": effect.external_ref,
        "order_type": effect.order_type,
        "warehouse": effect.warehouse_id,
        "ordered_at": stamp(effect.ordered_at),
        "required_by": stamp(effect.required_by) if effect.required_by else "",
        "channel": effect.channel,
        "external_refs": dict(effect.external_refs),
        "service": {"code": effect.shipping_method_id} if effect.shipping_method_id else {},
        "ship_to": address(effect.ship_to) if effect.ship_to else {},
        "currency": effect.currency,
        "notes": effect.note,
        "lines": [_line(line) for line in effect.lines],
    }
    return {name: value for name, value in body.items() if value}


def address(where: Address) -> Body:
    """Three lines are all there are: what is over joins the third."""
    first, second, *rest = (*where.lines, "", "")
    fields = {
        "name": where.name or where.company,
        "company": where.company,
        "line1": first,
        "line2": second,
        "line3": ", ".join(line for line in rest if line),
        "city": where.city,
        "region": where.region,
        "postcode": where.postcode,
        "country": where.country,
        "phone": where.phone,
        "email": where.email,
    }
    return {name: value for name, value in fields.items() if value}


def return_body(effect: AnnounceReturn) -> Body:
    """Raises UnsupportedError for a fraction of a unit."""
    return {
        "client_return_ref": effect.external_ref,
        "client_order_ref": effect.order_ref,
        "warehouse": effect.warehouse_id,
        **({"expected_by": effect.expected_by.isoformat()} if effect.expected_by else {}),
        "lines": [
            {
                "line_ref": line.line_id,
                "sku": line.sku,
                "qty": whole(line.quantity, line.sku),
                "reason": line.reason,
            }
            for line in effect.lines
        ],
    }


def product_body(effect: PutProduct) -> Body:
    return {"name": effect.name, "barcode": effect.barcode, "active": effect.is_active}


def whole(quantity: Decimal, sku: str) -> int:
    """The warehouse counts units. Raises UnsupportedError for a fraction of one."""
    if quantity != quantity.to_integral_value():
        raise UnsupportedError(f"The warehouse counts whole units: {quantity} of {sku} is not.")
    return int(quantity)


def differences(effect: CreatePickList, order: wire.Order) -> tuple[Difference, ...]:
    """Everything that reads back other than it was meant, line by line."""
    return tuple(_differences(effect, order))


def _differences(effect: CreatePickList, order: wire.Order) -> Iterator[Difference]:
    if order.warehouse != effect.warehouse_id:
        yield Difference("warehouse", effect.warehouse_id, order.warehouse)
    found = {line.line_ref: line for line in order.lines}
    for line in effect.lines:
        meant = f"{line.quantity.normalize():f} of {line.sku}"
        theirs = found.pop(line.line_id, None)
        seen = f"{theirs.qty} of {theirs.sku}" if theirs else "none"
        if meant != seen:
            yield Difference(f"lines[{line.sku}]", meant, seen)
    yield from _surplus(list(found.values()))


def _surplus(lines: Sequence[wire.OrderLine]) -> Iterator[Difference]:
    for line in lines:
        yield Difference(f"lines[{line.sku}]", "none", f"{line.qty} of {line.sku}")


def _line(line: PickLine) -> Body:
    body: Body = {
        "line_ref": line.line_id,
        "sku": line.sku,
        "qty": whole(line.quantity, line.sku),
        "description": line.name,
        "barcode": line.barcode,
        "unit_price": "" if line.unit_gross is None else format(line.unit_gross, "f"),
    }
    return {name: value for name, value in body.items() if value != ""}
