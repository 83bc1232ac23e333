"""The pairs of systems between which flows are written."""

from dataclasses import dataclass

DOMAINS = ("products", "prices", "finance", "inventory")


@dataclass(frozen=True, slots=True)
class LinkTemplate:
    """`owned` are the domains that flow from, or are booked at, the owning connection."""

    slug: str
    channel_system: str
    channel_role: str
    owner_system: str
    owner_role: str
    owned: tuple[str, ...]


LINK_TEMPLATES = {
    template.slug: template
    for template in (
        LinkTemplate("sitoo-brightpearl", "sitoo", "pos", "brightpearl", "erp", DOMAINS),
    )
}
