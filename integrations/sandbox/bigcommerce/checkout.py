"""Shoppers at the storefront: orders placed, paid, given up and cancelled; refunds by hand."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integrations.sandbox.bigcommerce.formats import ZERO, iso
from integrations.sandbox.bigcommerce.inventory import Inventory
from integrations.sandbox.bigcommerce.state import (
    DEFAULT_LOCATION,
    Address,
    Line,
    Order,
    Person,
    State,
)
from integrations.sandbox.bigcommerce.statuses import (
    AWAITING_FULFILMENT,
    AWAITING_PAYMENT,
    CANCELLED,
    INCOMPLETE,
)
from integrations.sandbox.trade.online import OnlineCancellation, OnlineOrder, Outcome, Shopper

METHODS = {"giftcertificate": "gift_certificate", "storecredit": "store_credit"}
WALLETS = {"paypalexpress": "electronic_wallet"}
SILENT = {"bankdeposit"}  # QUIRK(bigcommerce): some ways to pay leave no transactions
STANDARD = Decimal(20)


class Checkout:
    """Direct methods of the simulated shop: hold the system's lock around them."""

    def __init__(self, state: State, inventory: Inventory) -> None:
        self._state, self._inventory = state, inventory

    def place(self, item: OnlineOrder) -> Order:
        """One order as a shopper makes it. QUIRK(bigcommerce): it is created Incomplete, before
        the money; only the status change that follows says that it counts."""
        state = self._state
        order = Order(
            id=state.next_id("order", start=5001),
            created=item.occurred_at,
            modified=state.now(),
            status_id=INCOMPLETE,
            lines=[self._line(row) for row in item.lines],
            billing=_address(item.shopper),
            currency=state.currency,
            customer_id=self._customer(item.shopper),
        )
        self._deliver(order, item)
        state.orders[order.id] = order
        state.by_ref[item.ref] = order.id
        state.hooks.emit("store/order/created", {"type": "order", "id": order.id})
        if item.outcome is Outcome.PAID:
            self._pay(order, item)
            self._take_stock(order, -1)
            state.move(order, AWAITING_FULFILMENT)
        elif item.outcome is Outcome.UNPAID:
            order.payment_method, order.payment_status = "Bank Deposit", "pending"
            state.move(order, AWAITING_PAYMENT)
        return order

    def cancel(self, item: OnlineCancellation) -> None:
        """The seller cancels an order that has not been sent."""
        order = self._state.orders[self._state.by_ref[item.order]]
        self._take_stock(order, 1)
        self._state.move(order, CANCELLED)

    def _deliver(self, order: Order, item: OnlineOrder) -> None:
        state = self._state
        if item.store:
            location = next(each for each in state.locations.values() if each.code == item.store)
            methods = state.pickup_methods.items()
            order.pickup_method_id = next(id for id, place in methods if place == location.id)
            order.pickup_id = state.next_id("pickup consignment")
        elif any(line.type == "physical" for line in order.lines):
            order.address_id = state.next_id("address", start=51)
            order.shipping_method = item.shipping_method
            order.shipping, order.shipping_rate = item.shipping, STANDARD

    def _pay(self, order: Order, item: OnlineOrder) -> None:
        for tender in item.tenders:
            if tender.name == "storecredit":
                order.store_credit += tender.amount
            elif tender.name == "giftcertificate":
                order.gift_certificate += tender.amount
            else:
                order.payment_method = self._state.gateways.get(tender.name, tender.name)
                order.provider_id = tender.reference
            if tender.name not in SILENT:
                paid = self._transaction(order, tender.name, tender.amount, tender.reference)
                order.transactions.append(paid)
        order.payment_method = order.payment_method or "Store Credit"
        order.payment_status = "captured"

    def _transaction(
        self, order: Order, gateway: str, amount: Decimal, reference: str
    ) -> dict[str, Any]:
        method = METHODS.get(gateway) or WALLETS.get(gateway, "credit_card")
        row: dict[str, Any] = {
            "id": self._state.next_id("transaction", start=85_926_313),
            "order_id": str(order.id),
            "event": "purchase",
            "method": method,
            "amount": amount,
            "currency": order.currency,
            "gateway": gateway,
            "gateway_transaction_id": reference,
            "status": "ok",
            "test": False,
            "fraud_review": False,
            "date_created": iso(order.created),
            "payment_method_id": f"{gateway}.{'card' if method == 'credit_card' else method}",
            "gift_certificate": None,
            "store_credit": None,
            "offline": None,
            "custom": None,
            "payment_instrument_token": None,
        }
        if method == "gift_certificate":
            row["gift_certificate"] = {
                "code": reference,
                "original_balance": amount,
                "starting_balance": amount,
                "remaining_balance": ZERO,
                "status": "active",
            }
        return row

    def _line(self, row: Any) -> Line:
        variant = self._state.variants.get(self._state.by_sku.get(row.sku, 0))
        product = self._state.products[variant.product_id] if variant else None
        return Line(
            id=self._state.next_id("line", start=65),
            product_id=product.id if product else 0,
            variant_id=variant.id if variant else 0,
            sku=row.sku,
            name=row.name,
            quantity=row.quantity,
            gross=row.full_gross,
            discount=row.full_gross - row.gross,
            rate=row.vat_rate,
            type=product.type if product else self._kind(row.sku),
            code="" if row.voucher in ("", "manual") else row.voucher,
            barcode=variant.barcode if variant else "",
        )

    def _kind(self, sku: str) -> str:
        """QUIRK(bigcommerce): gift certificates are sold, but are not in the catalogue."""
        return "giftcertificate" if sku in self._state.gift_certificates else "physical"

    def _take_stock(self, order: Order, sign: int) -> None:
        location = self._state.pickup_methods.get(order.pickup_method_id, DEFAULT_LOCATION)
        for line in _stocked(order.lines):
            variant = self._state.variants[line.variant_id]
            self._inventory.move(location, variant, sign * line.quantity)

    def _customer(self, shopper: Shopper) -> int:
        if not shopper.has_account:
            return 0
        state = self._state
        if shopper.email not in state.by_email:
            id = state.next_id("customer", start=11)
            group = next((g for g, row in state.groups.items() if row["name"] == shopper.group), 0)
            state.people[id] = Person(
                id, shopper.email, shopper.first_name, shopper.last_name, group, state.now()
            )
            state.by_email[shopper.email] = id
        return state.by_email[shopper.email]


def _stocked(lines: Sequence[Line]) -> list[Line]:
    return [line for line in lines if line.variant_id and line.type == "physical"]


def _address(shopper: Shopper) -> Address:
    return Address(
        first_name=shopper.first_name,
        last_name=shopper.last_name,
        street_1=shopper.street,
        city=shopper.city,
        postcode=shopper.postcode,
        phone=shopper.phone,
        email=shopper.email,
    )
