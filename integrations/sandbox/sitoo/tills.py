"""The tills at work: receipts, closes and corrections by hand."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.sitoo.deliveries import Deliveries
from integrations.sandbox.sitoo.errors import not_found
from integrations.sandbox.sitoo.formats import ZERO, epoch, money
from integrations.sandbox.sitoo.listing import Wire, between, keep, page, wanted, wanted_int
from integrations.sandbox.sitoo.order_items import scanned_item, taken_payment
from integrations.sandbox.sitoo.order_wire import CLOSED, PAID, log_item, totals
from integrations.sandbox.sitoo.orders import Orders
from integrations.sandbox.sitoo.state import Register, State
from integrations.sandbox.sitoo.stock import Kind, Stock
from integrations.sandbox.sitoo.z_period import Period, close_report
from integrations.sandbox.trade.items import Receipt, StockAdjustment, TillClose

MOST_REPORTS = 500  # rows of one answer of /pos-z-reports
OPENED_BEFORE_FIRST = timedelta(minutes=1)


class Tills:
    """Registers, by the till's code, and the periods that are open on them."""

    def __init__(self, state: State, stock: Stock, orders: Orders, deliveries: Deliveries) -> None:
        self.state, self.stock, self.orders, self.deliveries = state, stock, orders, deliveries
        self.sold: dict[str, int] = {}  # order ids by the trade's own reference
        self._by_code: dict[str, Register] = {}
        self._periods: dict[str, Period] = {}

    def install(self, register: Register) -> None:
        """Take a register into use."""
        self.state.registers[register.id] = register
        self._by_code[register.code] = register

    def sell(self, receipt: Receipt) -> Wire:
        """Ring a receipt up: an order, a delivery, stock moved, the till's sums, and events.

        The order is dated when the till rang it and numbered when it arrives, which is now.
        Raises KeyError for a till or an original sale that was never heard of.
        """
        register = self._by_code[receipt.till]
        order = self.orders.new_order(epoch(receipt.occurred_at))
        order |= self._head(receipt, register)
        order["orderitems"] = [
            scanned_item(self.state, index, line) for index, line in enumerate(receipt.lines)
        ]
        order["payments"] = [taken_payment(self.state, tender) for tender in receipt.tenders]
        order |= totals(order["orderitems"], rounding=receipt.rounding)
        order["orderlogitems"] = [
            log_item(order["orderdate"], 0),
            log_item(self.state.now(), 70, number=CLOSED),
        ]
        self.sold[receipt.ref] = order["orderid"]
        self.orders.index(order)
        self._period(register, receipt).add(self.state, order)
        self.state.events.order(order, "add", state="closed")
        rows = [(row["orderitemid"], row["quantity"]) for row in order["orderitems"]]
        self.deliveries.deliver(order, register.warehouse_id, rows)
        self._record(order)
        return order

    def _head(self, receipt: Receipt, register: Register) -> Wire:
        register.receipts += 1
        store = self.state.stores[register.store_id]
        number = receipt.number or f"{register.wire['registerkey']}{register.receipts:06d}"
        notes = {
            "pos-receiptid": number,
            "pos-timezone": self.state.timezones[register.store_id],
            "store-externalid": store["externalid"],
            "store-name": store["name"],
        }
        if receipt.staff:
            notes["pos-staff-externalid"] = receipt.staff
        original = self.sold[receipt.original] if receipt.original else None
        first = receipt.tenders[0].name if receipt.tenders else ""
        return {
            "creditorderid": original,
            "orderstateid": CLOSED,
            "paymentstateid": PAID,
            "registerid": register.id,
            "warehouseid": register.warehouse_id,
            "userid_staff": self._staff(receipt.staff),
            "checkouttypename": f"Sitoo POS - {first}" if first else "",
            "additionaldata": notes | self._refund_notes(receipt, original),
        }

    def _refund_notes(self, receipt: Receipt, original: int | None) -> Wire:
        notes: Wire = {}
        if original is not None:
            notes["pos-originalsales-orderid"] = str(original)
        reason = next((line.reason_code for line in receipt.lines if line.reason_code), "")
        if reason:
            rows = self.state.reason_codes.values()
            names = {row["reasoncode"]: row["name"] for row in rows}
            notes["refundreasoncode-reasoncode"] = reason
            notes["refundreasoncode-comment"] = names.get(reason, "")
        return notes

    def _staff(self, external_id: str) -> str | None:
        return self.state.staff.get(external_id)

    def _period(self, register: Register, receipt: Receipt) -> Period:
        """The open period. Orders of (dateopened, datecreated] are the ones that it counts."""
        if register.id not in self._periods:
            before_first = receipt.occurred_at - OPENED_BEFORE_FIRST
            last = register.closed_at
            opened = last if last and last < receipt.occurred_at else before_first
            self._periods[register.id] = Period(opened)
        return self._periods[register.id]

    def _record(self, order: Wire) -> None:
        payload = {
            "creditorderid": order["creditorderid"],
            "warehouseid": order["warehouseid"],
            "registerid": order["registerid"],
            "orderdate": order["orderdate"],
            "net": order["moneytotal_net"],
            "vat": order["moneytotal_vat"],
            "gross": order["moneytotal_gross_all"],
            "lines": [
                {
                    "sku": row["sku"],
                    "quantity": row["decimalquantitytotal"],
                    "net": row["moneyitemtotal_net"],
                    "vat": row["moneyitemtotal_vat"],
                }
                for row in order["orderitems"]
            ],
            "payments": [{"name": one["name"], "amount": one["moneyamount"]}
                         for one in order["payments"]],
        }  # fmt: skip
        self.state.record("receipt", order["orderid"], order["additionaldata"]["pos-receiptid"],
                          payload)  # fmt: skip

    def close(self, close: TillClose) -> Wire:
        """Close a register: a Z-report, and an event. Raises KeyError for an unknown till."""
        register = self._by_code[close.till]
        period = self._periods.pop(register.id, None)
        if period is None:
            period = Period(register.closed_at or close.occurred_at)
        report = close_report(
            self.state, register, period, at=close.occurred_at, difference=close.cash_difference
        )
        self.state.z_reports.append(report)
        key = f"{register.id}/{report['zreportid']}"
        total = {"total": report["moneysummarytotal"], "store": report["store_id"]}
        self.state.record("z-report", key, key, total)
        self.state.events.z_report(report)
        return report

    def adjust(self, change: StockAdjustment) -> Wire:
        """Correct stock by hand: Manual In or Manual Out, which a Virtual warehouse may do too."""
        store = next(row for row in self.state.stores.values() if row["externalid"] == change.store)
        warehouse_id = self.state.store_warehouse(store["storeid"])
        kind = Kind.MANUAL_IN if change.quantity > 0 else Kind.MANUAL_OUT
        row = (change.sku, Decimal(change.quantity), self.stock.cost_of(change.sku))
        moved = self.stock.move(
            warehouse_id, kind, [row], description=change.reason, external_id=change.ref
        )
        payload = {"warehouseid": warehouse_id, "sku": change.sku, "quantity": change.quantity}
        self.state.record("adjustment", moved["warehousetransactionid"], change.ref, payload)
        return moved

    def open_totals(self) -> dict[str, str]:
        """Gross sales less refunds of the periods that are open, by till."""
        return {
            self.state.registers[id].code: money(
                period.sales.total.gross - period.refunds.total.gross + ZERO
            )
            for id, period in self._periods.items()
        }

    # Reading the reports

    def list_of_register(self, request: Request, registerid: str) -> Any:
        """Source: reference 3.6; by `datecreated`."""
        if registerid not in self.state.registers:
            raise not_found()
        rows = keep(self.state.z_reports, "registerid", [registerid])
        low, high = wanted_int(request, "datecreatedfrom"), wanted_int(request, "datecreatedto")
        return page(request, list(between(rows, "datecreated", low, high)))

    def get(self, request: Request, registerid: str, zreportid: str) -> Any:
        for row in self.state.z_reports:
            if row["registerid"] == registerid and str(row["zreportid"]) == zreportid:
                return row
        raise not_found()

    def list_all(self, request: Request) -> Any:
        """QUIRK(sitoo): a bare array by `dateadded`, cut at 500; bounds are inclusive."""
        rows = keep(self.state.z_reports, "store_id", wanted(request, "store_id"))
        rows = keep(rows, "registerid", wanted(request, "registerid"))
        low, high = wanted_int(request, "dateaddedfrom"), wanted_int(request, "dateaddedto")
        return list(between(rows, "dateadded", low, high))[:MOST_REPORTS]
