"""Transactions of an order, what a refund would be, and refunds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.sandbox.bigcommerce.errors import ApiError, not_found
from integrations.sandbox.bigcommerce.formats import (
    ZERO,
    answer,
    iso,
    read_amount,
    read_whole,
    to_penny,
)
from integrations.sandbox.bigcommerce.inventory import Inventory
from integrations.sandbox.bigcommerce.listing import among, between, moment, object_of, v3_page
from integrations.sandbox.bigcommerce.state import DEFAULT_LOCATION, Line, Order, State
from integrations.sandbox.bigcommerce.statuses import PART_REFUNDED, REFUNDED
from integrations.sandbox.bigcommerce.taxes import tax_inside
from integrations.sandbox.core.http import Request, Response
from integrations.sandbox.trade.online import OnlineRefund

SETTLED = ("captured", "paid", "partially refunded")
LONGEST_REASON = 1000
OFFLINE = "This is an offline payment provider."


@dataclass
class _Quote:
    """What a refund of these items comes to."""

    lines: list[tuple[Line, int]] = field(default_factory=list)
    shipping: Decimal = ZERO
    order_level: Decimal = ZERO
    tax: Decimal = ZERO
    items: list[dict[str, Any]] = field(default_factory=list)

    @property
    def total(self) -> Decimal:
        rows = sum((_part(line, quantity) for line, quantity in self.lines), ZERO)
        return rows + self.shipping + self.order_level


class Payments:
    """`declines` is how many of the next refunds the payment provider will refuse."""

    def __init__(self, state: State, inventory: Inventory) -> None:
        self.declines = 0
        self._state, self._inventory = state, inventory

    def transactions(self, request: Request, order_id: str) -> Response:
        """QUIRK(bigcommerce): no transactions is a 204 here."""
        order = self._state.order(order_id)
        if not order.transactions:
            return answer(None, status=204)
        return v3_page(request, order.transactions, lambda row: row)

    def quote(self, request: Request, order_id: str) -> Response:
        order = self._state.order(order_id)
        quote = self._quote(order, object_of(request))
        return answer({"data": self._quoted(order, quote), "meta": {}}, status=201)

    def refund(self, request: Request, order_id: str) -> Response:
        """Give money back. Amounts must be those of one alternative of the quote, to the penny."""
        order, body = self._state.order(order_id), object_of(request)
        if order.payment_status not in SETTLED:
            raise ApiError(422, "The payment of the order is not settled.", wrapped=True)
        quote = self._quote(order, body)
        payments = self._payments(order, quote, body)
        row = self._row(order, quote, payments)
        self._book(order, quote, row)
        return answer({"data": row, "meta": {}}, status=201)

    def give_back(self, item: OnlineRefund) -> dict[str, Any] | None:
        """A refund in the control panel, to where the money came from. None: nothing is left."""
        order = self._state.orders[self._state.by_ref[item.order]]
        rows = [(order.lines[place], units) for place, units in item.lines]
        items: list[dict[str, Any]] = [
            {"item_type": "PRODUCT", "item_id": line.id, "quantity": left, "reason": item.reason}
            for line, units in rows
            if (left := min(units, line.quantity - line.refunded)) > 0
        ]
        shipping = order.shipping - order.refunded_shipping
        if item.with_shipping and shipping > 0:
            items.append({"item_type": "SHIPPING", "item_id": order.address_id, "amount": shipping})
        if not items or order.payment_status not in SETTLED:
            return None
        quote = self._quote(order, {"items": items})
        row = self._row(order, quote, self._alternatives(order, quote.total)[0])
        self._book(order, quote, row)
        return row

    def list_of_order(self, request: Request, order_id: str) -> Response:
        return v3_page(request, self._state.order(order_id).refunds, lambda row: row)

    def list_all(self, request: Request) -> Response:
        ids, orders = among(request, "id:in"), among(request, "order_id:in")
        rows = [
            row
            for order in self._state.orders.values()
            for row in order.refunds
            if (ids is None or str(row["id"]) in ids)
            and (orders is None or str(row["order_id"]) in orders)
        ]
        low, high = moment(request, "created:min"), moment(request, "created:max")
        rows = between(
            rows,
            lambda row: row["created"],
            low and iso(low),
            high and iso(high),
        )
        rows.sort(key=lambda row: row["id"])
        return v3_page(request, rows, lambda row: row)

    def get(self, request: Request, refund_id: str) -> Response:
        for order in self._state.orders.values():
            for row in order.refunds:
                if str(row["id"]) == refund_id:
                    return answer({"data": row, "meta": {}})
        raise not_found()

    def _quote(self, order: Order, body: Mapping[str, Any]) -> _Quote:
        given = body.get("items")
        if not isinstance(given, list) or not given:
            raise ApiError(422, "The refund names no items.", wrapped=True)
        quote = _Quote()
        for row in given:
            self._add(order, quote, row)
        if order.refunded_total + quote.total > order.total or quote.total <= 0:
            raise ApiError(422, "The refund is more than is left to refund.", wrapped=True)
        return quote

    def _add(self, order: Order, quote: _Quote, row: Mapping[str, Any]) -> None:
        kind, item_id = row.get("item_type"), row.get("item_id")
        reason = str(row.get("reason") or "")
        if len(reason) > LONGEST_REASON:
            raise ApiError(422, "The reason is too long.", wrapped=True)
        item: dict[str, Any] = {"item_type": kind, "item_id": item_id, "reason": reason}
        if kind == "PRODUCT":
            line, quantity = _line(order, item_id), read_whole(row.get("quantity"), "quantity")
            if not 0 < quantity <= line.quantity - line.refunded:
                raise ApiError(422, "The quantity is more than is left to refund.", wrapped=True)
            part = _part(line, quantity)
            quote.lines.append((line, quantity))
            quote.tax += tax_inside(part, line.rate)
            quote.items.append({**item, "quantity": quantity, "requested_amount": part})
            return
        amount = read_amount(row.get("amount"), "amount")
        if kind == "SHIPPING" and item_id == order.address_id:
            if amount > order.shipping - order.refunded_shipping:
                raise ApiError(422, "The shipping was refunded already.", wrapped=True)
            quote.shipping += amount
            quote.tax += tax_inside(amount, order.shipping_rate)
        elif kind == "ORDER" and item_id == order.id:
            quote.order_level += amount  # QUIRK(bigcommerce): no tax is worked out for these
        else:
            raise ApiError(422, f"The item {kind} {item_id} cannot be refunded.", wrapped=True)
        quote.items.append({**item, "quantity": 1, "requested_amount": amount})

    def _quoted(self, order: Order, quote: _Quote) -> dict[str, Any]:
        return {
            "order_id": order.id,
            "total_refund_amount": quote.total,
            "total_refund_tax_amount": quote.tax,
            "order_level_refund_amount": quote.order_level,
            "rounding": ZERO,
            "adjustment": ZERO,
            "tax_inclusive": True,
            "refund_methods": self._alternatives(order, quote.total),
        }

    def _alternatives(self, order: Order, total: Decimal) -> list[list[dict[str, Any]]]:
        """Back to where it came from, store credit (never for a guest), or outside the shop."""
        paid = [row for row in order.transactions if row["event"] == "purchase"]
        online: list[dict[str, Any]] = []
        left = total
        for row in sorted(paid, key=lambda row: row["method"] == "gift_certificate"):
            part = min(left, row["amount"])
            if part > 0:
                online.append(self._way(row["gateway"], part))
                left -= part
        ways = [online] if paid and left == 0 else []
        if order.customer_id:
            ways.append([self._way("storecredit", total)])
        return [*ways, [self._way("custom", total, offline=True)]]

    def _way(self, provider: str, amount: Decimal, *, offline: bool = False) -> dict[str, Any]:
        return {
            "provider_id": provider,
            "provider_description": self._state.gateways.get(provider, provider.title()),
            "amount": amount,
            "offline": offline,
            "offline_provider": offline,
            "offline_reason": OFFLINE if offline else "",
        }

    def _payments(
        self, order: Order, quote: _Quote, body: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        given = body.get("payments")
        if not isinstance(given, list) or not all(isinstance(row, dict) for row in given):
            raise ApiError(422, "The refund names no payments.", wrapped=True)
        asked = sorted((str(row.get("provider_id")), _amount(row)) for row in given)
        for way in self._alternatives(order, quote.total):
            if sorted((part["provider_id"], part["amount"]) for part in way) == asked:
                return [part | {"offline": bool(part["offline"])} for part in way]
        raise ApiError(422, "The payments are not those of the quote.", wrapped=True)

    def _row(self, order: Order, quote: _Quote, payments: list[dict[str, Any]]) -> dict[str, Any]:
        is_declined = self.declines > 0
        self.declines -= is_declined
        said = "The payment provider declined the refund." if is_declined else ""
        return {
            "id": self._state.next_id("refund", start=12),
            "order_id": order.id,
            "user_id": 0,
            "created": iso(self._state.now()),
            "reason": "",
            "total_amount": quote.total,
            "total_tax": quote.tax,
            "uses_merchant_override_values": False,
            "items": quote.items,
            "payments": [
                {
                    "id": self._state.next_id("refund payment", start=13),
                    "provider_id": part["provider_id"],
                    "amount": part["amount"],
                    "offline": part["offline"],
                    "is_declined": is_declined,
                    "declined_message": said,
                    "transaction_id": str(self._state.next_id("transaction", start=85_926_313)),
                }
                for part in payments
            ],
        }

    def _book(self, order: Order, quote: _Quote, row: dict[str, Any]) -> None:
        order.refunds.append(row)
        reason = str(row["items"][0]["reason"])
        self._state.record("refund", row["id"], f"{order.id}:{reason}" if reason else "", row)
        if row["payments"][0]["is_declined"]:
            return
        for line, quantity in quote.lines:
            line.refunded += quantity
            if self._state.restocks_on_refund:
                variant = self._state.variants[line.variant_id]
                self._inventory.move(DEFAULT_LOCATION, variant, quantity)
        order.refunded_shipping += quote.shipping
        order.refunded_total += quote.total
        is_whole = order.refunded_total == order.total
        order.payment_status = "refunded" if is_whole else "partially refunded"
        event = {"type": "order", "id": order.id, "refund": {"refund_id": row["id"]}}
        self._state.hooks.emit("store/order/refund/created", event)
        self._state.touch(order)
        self._state.move(order, REFUNDED if is_whole else PART_REFUNDED)


def _line(order: Order, item_id: Any) -> Line:
    line = order.line(item_id) if isinstance(item_id, int) else None
    if line is None:
        raise ApiError(422, f"The order has no item {item_id}.", wrapped=True)
    return line


def _part(line: Line, quantity: int) -> Decimal:
    """What some units of a row were paid; the last units take the odd pennies."""
    before = to_penny(line.paid * line.refunded / line.quantity)
    return to_penny(line.paid * (line.refunded + quantity) / line.quantity) - before


def _amount(row: Mapping[str, Any]) -> Decimal:
    return read_amount(row.get("amount"), "amount")
