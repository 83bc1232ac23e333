"""Orders and credits as OrderWise takes them: money passed on unmodified, faults named together."""

from collections.abc import Iterator, Sequence
from decimal import ROUND_FLOOR, Decimal
from typing import Any
from zoneinfo import ZoneInfo

from integrations.canonical.effects import CreateCredit, CreateOrder, EffectLine
from integrations.canonical.orders import Address
from integrations.connectors.bodies import Number
from integrations.connectors.errors import RejectedError, UnsupportedError
from integrations.connectors.orderwise.assumed import CREDIT, ORDER, UNIT_PLACES
from integrations.connectors.orderwise.config import OrderwiseConfig

Body = dict[str, Any]
PENNY = Decimal(1).scaleb(-UNIT_PLACES)


def order_body(effect: CreateOrder, config: OrderwiseConfig, *, original: str = "") -> Body:
    """`original` is what a credit gives back. Raises RejectedError with every fault at once,
    UnsupportedError for a price that has no exact form there."""
    faults = list(_faults(effect, config))
    if faults:
        raise RejectedError(" ".join(faults), code="not_mapped")
    is_credit = isinstance(effect, CreateCredit)
    gross = sum((line.net + line.tax for line in effect.lines), Decimal(0))
    tax = sum((line.tax for line in effect.lines), Decimal(0))
    header: Body = {
        "systemOrderType": CREDIT if is_credit else ORDER,
        "orderTypeId": config.order_type_id,
        "eCommerceOrderNumber": effect.external_ref,
        "customerOrderRef": f"refund of {original}" if original else effect.reference,
        "orderDate": _local(effect, config),
        "deliveryMethodId": _method(effect, config),
        "currencyId": config.currency_ids.get(effect.currency),
        "orderGross": Number(gross),
        "orderNet": Number(gross - tax),
        "orderTax": Number(tax),
        "pricesAsNet": config.prices == "net",
    }
    body = {
        "customer": _customer(effect, config),
        "orderHeader": {name: value for name, value in header.items() if value is not None},
        "orderLines": _lines(effect, config),
        "payments": [
            {
                "paymentMethodId": int(paid.method_code),
                "amount": Number(-paid.amount if is_credit else paid.amount),
                "reference": paid.reference,
            }
            for paid in effect.payments
        ],
    }
    if effect.ship_to is not None:
        body["customerDeliveryAddress"] = _address(effect.ship_to)
    return body


def by_hand(effect: CreateCredit, *, original: str) -> str:
    """What a person must key in, with everything that it takes."""
    lines = "; ".join(
        f"{line.quantity.normalize():f} × {line.sku} for {line.net + line.tax:f}"
        f" (tax rate {line.tax_code})"
        for line in effect.lines
    )
    paid = "; ".join(
        f"{each.amount:f} by method {each.method_code} {each.reference}".rstrip()
        for each in effect.payments
    )
    total = sum((line.net + line.tax for line in effect.lines), Decimal(0))
    return (
        f"Key this credit into OrderWise by hand, as {effect.external_ref}"
        f"{f', for order {original}' if original else ''}: {lines}. Total {total:f} "
        f"{effect.currency} at location {effect.warehouse_id}; paid back {paid or 'nothing'}."
    )


def split_evenly(total: Decimal, units: int) -> list[tuple[int, Decimal]]:
    """Units with their unit price, so that units × price adds up to `total` exactly.

    10.00 for 3 is one at 3.34 and two at 3.33. Raises UnsupportedError for fractions of a penny.
    """
    pennies = total / PENNY
    if pennies != pennies.to_integral_value():
        raise UnsupportedError(f"OrderWise takes whole pennies: {total} is not.")
    base = (pennies / units).to_integral_value(rounding=ROUND_FLOOR)
    dearer = int(pennies - base * units)
    parts = [(dearer, (base + 1) * PENNY), (units - dearer, base * PENNY)]
    return [(count, price) for count, price in parts if count]


def _faults(effect: CreateOrder, config: OrderwiseConfig) -> Iterator[str]:
    """Everything that is no id of theirs, so that one visit to the mappings is enough."""
    if not effect.contact_id and config.customer_id is None:
        yield "No customer is set for these sales."
    places = [line.warehouse_id or effect.warehouse_id for line in effect.lines]
    yield from _no_ids("stock location", [effect.warehouse_id, *places])
    yield from _no_ids("tax rate", [line.tax_code for line in effect.lines])
    yield from _no_ids("payment method", [paid.method_code for paid in effect.payments])
    for line in effect.lines:
        if not line.sku:
            yield f"Line {line.line_id} ({line.name}) has no variant code."


def _no_ids(noun: str, codes: Sequence[str]) -> Iterator[str]:
    for code in dict.fromkeys(codes):
        if not code.isdecimal():
            yield f"“{code}” is no {noun} of OrderWise."


def _customer(effect: CreateOrder, config: OrderwiseConfig) -> Body:
    """A contact is an id, or an account number where it is no number."""
    if not effect.contact_id:
        return {"id": config.customer_id}
    if effect.contact_id.isdecimal():
        return {"id": int(effect.contact_id)}
    return {"accountNumber": effect.contact_id}


def _local(effect: CreateOrder, config: OrderwiseConfig) -> str:
    """QUIRK(orderwise): local time of the server, without a zone."""
    at = effect.placed_at.astimezone(ZoneInfo(config.timezone))
    return at.replace(tzinfo=None).isoformat(timespec="seconds")


def _method(effect: CreateOrder, config: OrderwiseConfig) -> int | None:
    chosen = effect.shipping_method_id
    return int(chosen) if chosen.isdecimal() else config.delivery_method_id


def _lines(effect: CreateOrder, config: OrderwiseConfig) -> list[Body]:
    rows = [row for line in effect.lines for row in _line(line, effect, config)]
    return [{"itemNumber": place, **row} for place, row in enumerate(rows, start=1)]


def _line(line: EffectLine, effect: CreateOrder, config: OrderwiseConfig) -> Iterator[Body]:
    """One row, or two where the row's total does not divide evenly by its units."""
    total = line.net if config.prices == "net" else line.net + line.tax
    parts = _parts(line, total)
    for place, (units, price) in enumerate(parts, start=1):
        yield {
            "variantCode": line.sku,  # exactly as it is: spaces and case count
            "quantity": Number(Decimal(units)),
            "itemNet" if config.prices == "net" else "itemGross": Number(price),
            "taxRateId": int(line.tax_code),
            "stockLocationId": int(line.warehouse_id or effect.warehouse_id),
            "calculateLineSystemPrice": False,
            "eCommerceItemId": line.line_id if len(parts) == 1 else f"{line.line_id}/{place}",
        }


def _parts(line: EffectLine, total: Decimal) -> Sequence[tuple[Decimal | int, Decimal]]:
    if line.quantity == line.quantity.to_integral_value():
        return split_evenly(total, int(line.quantity))
    price = total / line.quantity
    if price != price.quantize(PENNY):
        raise UnsupportedError(
            f"{line.quantity} of {line.sku} for {total} has no exact unit price in OrderWise."
        )
    return [(line.quantity, price.quantize(PENNY))]


def _address(where: Address) -> Body:
    line1, line2, *rest = (*where.lines, "", "")
    fields = {
        "deliveryName": where.company or where.name,
        "contactName": where.name,
        "address1": line1,
        "address2": line2,
        "address3": ", ".join(line for line in rest if line),
        "town": where.city,
        "county": where.region,
        "postcode": where.postcode,
        "countryCode": where.country,
        "telephone": where.phone,
        "email": where.email,
    }
    return {name: value for name, value in fields.items() if value}
