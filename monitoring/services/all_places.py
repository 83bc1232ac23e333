"""One SKU in every place of its owner, tills and warehouses side by side, added up."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet

from integrations import public
from integrations.public import CatalogueItem, Link
from monitoring.services.drift_facts import is_read

ZERO = Decimal(0)
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Column:
    """One place of the owner; `channel_place` where a channel shows it."""

    code: str
    name: str
    channel_place: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """What the owner has there and what its channel shows. None is unknown, never zero."""

    on_hand: Decimal | None = None
    sellable: Decimal | None = None
    shown: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One SKU with a cell for each column; the totals leave out what is unknown."""

    sku: str
    cells: tuple[Cell, ...]

    @property
    def on_hand(self) -> Decimal:
        return sum((cell.on_hand or ZERO for cell in self.cells), ZERO)

    @property
    def sellable(self) -> Decimal:
        return sum((cell.sellable or ZERO for cell in self.cells), ZERO)

    @property
    def shown(self) -> Decimal:
        return sum((cell.shown or ZERO for cell in self.cells), ZERO)


def columns(link: Link) -> list[Column]:
    """The owner's places: those a channel shows first, then what stands beside them."""
    where = public.places(link)
    named = {each.code: each.label for each in public.choices(link.owner.slug, "warehouses")}
    shown = {warehouse: place for place, warehouse in where.warehouse_of.items()}
    order = sorted({*named, *shown}, key=lambda code: (code not in shown, named.get(code, code)))
    return [Column(code, named.get(code, code), shown.get(code, "")) for code in order]


def stocked(link: Link) -> QuerySet[CatalogueItem]:
    """The owner's products that are kept in stock, in the order of their SKUs."""
    return public.catalogue().filter(connection=link.owner, is_stocked=True).order_by("sku", "pk")


def lines(link: Link, places: Sequence[Column], wanted: Iterable[str]) -> Iterator[Line]:
    """One line for each SKU, read in chunks of a few hundred: three queries each."""
    names = list(wanted)
    for start in range(0, len(names), CHUNK):
        yield from _lines(link, places, names[start : start + CHUNK])


def _lines(link: Link, places: Sequence[Column], wanted: Sequence[str]) -> Iterator[Line]:
    where = public.places(link)
    owned = {
        (place, sku): (on_hand, sellable)
        for place, sku, on_hand, sellable in public.readings()
        .filter(connection=link.owner, sku__in=wanted)
        .values_list("location_code", "sku", "on_hand", "sellable")
    }
    names = {name for sku in wanted for name in where.channel_skus(sku)}
    shown: dict[tuple[str, str], Decimal] = {}
    rows = public.channel_levels().filter(connection=link.channel, sku__in=names)
    for row in rows:
        level = row.seen if is_read(row) else row.told
        if level is not None:
            key = (row.location_code, where.owner_sku(row.sku))
            shown[key] = shown.get(key, ZERO) + level
    for sku in wanted:
        cells = (
            Cell(*owned.get((place.code, sku), (None, None)), shown.get((place.channel_place, sku)))
            for place in places
        )
        yield Line(sku, tuple(cells))
