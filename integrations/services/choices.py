"""The vendors' real values, read by workers and kept for pages and checks."""

from collections.abc import Collection, Iterable
from datetime import datetime

from integrations.connectors.errors import RejectedError, SchemaChangedError
from integrations.mapping.tables import MAPPING_TABLES, TargetField
from integrations.mapping.validation import Known
from integrations.models import CatalogueItem, ChoiceList, Connection, Link
from integrations.ports import Choice, Connector

FROM_CATALOGUE = "skus"  # not a list of its own: the owner's catalogue is stored already
_BY_TABLES = {field.choices for table in MAPPING_TABLES for field in table.targets}
_OF_CHANNELS = {table.source_choices for table in MAPPING_TABLES}
KINDS = tuple(sorted((_BY_TABLES | _OF_CHANNELS | {"stores", "price-lists"}) - {"", "skus"}))


def refresh_choices(
    connection: Connection, connector: Connector, *, now: datetime, kinds: Iterable[str] = KINDS
) -> list[str]:
    """Read every list of a connection anew; returns the kinds that it refused to give.

    A list that cannot be read stays as it was. An empty answer means that there is no such list.
    Raises ThrottledError, UnavailableError or UnauthorisedError: the connection is in trouble.
    """
    failed = []
    for kind in kinds:
        try:
            found = connector.choices(kind)
        except (RejectedError, SchemaChangedError):
            failed.append(kind)
            continue
        items = [{"code": choice.code, "label": choice.label} for choice in found]
        ChoiceList.objects.update_or_create(
            connection=connection, kind=kind, defaults={"items": items, "read_at": now}
        )
    return failed


def read_choices(connection_slug: str, kind: str) -> list[Choice]:
    """The list as last read; empty when it was never read or there is none."""
    row = ChoiceList.objects.filter(connection__slug=connection_slug, kind=kind).first()
    return [Choice(item["code"], item["label"]) for item in row.items] if row else []


def read_lists(connection: Connection, kinds: Iterable[str]) -> dict[str, list[Choice]]:
    """Several lists of a connection as last read, by kind; empty where there is none. One query."""
    wanted = set(kinds)
    rows = ChoiceList.objects.filter(connection=connection, kind__in=wanted)
    found = {row.kind: [Choice(item["code"], item["label"]) for item in row.items] for row in rows}
    return {kind: found.get(kind, []) for kind in wanted}


def choices_read_at(link: Link, kinds: Iterable[str]) -> datetime | None:
    """When the oldest of these lists of the link's owner was read; None: one of them never was."""
    wanted = set(kinds) - {"", FROM_CATALOGUE}
    rows = ChoiceList.objects.filter(connection_id=link.owner_id, kind__in=wanted)
    times = list(rows.values_list("read_at", flat=True))
    return min(times) if wanted and len(times) == len(wanted) else None


def known_codes(link: Link) -> Known:
    """What exists at the link's owner, for checking rows. Each list is read once."""
    lists: dict[str, Collection[str] | None] = {}

    def known(field: TargetField, value: str) -> Collection[str] | None:
        if not field.choices:
            return None
        if field.choices == FROM_CATALOGUE:
            return _skus_like(link.owner_id, value)
        if field.choices not in lists:
            lists[field.choices] = _codes(link.owner_id, field.choices)
        return lists[field.choices]

    return known


def _codes(connection_id: int, kind: str) -> Collection[str] | None:
    """The codes, or None when nobody has read them: unknown is not empty."""
    row = ChoiceList.objects.filter(connection_id=connection_id, kind=kind).first()
    return {item["code"] for item in row.items} or None if row else None


def _skus_like(connection_id: int, sku: str) -> Collection[str] | None:
    """The SKU itself, or those that begin alike; None when no catalogue was read."""
    items = CatalogueItem.objects.filter(connection_id=connection_id)
    if items.filter(sku=sku).exists():
        return {sku}
    alike = set(items.filter(sku__startswith=sku[:3]).values_list("sku", flat=True)[:200])
    return alike or (set() if items.exists() else None)
