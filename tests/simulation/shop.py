"""A retailer small enough to be set up in a moment, and single receipts to ring up in it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from integrations.sandbox.trade.baskets import sold_row
from integrations.sandbox.trade.catalogue import Product, example_products
from integrations.sandbox.trade.estate import Estate, Store, example_estate
from integrations.sandbox.trade.items import ZERO, Receipt, ReceiptLine, Tender, TillClose

OPENS = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)  # the world's first moment: a Monday
SKUS = ("MG-WHI", "NB-RUL", "SK-GRE-S", "FD", "BK", "CB", "BAG-S", "GIFT-25", "LOCAL-MUG")
OPENING_EACH = 20
LEEDS, PARIS, NEW_YORK = "LDS01", "PAR01", "NYC01"
SHOPS = (LEEDS, PARIS, NEW_YORK)


def small_estate() -> Estate:
    """Three shops in three zones, four tills, nine products under three VAT rates."""
    whole = example_estate()
    return replace(
        whole,
        stores=tuple(_small(store) for store in whole.stores if store.code in SHOPS),
        products=tuple(_by_sku()[sku] for sku in SKUS),
        opening_each=OPENING_EACH,
        depot_units=50,
    )


def _small(store: Store) -> Store:
    return replace(store, tills=store.tills[: 2 if store.code == LEEDS else 1])


def _by_sku() -> dict[str, Product]:
    return {product.sku: product for product in example_products()}


def row(sku: str, quantity: int = 1) -> ReceiptLine:
    return sold_row(_by_sku()[sku], quantity)


def sale(
    ref: str,
    *lines: ReceiptLine,
    paid: tuple[tuple[str, str], ...] = (),
    at: datetime = OPENS + timedelta(hours=2),
    store: str = LEEDS,
    till: int = 1,
) -> Receipt:
    """A sale. `paid` lists (tender name, amount); the whole by card when empty."""
    total = sum((line.gross for line in lines), ZERO)
    tenders = tuple(Tender(name, Decimal(amount)) for name, amount in paid)
    return Receipt(
        ref=ref,
        store=store,
        till=f"{store}-{till}",
        occurred_at=at,
        arrives_at=at,
        lines=lines,
        tenders=tenders or (Tender("Card", total, reference="5CARD"),),
        staff=f"{store}-E1",
    )


def refund(
    ref: str,
    original: Receipt,
    *rows: tuple[int, int, str],
    to: str = "Card",
    at: datetime = OPENS + timedelta(hours=3),
) -> Receipt:
    """A linked return of (row of the sale, units, reason code); the money goes back to `to`."""
    lines = tuple(_returned(original, *each) for each in rows)
    total = sum((line.gross for line in lines), ZERO)
    return replace(
        original,
        ref=ref,
        occurred_at=at,
        arrives_at=at,
        lines=lines,
        tenders=(Tender(to, total, original_index=0),),
        original=original.ref,
    )


def _returned(original: Receipt, index: int, units: int, reason: str) -> ReceiptLine:
    sold = original.lines[index]
    return replace(
        sold,
        quantity=-units,
        gross=-sold.gross / sold.quantity * units,
        full_gross=-sold.full_gross / sold.quantity * units,
        reason_code=reason,
        original_line=index,
    )


def close(
    till: int = 1, *, store: str = LEEDS, at: datetime = OPENS + timedelta(hours=11)
) -> TillClose:
    return TillClose(store, f"{store}-{till}", at, at)
