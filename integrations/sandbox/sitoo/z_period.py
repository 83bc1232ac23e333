"""What a till adds up between two closes, and the report that comes out of it."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations.sandbox.sitoo.formats import ZERO, epoch, money
from integrations.sandbox.sitoo.listing import Wire
from integrations.sandbox.sitoo.state import SITE_ID, Register, State

CASH_METHOD = 100
SERVICE, GIFT_CARD = 20, 30


@dataclass
class Sum:
    """Pieces and amounts of one group of rows."""

    pieces: int = 0
    gross: Decimal = ZERO
    net: Decimal = ZERO

    def add(self, pieces: int, gross: Decimal, net: Decimal) -> None:
        self.pieces += pieces
        self.gross += gross
        self.net += net

    def wire(self) -> Wire:
        return {
            "moneytotal": money(self.gross),
            "moneytotalnet": money(self.net),
            "moneytotalvat": money(self.gross - self.net),
        }


@dataclass
class Side:
    """Sales, or refunds with positive amounts."""

    total: Sum = field(default_factory=Sum)
    receipts: int = 0
    by_rate: dict[int | str, Sum] = field(default_factory=dict)
    by_group: dict[tuple[str, int | str], Sum] = field(default_factory=dict)
    by_voucher: dict[str, Sum] = field(default_factory=dict)
    payments: dict[str, Decimal] = field(default_factory=dict)
    issuers: dict[str, dict[str, Decimal]] = field(default_factory=dict)

    def add_row(self, row: Wire, sign: int) -> None:
        net = Decimal(row["moneyitemtotal_net"]) * sign
        gross = net + Decimal(row["moneyitemtotal_vat"]) * sign
        pieces, rate = row["quantity"] * sign, row["vatvalue"]
        group = (row["additionaldata"].get("product-group-name", ""), rate)
        for one in (
            self.total,
            self.by_rate.setdefault(rate, Sum()),
            self.by_group.setdefault(group, Sum()),
        ):
            one.add(pieces, gross, net)
        if discount := row["additionaldata"].get("orderitem-moneyrowdiscount"):
            off = abs(Decimal(discount))
            share = net / gross if gross else Decimal(1)
            code = row["vouchercode"] or "discount-manual"
            self.by_voucher.setdefault(code, Sum()).add(0, off, Decimal(money(off * share)))

    def add_payment(self, payment: Wire, sign: int) -> None:
        name, amount = payment["name"], Decimal(payment["moneyamount"]) * sign
        self.payments[name] = self.payments.get(name, ZERO) + amount
        if payment["cardissuer"]:
            issuers = self.issuers.setdefault(name, {})
            issuers[payment["cardissuer"]] = issuers.get(payment["cardissuer"], ZERO) + amount

    def wire(self, kind: str) -> Wire:
        groups = [{"name": name, "vatvalue": rate, "numtotal": one.pieces} | one.wire()
                  for (name, rate), one in self.by_group.items()]  # fmt: skip
        return {
            f"vatgroups{kind}": [
                {"vatvalue": rate} | one.wire() for rate, one in self.by_rate.items()
            ],
            f"productgroups{kind}": groups,
            f"discounts{kind}": [
                {"vouchercode": code} | one.wire() for code, one in self.by_voucher.items()
            ],
            f"salestaxes{kind}": [],
            f"payments{kind}": [self._payment(name) for name in self.payments],
        }

    def _payment(self, name: str) -> Wire:
        parts = [{"name": issuer, "moneysubtotal": money(amount)}
                 for issuer, amount in self.issuers.get(name, {}).items()]  # fmt: skip
        total = money(self.payments[name])
        return {
            "name": name,
            "moneytotal": total,
            "moneycaptured": total,
            "moneyinadvance": "0.00",
            "moneyreserved": "0.00",
            "subpayments": parts,
        }


@dataclass
class Period:
    """One register since its last close."""

    opened_at: datetime
    sales: Side = field(default_factory=Side)
    refunds: Side = field(default_factory=Side)
    receipts: int = 0
    rounding: Decimal = ZERO
    cash: Decimal = ZERO
    kinds: dict[int, int] = field(default_factory=dict)  # pieces sold by product group type

    def add(self, state: State, order: Wire) -> None:
        """Count a receipt. Rows are sales or refunds by the sign of their quantity."""
        self.receipts += 1
        self.rounding += Decimal(order["moneytotal_gross_roundoff"])
        signs = {-1 if row["quantity"] < 0 else 1 for row in order["orderitems"]}
        self.sales.receipts += 1 in signs
        self.refunds.receipts += -1 in signs
        for row in order["orderitems"]:
            self._add_row(state, row)
        for payment in order["payments"]:
            self._add_payment(state, payment)

    def _add_row(self, state: State, row: Wire) -> None:
        if row["quantity"] < 0:
            self.refunds.add_row(row, -1)
            return
        self.sales.add_row(row, 1)
        product = state.product(row["sku"])
        kind = state.groups[product["vatid"]]["productgrouptype"] if product else 10
        self.kinds[kind] = self.kinds.get(kind, 0) + row["quantity"]

    def _add_payment(self, state: State, payment: Wire) -> None:
        is_refund = Decimal(payment["moneyamount"]) < 0
        side, sign = (self.refunds, -1) if is_refund else (self.sales, 1)
        side.add_payment(payment, sign)
        kind = state.payment_type(payment["name"])
        if kind and kind["paymentmethodid"] == CASH_METHOD:
            self.cash += Decimal(payment["moneyamount"])


def close_report(
    state: State, register: Register, period: Period, *, at: datetime, difference: Decimal
) -> Wire:
    """The Z-report of a period that ends now; the register starts afresh.

    `difference` is cash counted less cash expected; what is above the float goes to the bank.
    """
    register.reports += 1
    register.closed_at = at
    report = _identity(state, register, period, at) | _amounts(period)
    report |= period.sales.wire("sales") | period.refunds.wire("refund")
    report |= _cash(register, period.cash, difference)
    register.lifetime_sales += period.sales.total.gross
    register.lifetime_refunds += period.refunds.total.gross
    register.lifetime_net += period.sales.total.net - period.refunds.total.net
    return report | {
        "moneygrandtotalsales": money(register.lifetime_sales),
        "moneygrandtotalrefund": money(register.lifetime_refunds),
        "moneygrandtotalnet": money(register.lifetime_net),
    }


def _identity(state: State, register: Register, period: Period, at: datetime) -> Wire:
    store = state.stores[register.store_id]
    return {
        "zreportid": register.reports,
        "registerid": register.id,
        "manufacturerid": register.wire["manufacturerid"],
        "registerkey": register.wire["registerkey"],
        "registernumber": register.number,
        "datecreated": epoch(at),
        "dateopened": epoch(period.opened_at),
        "dateadded": state.now(),
        "eshopid": SITE_ID,
        "store_id": store["externalid"],
        "store_name": store["name"],
        "company": state.company,
        "companyid": "",
        "address": store["address"],
        "address2": "",
        "address3": store["city"],
        "currencycode": state.currency,
        "staff": "",
        "staffuserid": None,
        "comment": "",
    }


def _amounts(period: Period) -> Wire:
    sales, refunds = period.sales, period.refunds
    subtotal = sales.total.gross - refunds.total.gross
    discount = sum((one.gross for one in sales.by_voucher.values()), ZERO)
    return {
        "moneysalestotal": money(sales.total.gross),
        "moneysalestotalnet": money(sales.total.net),
        "numsales": sales.receipts,
        "numsalesitems": sales.total.pieces,
        "moneyrefundtotal": money(refunds.total.gross),
        "moneyrefundtotalnet": money(refunds.total.net),
        "numrefund": refunds.receipts,
        "numrefunditems": refunds.total.pieces,
        "moneyroundoff": money(period.rounding),
        "moneysummarysales": money(sales.total.gross),
        "moneysummaryrefund": money(refunds.total.gross),
        "moneysummarysubtotal": money(subtotal),
        "moneysummarysalestax": "0.00",
        "moneysummaryroundoff": money(period.rounding),
        "moneysummarytotal": money(subtotal + period.rounding),
        "moneydiscount": money(discount),
        "numsalestypeproduct": sum(period.kinds.values())
        - period.kinds.get(SERVICE, 0)
        - period.kinds.get(GIFT_CARD, 0),
        "numsalestypeservice": period.kinds.get(SERVICE, 0),
        "numsalestypegiftcard": period.kinds.get(GIFT_CARD, 0),
        "numreceipts": period.receipts,
        "numopendrawer": 0,
        "numpractice": 0,
        "moneypractice": "0.00",
    }


def _cash(register: Register, taken: Decimal, difference: Decimal) -> Wire:
    expected = register.cash_float + taken
    counted = expected + difference
    banked = min(ZERO, register.cash_float - counted)
    return {
        "moneycash_in": money(register.cash_float),
        "moneycash_salesrefunds": money(taken),
        "moneycash_petty": "0.00",
        "moneycash_bank": "0.00",
        "moneycash_expected": money(expected),
        "moneycash_counted": money(counted),
        "moneycash_diff": money(difference),
        "moneycash_bankfinal": money(banked),
        "moneycash_out": money(_left(register, counted + banked)),
    }


def _left(register: Register, left: Decimal) -> Decimal:
    """What stays in the drawer is what the next period opens with."""
    register.cash_float = left
    return left
