"""What a till reports when it closes."""

from decimal import Decimal

from integrations.canonical.base import CanonicalRecord, Instant


class TenderTotal(CanonicalRecord):
    name: str
    sales: Decimal
    refunds: Decimal  # positive


class TaxTotal(CanonicalRecord):
    rate: Decimal  # percent
    net: Decimal  # sales less refunds
    tax: Decimal


class CashCount(CanonicalRecord):
    """Till cash. difference = counted − expected; negative is short."""

    opening_float: Decimal
    expected: Decimal
    counted: Decimal
    difference: Decimal
    paid_out: Decimal  # petty cash, negative when taken out
    banked: Decimal


class ZReport(CanonicalRecord):
    """A till's totals since its last close. Refund amounts are positive."""

    external_id: str  # "<register>/<number>"
    register_id: str
    store_code: str
    opened_at: Instant | None
    closed_at: Instant
    currency: str
    sales_gross: Decimal
    sales_net: Decimal
    refunds_gross: Decimal
    refunds_net: Decimal
    rounding: Decimal
    total: Decimal
    sales_count: int
    refund_count: int
    receipt_count: int
    tenders: tuple[TenderTotal, ...]
    taxes: tuple[TaxTotal, ...]
    cash: CashCount
