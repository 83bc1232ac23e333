"""What comes back: rows that were sold earlier, money to the tenders that paid."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from integrations.sandbox.trade.dice import Dice
from integrations.sandbox.trade.items import ZERO, Receipt, ReceiptLine, Tender

REASON_WEIGHTS = (30, 25, 25, 10, 10)


@dataclass
class Returnable:
    """One sold row with the units and the money that could still come back."""

    sale: Receipt
    row: int
    units_left: int
    money_left: dict[int, Decimal]  # payment index → amount; shared by all rows of the sale


@dataclass
class SoldGoods:
    """The rows of earlier sales, by store, from which returns are drawn."""

    goods: frozenset[str]  # SKUs that can come back: services and gift cards cannot
    _by_store: dict[str, list[Returnable]] = field(default_factory=dict)

    def remember(self, sale: Receipt) -> None:
        """Make the sale's goods returnable."""
        money = {index: tender.amount for index, tender in enumerate(sale.tenders)}
        rows = self._by_store.setdefault(sale.store, [])
        rows.extend(
            Returnable(sale, index, line.quantity, money)
            for index, line in enumerate(sale.lines)
            if line.sku in self.goods
        )

    def draw(self, dice: Dice, *, store: str, at: datetime) -> Returnable | None:
        """A row that the back office knew of at `at` and that is still with a shopper, or None."""
        rows = self._by_store.get(store, [])
        for _ in range(4):
            if not rows:
                return None
            found = dice.pick(rows)
            if found.sale.arrives_at < at and found.units_left:
                return found
        return None


def returned_row(found: Returnable, units: int, *, reason: str) -> ReceiptLine:
    """`units` of the row coming back at the price that was paid."""
    sold = found.sale.lines[found.row]
    return ReceiptLine(
        sku=sold.sku,
        name=sold.name,
        quantity=-units,
        gross=-sold.gross / sold.quantity * units,
        vat_rate=sold.vat_rate,
        full_gross=-sold.full_gross / sold.quantity * units,
        voucher=sold.voucher,
        reason_code=reason,
        original_line=found.row,
    )


def refund_tenders(found: Returnable, amount: Decimal) -> tuple[Tender, ...]:
    """Give `amount` back to the payments of the sale, the largest first; each amount negative.

    A gift card is given back as a credit note. What cash rounding left uncovered goes to the first.
    """
    refunds: list[Tender] = []
    left = amount
    by_size = sorted(found.money_left.items(), key=lambda pair: (-pair[1], pair[0]))
    for index, available in by_size:
        part = min(left, available)
        if part > 0:
            refunds.append(_given_back(found.sale.tenders[index], index, part))
            found.money_left[index] -= part
            left -= part
    if left > 0:
        refunds = _topped_up(refunds or [_given_back(found.sale.tenders[0], 0, ZERO)], left)
    return tuple(refunds)


def _given_back(paid: Tender, index: int, amount: Decimal) -> Tender:
    name = "Credit note" if paid.name == "Gift card" else paid.name
    reference = "" if paid.name == "Gift card" else paid.reference
    return Tender(name, -amount, reference=reference, issuer=paid.issuer, original_index=index)


def _topped_up(refunds: list[Tender], left: Decimal) -> list[Tender]:
    first, *rest = refunds
    topped = Tender(
        first.name, first.amount - left, first.reference, first.issuer, first.original_index
    )
    return [topped, *rest]
