"""Canonical receipts as a till would ring them up, small and correct unless told otherwise."""

from decimal import Decimal
from typing import Any

from integrations.canonical.orders import OrderLine, SalesCredit, SalesOrder, Tender
from tests.conftest import NOW

VAT = Decimal(20)


def line(sku: str = "SOCK", gross: str = "12.00", **fields: Any) -> OrderLine:
    """One piece at 20 % VAT; `gross` includes it."""
    rate = fields.pop("tax_rate", VAT)
    net = (Decimal(gross) * 100 / (100 + rate)).quantize(Decimal("0.01"))
    defaults = {
        "line_id": sku,
        "sku": sku,
        "name": sku.title(),
        "quantity": Decimal(1),
        "net": net,
        "tax": Decimal(gross) - net,
        "tax_rate": rate,
    }
    return OrderLine(**defaults | fields)


def paid(name: str = "Card", amount: str = "12.00", index: int = 0) -> Tender:
    return Tender(index=index, name=name, amount=Decimal(amount))


def _receipt(fields: dict[str, Any]) -> dict[str, Any]:
    lines = fields.pop("lines", None) or (line(),)
    net, tax = (sum((getattr(row, name) for row in lines), Decimal(0)) for name in ("net", "tax"))
    number = fields.setdefault("external_id", "1001")
    defaults = {
        "number": f"R-{number}",
        "store_code": "LDS",
        "location_code": "3",
        "placed_at": NOW,
        "currency": "GBP",
        "stated_net": net,
        "stated_tax": tax,
        "stated_gross": net + tax,
        "tenders": (paid(amount=str(net + tax)),),
    }
    return {**defaults, **fields, "lines": lines}


def sale(**fields: Any) -> SalesOrder:
    """A pair of socks for 12.00 by card in Leeds."""
    return SalesOrder(**_receipt(fields))


def refund(**fields: Any) -> SalesCredit:
    """The socks come back, as new, to the card."""
    fields.setdefault("external_id", "2001")
    fields.setdefault("original_external_id", "1001")
    fields.setdefault("lines", (line(condition_code="NEW"),))
    return SalesCredit(**_receipt(fields))
