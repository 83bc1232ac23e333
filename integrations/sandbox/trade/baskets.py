"""What one shopper buys: rows, discounts and tenders, drawn from dice.

Sizes follow real multi-store baskets: six in ten hold one row, one in ten more than three.
"""

from dataclasses import dataclass
from decimal import Decimal

from integrations.sandbox.trade.catalogue import Product, ProductKind
from integrations.sandbox.trade.dice import Dice
from integrations.sandbox.trade.estate import Estate, Store, TenderType
from integrations.sandbox.trade.items import ZERO, ReceiptLine, Tender

ROWS = ((1, 58), (2, 19), (3, 10), (4, 5), (5, 3), (6, 2), (8, 2), (12, 1))
UNITS = ((1, 80), (2, 13), (3, 4), (4, 2), (6, 1))
VOUCHERS = (("WELCOME10", 10), ("HARBOUR15", 15), ("ENDOFLINE30", 30), ("manual", 5))
DISCOUNTED_PER_MILLE = 140
SPLIT_PER_MILLE = 115  # drawn; totals under 2.00 and returns are not split: 1 in 10 comes out
ISSUERS = ("Visa", "Mastercard", "Visa Debit")
CARD_METHODS = {"adyen", "stripe"}
PENNY = Decimal("0.01")


@dataclass(frozen=True)
class Shelf:
    """What the tills can scan, by weight, and how shoppers pay."""

    products: tuple[tuple[Product, int], ...]
    tenders: tuple[tuple[TenderType, int], ...]

    @classmethod
    def of(cls, estate: Estate) -> "Shelf":
        """Everything of the estate that has a weight or a share."""
        return cls(
            tuple((product, product.weight) for product in estate.products if product.weight),
            tuple((tender, tender.share) for tender in estate.tenders if tender.share),
        )

    def tender(self, name: str) -> TenderType:
        """The payment type called `name`, among those with a share. Raises StopIteration."""
        return next(tender for tender, _ in self.tenders if tender.name == name)


def draw_rows(dice: Dice, shelf: Shelf) -> tuple[ReceiptLine, ...]:
    """The rows of one sale. The same product may be scanned twice: that is two rows."""
    voucher = dice.pick(VOUCHERS) if dice.happens(DISCOUNTED_PER_MILLE) else ("", 0)
    return tuple(
        _row(dice, dice.weighted(shelf.products), voucher) for _ in range(dice.weighted(ROWS))
    )


def sold_row(
    product: Product, quantity: int, *, voucher: str = "", percent: int = 0
) -> ReceiptLine:
    """A row at the list price less `percent`; the unit price stays whole pence."""
    unit = (product.price_gross * (100 - percent) / 100).quantize(PENNY)
    return ReceiptLine(
        sku=product.sku,
        name=product.name,
        quantity=quantity,
        gross=unit * quantity,
        vat_rate=product.vat_rate,
        full_gross=product.price_gross * quantity,
        voucher=voucher,
    )


def _row(dice: Dice, product: Product, voucher: tuple[str, int]) -> ReceiptLine:
    if product.kind is not ProductKind.GOODS:
        return sold_row(product, 1)
    code, percent = voucher
    return sold_row(product, dice.weighted(UNITS), voucher=code, percent=percent)


def draw_tenders(dice: Dice, shelf: Shelf, total: Decimal) -> tuple[Tender, ...]:
    """How a total is paid: one tender, or two in a tenth of the sales. Their sum is the total."""
    if total == 0:
        return ()
    first = dice.weighted(shelf.tenders)
    if total < 2 or not dice.happens(SPLIT_PER_MILLE):
        return (_paid(dice, first, total),)
    others = tuple(pair for pair in shelf.tenders if pair[0] != first)
    part = PENNY * dice.between(1, int(total / PENNY) - 1)
    return (_paid(dice, first, part), _paid(dice, dice.weighted(others), total - part))


def paid_with(dice: Dice, tender: TenderType, total: Decimal) -> tuple[Tender, ...]:
    """The whole total by one payment type; nothing for nothing."""
    return (_paid(dice, tender, total),) if total else ()


def _paid(dice: Dice, tender: TenderType, amount: Decimal) -> Tender:
    if tender.code == "GIFTCARD":
        return Tender(tender.name, amount, reference=f"6337{dice.below(10**12):012d}")
    if not tender.reference_type:
        return Tender(tender.name, amount)
    issuer = dice.pick(ISSUERS) if tender.reference_type in CARD_METHODS else ""
    return Tender(tender.name, amount, reference=f"{dice.below(36**9):016X}", issuer=issuer)


def cash_rounding(store: Store, tenders: tuple[Tender, ...], total: Decimal) -> Decimal:
    """What is added to a total paid wholly in cash so that coins exist for it; tenders − rows."""
    if [tender.name for tender in tenders] != ["Cash"]:
        return ZERO
    steps = (total / store.cash_step).quantize(Decimal(1), rounding="ROUND_HALF_UP")
    return steps * store.cash_step - total
