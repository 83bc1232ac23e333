"""Days of the online shop made up from a seed, and till receipts of a file taken as web orders."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from integrations.sandbox.trade import baskets
from integrations.sandbox.trade.catalogue import ProductKind
from integrations.sandbox.trade.dice import Dice, stable_number
from integrations.sandbox.trade.estate import Estate
from integrations.sandbox.trade.items import (
    ZERO,
    Receipt,
    ReceiptLine,
    Tender,
    TradeItem,
    in_arrival_order,
)
from integrations.sandbox.trade.online import (
    OnlineCancellation,
    OnlineItem,
    OnlineOrder,
    OnlineRefund,
    Outcome,
    Shopper,
)

GATEWAYS = {
    "stripe": "Stripe",
    "paypalexpress": "PayPal",
    "adyen": "Adyen",
    "bankdeposit": "Bank Deposit",
    "giftcertificate": "Gift Certificate",
    "storecredit": "Store Credit",
    "klarna": "Klarna",  # sold before finance was told
}
GATEWAY_SHARES = (("stripe", 60), ("paypalexpress", 25), ("adyen", 12), ("bankdeposit", 3))
STANDARD, NEXT_DAY = "Standard delivery", "Next day"
SHIPPING = {STANDARD: Decimal("3.95"), NEXT_DAY: Decimal("6.95")}
FREE_FROM = Decimal(60)  # standard delivery costs nothing from here
TRADE = "Trade"
FIRST_NAMES = ("Ada", "Ben", "Cara", "Dev", "Elin", "Farah", "Gus", "Hana", "Ivo", "Juno")
LAST_NAMES = ("Ashdown", "Birk", "Calder", "Dunmore", "Ellery", "Fenn", "Garth", "Holm")
CITIES = (
    ("Leeds", "LS1 4AB"),
    ("Bristol", "BS1 4ST"),
    ("York", "YO1 7EP"),
    ("Cardiff", "CF10 1AA"),
)
SHOPPERS = 400
SOLD_ONLINE = (ProductKind.GOODS, ProductKind.GIFT_CARD)

# Of a thousand orders.
COLLECTED, GIVEN_UP, UNPAID, CANCELLED, REFUNDED = 120, 30, 20, 20, 70
WITH_ACCOUNT, IN_TRADE, WITH_GIFT_CERTIFICATE, WITH_STORE_CREDIT = 450, 120, 60, 80
WHOLE_REFUND, EXPRESS = 400, 180
UNKNOWN_GATEWAY = 15


def generate_online(*, orders: int, seed: int, day: date, estate: Estate) -> list[OnlineItem]:
    """One date's `orders` with their refunds and cancellations, by arrival. Always the same."""
    dice = Dice(seed, "online", day)
    items = [
        item
        for number in range(orders)
        for item in _story(dice.branch(number), number, day, estate)
    ]
    return in_arrival_order(items)


def _story(dice: Dice, number: int, day: date, estate: Estate) -> Iterator[OnlineItem]:
    """An order and what becomes of it the same day."""
    order = _order(dice, f"W{day:%y%m%d}-{number + 1:05d}", day, estate)
    yield order
    if order.outcome is not Outcome.PAID:
        return
    later = order.occurred_at + timedelta(minutes=dice.between(20, 300))
    fate = dice.below(1000)
    if fate < CANCELLED:
        yield OnlineCancellation(f"{order.ref}-X", order.ref, later, later)
    elif fate < CANCELLED + REFUNDED:
        yield _refund(dice, order, later)


def _order(dice: Dice, ref: str, day: date, estate: Estate) -> OnlineOrder:
    shelf = _web_shelf(estate)
    at = datetime.combine(day, time(), tzinfo=UTC) + timedelta(seconds=dice.below(86_000))
    shopper = _shopper(dice)
    order = OnlineOrder(
        ref=ref,
        occurred_at=at,
        arrives_at=at,
        shopper=shopper,
        lines=baskets.draw_rows(dice, shelf),
        outcome=_outcome(dice),
    )
    order = _handed_over(dice, order, estate)
    return replace(order, tenders=_tenders(dice, order.total, shopper))


def _handed_over(dice: Dice, order: OnlineOrder, estate: Estate) -> OnlineOrder:
    """Collected, or sent; gift cards alone come by e-mail."""
    posted = {product.sku for product in estate.products if product.kind is ProductKind.GOODS}
    if not any(line.sku in posted for line in order.lines):
        return order
    if dice.happens(COLLECTED):
        return replace(order, store=dice.pick(estate.stores).code)
    method = NEXT_DAY if dice.happens(EXPRESS) else STANDARD
    is_free = method == STANDARD and order.total >= FREE_FROM
    cost = ZERO if is_free else SHIPPING[method]
    return replace(order, shipping=cost, shipping_method=method)


def _web_shelf(estate: Estate) -> baskets.Shelf:
    """Goods and gift cards; nobody orders a carrier bag."""
    goods = [
        (product, product.weight)
        for product in estate.products
        if product.weight and product.kind in SOLD_ONLINE
    ]
    return baskets.Shelf(tuple(goods), ())


