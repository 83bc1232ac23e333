"""About 120 invented products: variants, barcodes, three VAT rates, services and gift cards."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import product as every_pair

from integrations.sandbox.trade.dice import stable_number


class ProductKind(StrEnum):
    """What Sitoo calls a product group type."""

    GOODS = "goods"
    SERVICE = "service"
    GIFT_CARD = "gift-card"


@dataclass(frozen=True)
class Product:
    """One thing that can be sold. `price_gross` has VAT inside."""

    sku: str
    name: str
    price_gross: Decimal
    vat_rate: Decimal  # percent
    group: str
    kind: ProductKind = ProductKind.GOODS
    barcode: str = ""
    cost_net: Decimal = Decimal("0.00")
    options: tuple[tuple[str, str], ...] = ()  # e.g. (("Colour", "Navy"), ("Size", "M"))
    family: str = ""  # sku stem shared by variants
    known_to_erp: bool = True
    weight: int = 10  # how often it is scanned, relative to the others

    @property
    def is_stocked(self) -> bool:
        """Goods are counted; services and gift cards are not."""
        return self.kind is ProductKind.GOODS


def barcode_for(sku: str) -> str:
    """A valid EAN-13 in a range of our own, always the same for a SKU."""
    body = f"50{stable_number('barcode', sku) % 10**10:010d}"
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(body))
    return f"{body}{-total % 10}"


@dataclass(frozen=True)
class _Family:
    stem: str
    name: str
    price: str
    vat: str
    group: str
    colours: tuple[str, ...] = ()
    sizes: tuple[str, ...] = ()
    weight: int = 10


ADULT = ("S", "M", "L", "XL")
CHILD = ("3-4", "5-6", "7-8")
FAMILIES = (
    _Family("RJ", "Rain jacket", "120.00", "20", "Clothing", ("Navy", "Ochre", "Moss"), ADULT, 4),
    _Family("FJ", "Fisherman jumper", "89.00", "20", "Clothing", ("Ecru", "Ink"), ADULT, 5),
    _Family("BT", "Breton top", "39.50", "20", "Clothing", ("Navy", "Red", "Moss"), ADULT, 9),
    _Family(
        "GL", "Fingerless gloves", "21.00", "20", "Accessories", ("Ink", "Oat"), ("S", "M", "L")
    ),
    _Family("SH", "Waxed sun hat", "32.00", "20", "Accessories", ("Sand", "Navy"), ("M", "L"), 6),
    _Family("AP", "Oilskin apron", "38.00", "20", "Home", ("Ink", "Moss"), (), 5),
    _Family("NB", "Sailor's notebook", "6.25", "20", "Cards", ("Ruled", "Plain", "Dotted"), (), 15),
    _Family("BW", "Bird whistle", "8.40", "20", "Home", (), (), 7),
    _Family("SC", "Sea chinos", "64.00", "20", "Clothing", ("Sand", "Ink"), ADULT, 5),
    _Family(
        "DB", "Deck boots", "75.00", "20", "Footwear", ("Navy", "Olive"), ("4", "6", "8", "10")
    ),
    _Family("KR", "Child's raincoat", "34.00", "0", "Children", ("Yellow", "Navy"), CHILD, 6),
    _Family("KB", "Child's Breton top", "19.99", "0", "Children", ("Red", "Navy"), CHILD, 8),
    _Family("SK", "Hiking socks", "9.00", "20", "Accessories", ("Grey", "Moss"), ("S", "L"), 24),
    _Family("BN", "Wool beanie", "18.50", "20", "Accessories", ("Ink", "Ochre", "Ecru"), (), 16),
    _Family("SF", "Lambswool scarf", "29.95", "20", "Accessories", ("Ink", "Moss"), (), 9),
    _Family("TB", "Canvas tote", "14.00", "20", "Accessories", ("Sand", "Navy"), (), 18),
    _Family("MG", "Enamel mug", "8.95", "20", "Home", ("White", "Blue", "Green"), (), 30),
    _Family("CN", "Soy candle", "16.00", "20", "Home", ("Salt", "Fig", "Pine"), (), 18),
    _Family("TW", "Harbour tea towel", "7.50", "20", "Home", ("Gulls", "Boats"), (), 20),
    _Family("BL", "Picnic blanket", "45.00", "20", "Home", ("Navy", "Moss"), (), 5),
    _Family("FD", "Sea salt fudge 150 g", "4.25", "0", "Food", (), (), 34),
    _Family("SB", "Shortbread tin", "6.99", "0", "Food", (), (), 26),
    _Family("TE", "Breakfast tea 80 bags", "5.40", "0", "Food", (), (), 22),
    _Family("HC", "House coffee 250 g", "7.20", "0", "Food", ("Beans", "Ground"), (), 22),
    _Family("BK", "Tide tables and tales", "12.99", "0", "Books", (), (), 12),
    _Family("CK", "The harbour cookbook", "22.00", "0", "Books", (), (), 7),
    _Family("MP", "Coast path map", "9.99", "0", "Books", ("North", "South"), (), 9),
    _Family("CS", "Child car seat", "99.00", "5", "Children", ("Grey",), (), 2),
    _Family("CB", "Booster cushion", "24.50", "5", "Children", (), (), 3),
    _Family("DS", "Draught strip 5 m", "11.30", "5", "Home", (), (), 6),
    _Family("PC", "Postcard", "0.99", "20", "Cards", ("Pier", "Lighthouse", "Dunes"), (), 40),
    _Family("GC", "Greeting card", "2.75", "20", "Cards", ("Birthday", "Thanks"), (), 32),
)
SPECIALS = (
    Product("BAG-S", "Carrier bag charge", Decimal("0.10"), Decimal("20"), "Services",
            ProductKind.SERVICE, weight=60),
    Product("ALTER", "Alteration", Decimal("12.00"), Decimal("20"), "Services",
            ProductKind.SERVICE, weight=3),
    Product("GIFT-25", "Gift card 25", Decimal("25.00"), Decimal("0"), "Gift cards",
            ProductKind.GIFT_CARD, weight=6),
    Product("GIFT-50", "Gift card 50", Decimal("50.00"), Decimal("0"), "Gift cards",
            ProductKind.GIFT_CARD, weight=3),
    Product("LOCAL-MUG", "Local potter's mug", Decimal("17.50"), Decimal("20"), "Home",
            barcode=barcode_for("LOCAL-MUG"), cost_net=Decimal("8.00"),
            known_to_erp=False, weight=0),
)  # fmt: skip


def example_products() -> tuple[Product, ...]:
    """Every product of the example retailer, goods first. Always the same."""
    goods = [variant for family in FAMILIES for variant in _variants(family)]
    return (*goods, *SPECIALS)


def _variants(family: _Family) -> Iterator[Product]:
    for colour, size in every_pair(family.colours or ("",), family.sizes or ("",)):
        style = "Colour" if size else "Style"
        options = tuple(pair for pair in ((style, colour), ("Size", size)) if pair[1])
        parts = [family.stem, colour[:3].upper(), size]
        sku = "-".join(part for part in parts if part)
        price = Decimal(family.price)
        yield Product(
            sku=sku,
            name=" ".join([family.name, *(value for _, value in options)]),
            price_gross=price,
            vat_rate=Decimal(family.vat),
            group=family.group,
            barcode=barcode_for(sku),
            cost_net=(price * Decimal("0.38")).quantize(Decimal("0.01")),
            options=options,
            family=family.stem,
            weight=family.weight,
        )
