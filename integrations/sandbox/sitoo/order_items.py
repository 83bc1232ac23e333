"""Rows and payments of an order, from a till's receipt or from a written order."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.sitoo.errors import invalid_value, missing
from integrations.sandbox.sitoo.formats import (
    ZERO,
    money,
    percent,
    quantity,
    read_decimal,
    read_int,
)
from integrations.sandbox.sitoo.listing import Wire
from integrations.sandbox.sitoo.state import State
from integrations.sandbox.trade.items import ReceiptLine, Tender, net_of

VOUCHER_IDS_FROM = 11
GIFT_CARD_METHOD = 500
GIFT_CARD_GROUP = 30
MANUAL_DISCOUNT = "201"


def scanned_item(state: State, index: int, line: ReceiptLine) -> Wire:
    """A receipt's row. Its totals are exact; unit prices are rounded to the penny.

    A unit price that is no whole penny is sold like weighed goods: one piece of so many units.
    """
    net = net_of(line.gross, line.vat_rate)
    pieces, units_each = _pieces(line)
    units = pieces * (units_each or 1)
    row = _blank_item(index, line.sku, line.name, state.product(line.sku))
    row |= {
        "quantity": pieces,
        "decimalunitquantity": None if units_each is None else quantity(units_each),
        "decimalquantitytotal": quantity(units),
        "moneynetpriceperunit": money(_each(net, units)),
        "moneynetpriceperquantity": money(_each(net, pieces)),
        "vatvalue": percent(line.vat_rate),
        "moneyitemtotal_net": money(net),
        "moneyitemtotal_vat": money(line.gross - net),
    }
    row |= _discount(state, line, units, net)
    row["additionaldata"] = _group_name(state, line.sku) | _row_notes(line)
    if _is_gift_card(state, line.sku):
        row["additionaldata"]["giftcard-cardnumber"] = f"GC{len(state.orders):06d}{index:02d}"
    return row


def _is_gift_card(state: State, sku: str) -> bool:
    product = state.product(sku)
    group = state.groups.get(product["vatid"], {}) if product else {}
    return group.get("productgrouptype") == GIFT_CARD_GROUP


def _pieces(line: ReceiptLine) -> tuple[int, int | None]:
    """(pieces, units in each): units in each is None when pieces are what is counted."""
    if line.quantity == 0 or _is_whole_pennies(line.gross, line.quantity):
        return line.quantity, None
    return (1 if line.quantity > 0 else -1), abs(line.quantity)


def _is_whole_pennies(gross: Decimal, units: int) -> bool:
    return int(gross * 100) % abs(units) == 0


def _each(total: Decimal, units: int) -> Decimal:
    return total / units if units else ZERO


def _discount(state: State, line: ReceiptLine, units: int, net: Decimal) -> Wire:
    """Net per unit before and after; the last two are 0.00 when nothing was taken off."""
    paid = _each(net, units)
    full = _each(net_of(line.full_gross, line.vat_rate), units)
    row: Wire = {"moneyoriginalprice": money(full)}
    if line.full_gross == line.gross:
        return row | {"moneydiscountedprice": "0.00", "moneydiscount": "0.00"}
    off = Decimal(money(full)) - Decimal(money(paid))
    row |= {"moneydiscountedprice": money(paid), "moneydiscount": money(off)}
    if line.voucher in ("", "manual"):
        return row
    voucher_id = state.vouchers.setdefault(line.voucher, VOUCHER_IDS_FROM + len(state.vouchers))
    name = line.voucher.capitalize()
    return row | {"voucherid": voucher_id, "vouchercode": line.voucher, "vouchername": name}


def _row_notes(line: ReceiptLine) -> Wire:
    notes: Wire = {}
    if line.reason_code:
        notes["reasoncode-return"] = line.reason_code
    if line.original_line is not None:
        notes["pos-originalsales-orderitemid"] = str(line.original_line)
    if line.voucher == "manual":
        notes["reasoncode-manualdiscount"] = MANUAL_DISCOUNT
    if line.full_gross != line.gross:
        notes["orderitem-moneyrowdiscount"] = money(line.full_gross - line.gross)
    return notes


def _group_name(state: State, sku: str) -> Wire:
    product = state.product(sku)
    group = state.groups.get(product["vatid"]) if product else None
    return {"product-group-name": group["productgroupname"]} if group else {}


def _blank_item(index: int, sku: str, name: str, product: Wire | None) -> Wire:
    options = product["variant"] if product else []
    return {
        "orderitemid": index,
        "orderitemtype": 10,
        "productid": product["productid"] if product else 0,
        "productname": name,
        "sku": sku,
        "productattributes": ", ".join(f"{one['name']}: {one['value']}" for one in options),
        "externalinput": "",
        "externalinputtitle": "",
        "unitlabel": product["unitlabel"] if product else "",
        "deliveryinfo": "",
        "moneypriceorg": "0.00",
        "voucherid": 0,
        "vouchercode": "",
        "vouchername": "",
        "vouchercomment": "",
        "vouchervalue": "0.00",
        "salestaxes": [],
    }


def taken_payment(state: State, tender: Tender) -> Wire:
    """A tender as the payment of an order. Payments have no id: their place is their name."""
    kind = state.payment_type(tender.name) or {}
    acquirer = state.acquirers.get(tender.name, "")
    notes: Wire = {}
    if acquirer == "adyen" and tender.reference:
        notes["adyen-pspreference"] = tender.reference
    elif kind.get("paymentmethodid") == GIFT_CARD_METHOD and tender.reference:
        notes["giftcard-cardnumber"] = tender.reference
    if tender.original_index is not None:
        notes["pos-originalsales-payment-index"] = str(tender.original_index)
    return {
        "name": tender.name,
        "moneyamount": money(tender.amount),
        "externalid": kind.get("externalid"),
        "reftype": acquirer or None,
        "refid": tender.reference or None,
        "cardissuer": tender.issuer or None,
        "reservedpaymentid": None,
        "additionaldata": notes,
    }


def written_item(state: State, index: int, body: Mapping[str, Any]) -> Wire:
    """A row of a written order. `moneyrowprice` is the row's total with VAT inside.

    Raises ApiError 400.
    """
    for name in ("productname", "quantity"):
        if body.get(name) is None:
            raise missing(name)
    pieces = read_int(body["quantity"], "quantity")
    sku = str(body.get("sku") or "")
    product = state.product(sku)
    if sku and product is None:
        raise invalid_value("sku", sku)
    rate = read_decimal(body.get("vatvalue", _rate_of(state, product)), "vatvalue")
    off = read_decimal(body.get("moneyrowdiscount", "0.00"), "moneyrowdiscount")
    full = read_decimal(body.get("moneyrowprice", _list_price(product, pieces)), "moneyrowprice")
    line = ReceiptLine(sku, str(body["productname"]), pieces, full - off, rate, full)
    row = scanned_item(state, index, line)
    row["additionaldata"] |= dict(body.get("additionaldata") or {})
    return row


def _rate_of(state: State, product: Wire | None) -> Any:
    return state.groups[product["vatid"]]["value"] if product else 0


def _list_price(product: Wire | None, pieces: int) -> str:
    return money(Decimal(product["moneyprice"]) * pieces) if product else "0.00"


def written_payment(body: Mapping[str, Any]) -> Wire:
    """A payment of a written order. Raises ApiError 400."""
    for name in ("name", "moneyamount"):
        if body.get(name) is None:
            raise missing(name)
    return {
        "name": str(body["name"]),
        "moneyamount": money(read_decimal(body["moneyamount"], "moneyamount")),
        "externalid": body.get("externalid"),
        "reftype": body.get("reftype"),
        "refid": body.get("refid"),
        "cardissuer": body.get("cardissuer"),
        "reservedpaymentid": body.get("reservedpaymentid"),
        "additionaldata": dict(body.get("additionaldata") or {}),
    }
