"""Entries of the operating model as rows, and rows as entries."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from integrations import models
from integrations.connectors.registry import system
from integrations.mapping.tables import TABLES
from integrations.operating_model import schema
from integrations.services.audit import By
from integrations.services.mappings import edition, rows_by_key, table_of
from integrations.services.wiring import ensure_budget

State = models.Connection.State
SWITCHED_OFF = "Switched off in the operating model."


def connection_entry(row: models.Connection) -> dict[str, Any]:
    settings = {name: value for name, value in row.settings.items() if name != "rate_limit"}
    return {
        "system": row.system,
        "role": row.role,
        "label": row.label,
        "enabled": row.state != State.DISABLED,
        "settings": settings,
        "credentials": row.credentials,
        "rate_limit": row.settings.get("rate_limit"),
    }


def store_entry(row: models.Store) -> dict[str, Any]:
    return {
        "name": row.name,
        "timezone": row.timezone,
        "cut_off": row.cut_off,
        "closes_at": row.closes_at,
        "open": row.is_open,
    }


def link_entry(row: models.Link) -> dict[str, Any]:
    return {
        "template": row.template,
        "channel": row.channel.slug,
        "owner": row.owner.slug,
        "enabled": row.enabled,
        "policy": row.policy,
    }


def mapping_entries() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Every row of every link, by table, in the order of the tables."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {}
    rows = models.MappingRow.objects.select_related("link").filter(table__in=TABLES)
    order = list(TABLES)
    ordered = sorted(rows, key=lambda row: (row.link.slug, order.index(row.table), row.pk))
    for row in ordered:
        entry = {
            "value": row.source_value,
            "label": row.source_label,
            "effective_from": row.effective_from,
            "target": row.target,
        }
        found.setdefault(row.link.slug, {}).setdefault(row.table, []).append(entry)
    return found


def write_retailer(wanted: schema.OperatingModel) -> None:
    row = models.Retailer.objects.first() or models.Retailer()
    row.name, row.currency = wanted.retailer.name, wanted.retailer.currency
    row.owners = wanted.owners.model_dump(mode="json")
    row.save()


def write_connection(slug: str, wanted: schema.OperatingModel) -> None:
    """Add or change a connection; an absent one is switched off. A person's pause stays."""
    entry = wanted.connections.get(slug)
    if entry is None:
        models.Connection.objects.filter(slug=slug).update(
            state=State.DISABLED, state_reason=SWITCHED_OFF
        )
        return
    row = models.Connection.objects.filter(slug=slug).first() or models.Connection(slug=slug)
    row.system, row.role, row.label = entry.system, entry.role, entry.label
    row.credentials = entry.credentials
    limit_before = row.settings.get("rate_limit")
    limit = {"rate_limit": dict(entry.rate_limit)} if entry.rate_limit is not None else {}
    row.settings = {**entry.settings, **limit}
    if not entry.enabled:
        row.state, row.state_reason = State.DISABLED, SWITCHED_OFF
    elif row.state == State.DISABLED:
        row.state, row.state_reason = State.ACTIVE, ""
    row.circuit_open_until = None  # new settings deserve a new try
    row.save()
    if limit_before != entry.rate_limit:
        _write_budget(row, entry.rate_limit or {})


def _write_budget(row: models.Connection, own: schema.RateLimit) -> None:
    """The budget takes the file's limit; what was granted already still counts."""
    budget, vendor = ensure_budget(row), system(row.system).rate_limit
    budget.limit = own.get("requests", vendor.requests)
    budget.window_seconds = own.get("seconds") or vendor.seconds
    budget.concurrency = own.get("concurrency", vendor.concurrency)
    budget.save(update_fields=("limit", "window_seconds", "concurrency"))


def write_store(code: str, wanted: schema.OperatingModel) -> None:
    """Add or change a store; an absent one is closed."""
    entry = wanted.stores.get(code)
    if entry is None:
        models.Store.objects.filter(code=code).update(is_open=False)
        return
    models.Store.objects.update_or_create(
        code=code,
        defaults={
            "name": entry.name,
            "timezone": entry.timezone,
            "cut_off": entry.cut_off,
            "closes_at": entry.closes_at,
            "is_open": entry.open,
        },
    )


def write_link(slug: str, wanted: schema.OperatingModel) -> None:
    """Add or change a link; an absent one is switched off."""
    entry = wanted.links.get(slug)
    if entry is None:
        models.Link.objects.filter(slug=slug).update(enabled=False)
        return
    ends = models.Connection.objects.in_bulk([entry.channel, entry.owner], field_name="slug")
    models.Link.objects.update_or_create(
        slug=slug,
        defaults={
            "template": entry.template,
            "channel": ends[entry.channel],
            "owner": ends[entry.owner],
            "enabled": entry.enabled,
            "policy": entry.policy.model_dump(mode="json"),
        },
    )


WRITERS: tuple[tuple[str, Callable[[str, schema.OperatingModel], None]], ...] = (
    ("connections", write_connection),
    ("stores", write_store),
    ("links", write_link),  # after the connections that they join
)


def write_table(
    slug: str,
    table: str,
    entries: Iterable[schema.MappingRow],
    *,
    by: By,
    reason: str,
    now: datetime,
) -> None:
    """Make one table of one link hold exactly these rows; unchanged ones are not touched."""
    link = models.Link.objects.select_related("channel", "owner").get(slug=slug)
    find = rows_by_key(link, table_of(link, table))
    with edition(link, table, by=by, reason=reason, now=now, find=find) as one:
        kept = [
            one.put(
                entry.value,
                entry.target,
                source_label=entry.label,
                effective_from=entry.effective_from,
            ).pk
            for entry in entries
        ]
        gone = models.MappingRow.objects.filter(link=link, table=table).exclude(pk__in=kept)
        for row in gone:
            one.remove(row)
