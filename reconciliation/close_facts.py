"""What a till said when it closed."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from integrations.public import Document
from reconciliation.figures import ZERO, CashRow
from reconciliation.journals import CashEvent
from reconciliation.takings import CloseFact, summed


def close_fact(document: Document) -> CloseFact:
    record = document.record
    taxes, opened = record.get("taxes", ()), record.get("opened_at")
    return CloseFact(
        external_id=document.external_id,
        register_id=document.register_id,
        opened_at=datetime.fromisoformat(opened) if opened else None,
        closed_at=document.placed_at,
        gross=document.gross,
        rounding=document.rounding,
        receipt_count=int(record.get("receipt_count", 0)),
        tenders=summed(
            (each["name"], Decimal(each["sales"]) - Decimal(each["refunds"]))
            for each in record.get("tenders", ())
        ),
        net_by_rate={Decimal(each["rate"]).normalize(): Decimal(each["net"]) for each in taxes},
        tax_by_rate={Decimal(each["rate"]).normalize(): Decimal(each["tax"]) for each in taxes},
        cash=_cash(document),
    )


def _cash(document: Document) -> CashRow:
    said = {name: Decimal(text) for name, text in document.record.get("cash", {}).items()}

    def amount(name: str) -> Decimal:
        return said.get(name, ZERO)

    return CashRow(
        close=document.external_id,
        register_id=document.register_id,
        closed_at=document.placed_at,
        opening_float=amount("opening_float"),
        taken=amount("expected") - amount("opening_float") - amount("paid_out"),
        paid_out=amount("paid_out"),
        expected=amount("expected"),
        counted=amount("counted"),
        difference=amount("difference"),
        banked=amount("banked"),
    )


def cash_events(closes: Iterable[CloseFact]) -> list[CashEvent]:
    """Cash differences and paid-outs of the day's till closes, for the journal."""
    return [
        CashEvent(close.external_id, close.cash.difference, -close.cash.paid_out)
        for close in sorted(closes, key=lambda close: close.external_id)
    ]
