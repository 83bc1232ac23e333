"""A Sitoo Z-report → what the till says it took."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal

from integrations.canonical.till import CashCount, TaxTotal, TenderTotal, ZReport
from integrations.connectors.sitoo import schemas as wire
from integrations.connectors.sitoo.assumed import REFUNDS_ARE_POSITIVE

ZERO = Decimal(0)


def z_report_id(register_id: str, number: int) -> str:
    """QUIRK(sitoo): Z-report numbers count per register."""
    return f"{register_id}/{number}"


def z_report(report: wire.ZReport) -> ZReport:
    """Totals as stated; cash amounts keep the till's signs (banked and paid out are negative)."""
    return ZReport(
        external_id=z_report_id(report.registerid, report.zreportid),
        register_id=report.registerid,
        store_code=report.store_id,
        opened_at=_instant(report.dateopened) if report.dateopened is not None else None,
        closed_at=_instant(report.datecreated),
        currency=report.currencycode,
        sales_gross=report.moneysalestotal,
        sales_net=report.moneysalestotalnet,
        refunds_gross=_refund(report.moneyrefundtotal),
        refunds_net=_refund(report.moneyrefundtotalnet),
        rounding=report.moneysummaryroundoff,
        total=report.moneysummarytotal,
        sales_count=report.numsales,
        refund_count=report.numrefund,
        receipt_count=report.numreceipts,
        tenders=_tenders(report),
        taxes=_taxes(report),
        cash=_cash(report),
    )


def _tenders(report: wire.ZReport) -> tuple[TenderTotal, ...]:
    sales = _by_name(report.paymentssales)
    refunds = {name: _refund(total) for name, total in _by_name(report.paymentsrefund).items()}
    return tuple(
        TenderTotal(name=name, sales=sales.get(name, ZERO), refunds=refunds.get(name, ZERO))
        for name in {**sales, **refunds}
    )


def _by_name(payments: Sequence[wire.PaymentTotal]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for payment in payments:
        totals[payment.name] = totals.get(payment.name, ZERO) + payment.moneytotal
    return totals


def _taxes(report: wire.ZReport) -> tuple[TaxTotal, ...]:
    """Sales less refunds, by rate, in the order of the report."""
    net: dict[Decimal, Decimal] = {}
    tax: dict[Decimal, Decimal] = {}
    for group in report.vatgroupssales:
        net[group.vatvalue] = net.get(group.vatvalue, ZERO) + group.moneytotalnet
        tax[group.vatvalue] = tax.get(group.vatvalue, ZERO) + group.moneytotalvat
    for group in report.vatgroupsrefund:
        net[group.vatvalue] = net.get(group.vatvalue, ZERO) - _refund(group.moneytotalnet)
        tax[group.vatvalue] = tax.get(group.vatvalue, ZERO) - _refund(group.moneytotalvat)
    return tuple(TaxTotal(rate=rate, net=net[rate], tax=tax[rate]) for rate in net)


def _cash(report: wire.ZReport) -> CashCount:
    return CashCount(
        opening_float=report.moneycash_in,
        expected=report.moneycash_expected,
        counted=report.moneycash_counted,
        difference=report.moneycash_diff,
        paid_out=report.moneycash_petty,
        banked=report.moneycash_bank + report.moneycash_bankfinal,
    )


def _refund(amount: Decimal) -> Decimal:
    return amount if REFUNDS_ARE_POSITIVE else -amount


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
