"""Which of the owner's locations feeds a channel's location, and which SKU is which."""

from collections.abc import Iterable
from dataclasses import dataclass

from integrations.models import CatalogueItem, Link, MappingRow


@dataclass(frozen=True, slots=True)
class Places:
    """Both ways between a channel and the owner of its stock."""

    warehouse_of: dict[str, str]  # channel location → owner location
    alias_of: dict[str, str]  # channel SKU → owner SKU, where they differ

    def owner_sku(self, sku: str) -> str:
        return self.alias_of.get(sku, sku)

    def channel_skus(self, owner_sku: str) -> list[str]:
        """Every SKU by which a channel sells the owner's item."""
        return [owner_sku, *(s for s, owner in self.alias_of.items() if owner == owner_sku)]

    def locations_of(self, warehouse: str) -> list[str]:
        return [place for place, owner in self.warehouse_of.items() if owner == warehouse]


def places(link: Link) -> Places:
    rows = MappingRow.objects.filter(link=link, table__in=("store-warehouse", "sku-alias"))
    warehouses, aliases = {}, {}
    for row in rows.order_by("effective_from"):
        if row.table == "sku-alias":
            aliases[row.source_value] = row.target["sku"]
        else:
            warehouses[row.source_value] = row.target["warehouse"]
    return Places(warehouse_of=warehouses, alias_of=aliases)


def product_ids(connection_id: int, skus: Iterable[str]) -> list[tuple[str, str]]:
    """(SKU, product id) of the stocked, active items among these."""
    wanted = sorted(set(skus))
    found: list[tuple[str, str]] = []
    for start in range(0, len(wanted), 500):
        found += CatalogueItem.objects.filter(
            connection_id=connection_id,
            sku__in=wanted[start : start + 500],
            is_stocked=True,
            is_active=True,
        ).values_list("sku", "external_id")
    return found