def _outcome(dice: Dice) -> Outcome:
    chance = dice.below(1000)
    if chance < GIVEN_UP:
        return Outcome.GIVEN_UP
    return Outcome.UNPAID if chance < GIVEN_UP + UNPAID else Outcome.PAID


def _shopper(dice: Dice) -> Shopper:
    number = dice.below(SHOPPERS)
    fixed = Dice("shopper", number)
    first, last = fixed.pick(FIRST_NAMES), fixed.pick(LAST_NAMES)
    city, postcode = fixed.pick(CITIES)
    has_account = fixed.happens(WITH_ACCOUNT)
    return Shopper(
        email=f"{first}.{last}.{number}@example.com".lower(),
        first_name=first,
        last_name=last,
        street=f"{fixed.between(1, 90)} Harbour Road",
        city=city,
        postcode=postcode,
        phone=f"0113 496 0{fixed.between(100, 999)}",
        has_account=has_account,
        group=TRADE if has_account and fixed.happens(IN_TRADE) else "",
    )


def _tenders(dice: Dice, total: Decimal, shopper: Shopper) -> tuple[Tender, ...]:
    """One gateway, or a gift certificate or store credit first and a gateway for the rest."""
    first: tuple[Tender, ...] = ()
    if total >= 2 and dice.happens(WITH_GIFT_CERTIFICATE):
        first = (_part(dice, "giftcertificate", total),)
    elif total >= 2 and shopper.has_account and dice.happens(WITH_STORE_CREDIT):
        first = (_part(dice, "storecredit", total),)
    left = total - sum((tender.amount for tender in first), ZERO)
    if not left:
        return first
    gateway = "klarna" if dice.happens(UNKNOWN_GATEWAY) else dice.weighted(GATEWAY_SHARES)
    return (*first, Tender(gateway, left, reference=f"pi_{dice.below(36**9):012x}"))


def _part(dice: Dice, gateway: str, total: Decimal) -> Tender:
    amount = baskets.PENNY * dice.between(1, int(total / baskets.PENNY) - 1)
    return Tender(gateway, amount, reference=f"{gateway[:2].upper()}{dice.below(10**8):08d}")


def _refund(dice: Dice, order: OnlineOrder, at: datetime) -> OnlineRefund:
    rows = tuple((place, line.quantity) for place, line in enumerate(order.lines))
    is_whole = dice.happens(WHOLE_REFUND)
    row = dice.pick(rows)
    return OnlineRefund(
        ref=f"{order.ref}-R",
        order=order.ref,
        occurred_at=at,
        arrives_at=at,
        lines=rows if is_whole else ((row[0], 1),),
        with_shipping=is_whole,
        reason="Changed my mind" if is_whole else "Arrived broken",
    )


@dataclass
class FileShop:
    """Receipts of a file as web orders; what comes back is looked for among earlier orders."""

    unmatched: int = 0  # returned rows that no earlier order holds
    _sold: dict[str, list[list[int | str]]] = field(default_factory=dict)

    def items(self, trade: Iterable[TradeItem]) -> list[OnlineItem]:
        """Orders and refunds in the order of the file; tills' own business is left out."""
        found: list[OnlineItem] = []
        for item in trade:
            if isinstance(item, Receipt):
                found += self._order(item)
                found += self._refunds(item)
        return found

    def _order(self, receipt: Receipt) -> Iterator[OnlineOrder]:
        lines = tuple(line for line in receipt.lines if line.quantity > 0 and line.gross >= 0)
        if not lines:
            return
        for place, line in enumerate(lines):
            self._sold.setdefault(line.sku, []).append([receipt.ref, place, line.quantity])
        total = sum((line.gross for line in lines), ZERO)
        dice = Dice("file", receipt.ref)
        yield OnlineOrder(
            ref=receipt.ref,
            occurred_at=receipt.occurred_at,
            arrives_at=receipt.arrives_at,
            shopper=_shopper(dice),
            lines=lines,
            tenders=_file_tenders(receipt.ref, total),
            shipping_method=STANDARD,
        )

    def _refunds(self, receipt: Receipt) -> Iterator[OnlineRefund]:
        for line in receipt.lines:
            if line.quantity < 0:
                yield from self._refund(receipt, line)

    def _refund(self, receipt: Receipt, line: ReceiptLine) -> Iterator[OnlineRefund]:
        units = -line.quantity
        for row in self._sold.get(line.sku, ()):
            ref, place, left = str(row[0]), int(row[1]), int(row[2])
            taken = min(units, left)
            if taken:
                row[2] = left - taken
                units -= taken
                yield OnlineRefund(
                    ref=f"{receipt.ref}-{line.sku}-{ref}",
                    order=ref,
                    occurred_at=receipt.occurred_at,
                    arrives_at=receipt.arrives_at,
                    lines=((place, taken),),
                    reason="Returned",
                )
        self.unmatched += units > 0


def _file_tenders(ref: str, total: Decimal) -> tuple[Tender, ...]:
    if not total:
        return ()
    gateway = "stripe" if stable_number("gateway", ref) % 10 < 7 else "paypalexpress"
    return (Tender(gateway, total, reference=f"pi_{stable_number('payment', ref):016x}"),)
