"""Mapping rows and catalogue items as the flows ask for them."""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from integrations.mapping.lookups import Item, Lookups, Need, Row
from integrations.models import CatalogueItem, Link, MappingRow

CHUNK = 500  # values per query


def load_lookups(link: Link, *, skus: Iterable[str] = ()) -> Lookups:
    """A snapshot for a batch of records: every row of the link, aliases and items of `skus` only.

    One query for the rows, and two for every 500 SKUs, however many records ask.
    """
    wanted = sorted(set(skus))
    rows = list(MappingRow.objects.filter(link=link).exclude(table="sku-alias"))
    aliases = _in_chunks(
        lambda part: MappingRow.objects.filter(link=link, table="sku-alias", source_value__in=part),
        wanted,
    )
    owner_skus = sorted({*wanted, *(row.target["sku"] for row in aliases)})
    items = _in_chunks(
        lambda part: CatalogueItem.objects.filter(connection_id=link.owner_id, sku__in=part),
        owner_skus,
    )
    return Lookups(rows=_by_need([*rows, *aliases]), items=_by_sku(items))


def _in_chunks(query: Callable[[list[str]], Iterable[Any]], values: list[str]) -> list[Any]:
    starts = range(0, len(values), CHUNK)
    return [row for start in starts for row in query(values[start : start + CHUNK])]


def _by_need(rows: Iterable[MappingRow]) -> dict[Need, tuple[Row, ...]]:
    found: dict[Need, list[Row]] = {}
    for row in rows:
        need = Need(row.table, row.source_value).key
        found.setdefault(need, []).append(Row(row.target, row.effective_from, row.version))
    return {need: tuple(sorted(each, key=_since, reverse=True)) for need, each in found.items()}


def _since(row: Row) -> date:
    return row.effective_from or date.min


def _by_sku(items: Iterable[CatalogueItem]) -> dict[str, tuple[Item, ...]]:
    found: dict[str, tuple[Item, ...]] = {}
    for item in items:
        value = Item(item.external_id, item.sku, item.name, item.is_stocked, item.is_active)
        found[item.sku] = (*found.get(item.sku, ()), value)
    return found
