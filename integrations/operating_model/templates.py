"""The pairs of systems between which flows are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from integrations.mapping.tables import MAPPING_TABLES, MappingTable

DOMAINS = ("products", "prices", "finance", "inventory")


class ErpStyle(StrEnum):
    """How an ERP takes a receipt."""

    STEPS = "steps"  # the order, then its goods, its payments and its invoice, one by one
    WHOLE = "whole"  # one order with its payments inside; it keeps stock and books by itself


@dataclass(frozen=True, slots=True)
class LinkTemplate:
    """`owned` are the domains that flow from, or are booked at, the owning connection."""

    slug: str
    channel_system: str
    channel_role: str
    owner_system: str
    owner_role: str
    owned: tuple[str, ...]
    erp_style: ErpStyle = ErpStyle.STEPS
    unused: frozenset[str] = frozenset()  # mapping tables, and "table.field", without a use here

    @property
    def tables(self) -> Mapping[str, MappingTable]:
        """The mapping tables of such a link by key, each with the fields that it needs."""
        return {
            table.key: table.without(
                {
                    field.name
                    for field in table.targets
                    if f"{table.key}.{field.name}" in self.unused
                }
            )
            for table in MAPPING_TABLES
            if table.key not in self.unused
        }


LINK_TEMPLATES = {
    template.slug: template
    for template in (
        LinkTemplate(
            *("sitoo-brightpearl", "sitoo", "pos", "brightpearl", "erp"),
            owned=DOMAINS,
            unused=frozenset({"store-warehouse.quarantine"}),  # its warehouses have one each
        ),
        LinkTemplate(
            *("sitoo-orderwise", "sitoo", "pos", "orderwise", "erp"),
            owned=DOMAINS,
            erp_style=ErpStyle.WHOLE,
            unused=frozenset(
                {"order-status", "journal-account", "payment-type.nominal"}
                | {"store-warehouse.channel"}
            ),
        ),
    )
}
