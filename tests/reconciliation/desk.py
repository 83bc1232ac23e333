"""A store-day of Leeds from the first receipt to the signature, with the real services."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.canonical.till import CashCount, TaxTotal, TenderTotal, ZReport
from integrations.models import Link
from integrations.services.deliver import deliver
from integrations.services.verify import verify
from reconciliation import services
from reconciliation.models import StoreDay
from tests.conftest import NOW
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.integrations.services.retail import arrive, z_report

TILL = {"register_id": "T1"}
ON = NOW.date()
ZERO = Decimal(0)

Receipt = SalesOrder | SalesCredit


def later(**span: float) -> datetime:
    return NOW + timedelta(**(span or {"hours": 8}))


def closing(*receipts: Receipt, number: int = 1, cash: str = "0", **fields: Any) -> ZReport:
    """The till's close over just these receipts; `cash` is what was counted over or short."""
    register = fields.pop("register_id", "T1")
    signed = [(r, Decimal(-1) if isinstance(r, SalesCredit) else Decimal(1)) for r in receipts]
    tenders: dict[str, Decimal] = {}
    net: dict[Decimal, Decimal] = {}
    tax: dict[Decimal, Decimal] = {}
    for receipt, sign in signed:
        for tender in receipt.tenders:
            tenders[tender.name] = tenders.get(tender.name, ZERO) + sign * tender.amount
        for line in receipt.lines:
            net[line.tax_rate] = net.get(line.tax_rate, ZERO) + sign * line.net
            tax[line.tax_rate] = tax.get(line.tax_rate, ZERO) + sign * line.tax
    expected = Decimal("100.00") + tenders.get("Cash", ZERO)
    return z_report(
        **{
            "external_id": f"{register}/{number}",
            "register_id": register,
            "opened_at": NOW - timedelta(hours=2),
            "closed_at": NOW + timedelta(hours=7),
            "sales_gross": sum((sign * r.stated_gross for r, sign in signed), ZERO),
            "sales_net": sum((sign * r.stated_net for r, sign in signed), ZERO),
            "rounding": sum((sign * r.rounding for r, sign in signed), ZERO),
            "receipt_count": len(receipts),
            "tenders": tuple(
                TenderTotal(name=name, sales=amount, refunds=ZERO)
                for name, amount in tenders.items()
            ),
            "taxes": tuple(TaxTotal(rate=rate, net=net[rate], tax=tax[rate]) for rate in net),
            "cash": CashCount(
                opening_float=Decimal("100.00"),
                expected=expected,
                counted=expected + Decimal(cash),
                difference=Decimal(cash),
                paid_out=ZERO,
                banked=ZERO,
            ),
        }
        | fields
    )


def work(hub: Worker) -> None:
    """Everything that is due reaches the ledger and is read back; finished days get a journal."""
    owner = Link.objects.select_related("owner").get().owner
    for _ in range(12):
        deliver(hub.rt, owner)
        hub.clock.pass_time(seconds=15)
        verify(hub.rt, owner)
        services.build_due_journals(hub.clock())
        hub.clock.pass_time(minutes=2)


def closed_day(hub: Worker, *receipts: Receipt, cash: str = "0") -> StoreDay:
    """Leeds rang these up (a pair of socks by card when none is named), closed and is settled."""
    rang: Sequence[Receipt] = receipts or (sale(**TILL),)
    arrive(hub, *rang, closing(*rang, cash=cash))
    work(hub)
    return again(hub)


def again(hub: Worker) -> StoreDay:
    return services.refresh_day("LDS", ON, now=hub.clock())
