"""Mapping rows over the API: read, preview, set, remove. Each table keeps its own capability."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel

from integrations import public
from integrations.api.kit import (
    ApiError,
    Given,
    Id,
    Listing,
    Money,
    Name,
    Operation,
    Paging,
    Scope,
    Text,
    caller,
    dropped,
    listing,
    money,
    named,
)
from integrations.public import MAPPING_TABLES, TABLES, Link, MappingError, MappingRow, MappingTable
from monitoring.kit.clock import now_of
from monitoring.kit.permissions import Capability
from monitoring.pages.mappings import capability_for


class MappingFilters(Paging):
    link: Name | None = None
    table: Name | None = None
    source_value: Name | None = None


class MappingShape(BaseModel):
    """One row. `effective_from` null: always. `version` is to be sent back when changing it."""

    id: int
    link: str
    table: str
    source_value: str
    source_label: str
    target: dict[str, str]
    effective_from: date | None
    version: int
    changed_at: datetime
    changed_by: str


class FieldShape(BaseModel):
    """One target field; `options` is its closed list, empty when the vendor's list decides."""

    name: str
    label: str
    required: bool
    options: list[str]


class TableShape(BaseModel):
    key: str
    title: str
    source_label: str
    capability: str
    targets: list[FieldShape]


class Tables(BaseModel):
    items: list[TableShape]


class PreviewQuestion(BaseModel):
    source_value: Name


class Preview(BaseModel):
    """What a row for this value would let go; `still_held` wait for something else as well."""

    documents: int
    value: list[Money]
    days: list[date]
    still_held: int
    numbers: list[str]


class SetRequest(Given):
    """`expected_version` is the version last read (0: no row yet); null does not ask."""

    source_value: Name
    target: dict[Name, Text]
    source_label: Text | None = None
    effective_from: date | None = None
    expected_version: Id | None = None
    reason: Text = ""


class RemoveQuestion(BaseModel):
    expected_version: Id | None = None
    reason: Text = ""


class Removed(BaseModel):
    """`removed` is false when it was gone already."""

    removed: bool


def list_mappings(request: HttpRequest, filters: Query[MappingFilters]) -> Listing[MappingShape]:
    """Mapping rows in the order of their ids."""
    wanted: dict[str, object] = {"source_value": filters.source_value}
    if filters.table:
        wanted["table"] = _filter_table(filters.table)
    if filters.link:
        wanted["link"] = named(public.links(), filters.link, by="slug", field="link")
    rows = public.mapping_rows().filter(**dropped(wanted)).select_related("link")
    return listing(Listing[MappingShape], rows, filters, _shape)


def list_mapping_tables(request: HttpRequest) -> Tables:
    """The tables, the fields of each, and the capability that changing it needs."""
    return Tables(items=[_table_shape(table) for table in MAPPING_TABLES])


def preview_mapping(
    request: HttpRequest, link: Name, table: Name, filters: Query[PreviewQuestion]
) -> Preview:
    """Which records wait for this value and would be sent once it has a row. Changes nothing."""
    pair = pair_of(link, table)
    found = public.preview_release(
        link_id=pair[0].pk, table=pair[1].key, source_value=filters.source_value
    )
    return Preview(
        documents=found.documents,
        value=[_money_of(*each) for each in sorted(found.value_by_currency.items())],
        days=[date.fromisoformat(day) for day in found.days if day != "None"],
        still_held=found.still_held,
        numbers=found.numbers,
    )


def set_mapping(request: HttpRequest, link: Name, table: Name, given: SetRequest) -> MappingShape:
    """Add or change one row and release what waited for it. The same again changes nothing.

    Tables that decide where money is posted need edit_money_mapping; the list of tables says which.
    """
    pair = pair_of(link, table)
    try:
        row = public.set_mapping(
            link=pair[0],
            table=pair[1].key,
            source_value=given.source_value,
            source_label=given.source_label,
            target={str(name): str(value) for name, value in given.target.items()},
            effective_from=given.effective_from,
            expected_version=given.expected_version,
            by=caller(request).user,
            reason=given.reason,
            now=now_of(request),
        )
    except MappingError as error:
        raise _refusal(error) from error
    return _shape(row)


def remove_mapping(
    request: HttpRequest, link: Name, table: Name, row_id: Id, filters: Query[RemoveQuestion]
) -> Removed:
    """Remove one row; its history stays. Removing what is gone changes nothing."""
    pair = pair_of(link, table)
    rows = public.mapping_rows().filter(pk=row_id, link=pair[0], table=pair[1].key)
    if not rows.exists():
        return Removed(removed=False)
    try:
        public.delete_mapping(
            row_id=row_id,
            by=caller(request).user,
            reason=filters.reason,
            now=now_of(request),
            expected_version=filters.expected_version,
        )
    except MappingError as error:
        raise _refusal(error) from error
    return Removed(removed=True)


def _refusal(error: MappingError) -> ApiError:
    """Somebody was faster: 409. Wrong values: 400, with the first field to change."""
    if error.field == "version":
        return ApiError(409, error.sentence, field="expected_version")
    field = "source_value" if error.field == "source" else f"target.{error.field}"
    return ApiError(400, error.sentence, field=field)


def pair_of(link: str, table: str) -> tuple[Link, MappingTable]:
    """Return the link and table of an address; 404 when there is no such pair."""
    found = public.links().filter(slug=link).first()
    tables = public.mapping_tables(found) if found else {}
    if found is None or table not in tables:
        raise ApiError(404, f"There is no table “{table}” of a link “{link}”.")
    return found, tables[table]


def _filter_table(key: str) -> str:
    if key not in TABLES:
        raise ApiError(400, f"There is no table “{key}”.", field="table")
    return key


def _shape(row: MappingRow) -> MappingShape:
    same = ("table", "source_value", "source_label", "target", "effective_from", "version")
    return MappingShape(
        id=row.pk,
        link=row.link.slug,
        changed_at=row.changed_at,
        changed_by=row.changed_by,
        **{name: getattr(row, name) for name in same},
    )


def _table_shape(table: MappingTable) -> TableShape:
    return TableShape(
        key=table.key,
        title=table.title,
        source_label=table.source_label,
        capability=capability_for(table),
        targets=[
            FieldShape(
                name=each.name,
                label=each.label,
                required=each.required,
                options=list(each.options),
            )
            for each in table.targets
        ],
    )


def _money_of(currency: str, amount: str) -> Money:
    return money(Decimal(amount), currency)


def _editing(path: Mapping[str, Any]) -> str:
    table = TABLES.get(str(path.get("table")))
    return capability_for(table) if table else Capability.EDIT_MAPPING


_TABLE = "/mappings/{link}/{table}"
_SEE, _EDIT = Capability.VIEW_MAPPINGS, Capability.EDIT_MAPPING
OPERATIONS = (
    Operation("GET", "/mappings", list_mappings, Listing[MappingShape], _SEE, Scope.READ),
    Operation("GET", "/mapping-tables", list_mapping_tables, Tables, _SEE, Scope.READ),
    Operation("GET", f"{_TABLE}/preview", preview_mapping, Preview, _SEE, Scope.READ),
    Operation("PUT", _TABLE, set_mapping, MappingShape, _EDIT, Scope.MAPPINGS, _editing),
    Operation(
        "DELETE", f"{_TABLE}/{{row_id}}", remove_mapping, Removed, _EDIT, Scope.MAPPINGS, _editing
    ),
)
