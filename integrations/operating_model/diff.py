"""The readable difference between a file and what is set up."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from integrations.mapping.tables import TABLES
from integrations.operating_model.schema import MappingRow, OperatingModel

Kind = Literal["added", "changed", "removed"]
MARKS = {"added": "+", "changed": "~", "removed": "−"}  # noqa: RUF001


@dataclass(frozen=True, slots=True)
class FieldChange:
    field: str  # "settings.base_url"
    before: str  # "" when it was not there
    after: str


@dataclass(frozen=True, slots=True)
class Change:
    """One entry that a file would add, change or remove."""

    section: str  # "connections", "mappings harbour payment-type"
    subject: str
    kind: Kind
    fields: tuple[FieldChange, ...] = ()
    note: str = ""

    def text(self) -> str:
        """The change on one line, its fields indented below."""
        note = f"  ({self.note})" if self.note else ""
        lines = [f"  {MARKS[self.kind]} {self.subject}{note}"]
        lines += [
            f"      {each.field}: {each.before or 'empty'} → {each.after or 'empty'}"
            if self.kind == "changed"
            else f"      {each.field}: {each.after or each.before}"
            for each in self.fields
        ]
        return "\n".join(lines)


def changes(wanted: OperatingModel, present: OperatingModel | None) -> list[Change]:
    """What `wanted` would change of `present` (None: nothing is set up), section by section."""
    before = present.model_dump(mode="json") if present else {}
    after = wanted.model_dump(mode="json")
    found = [*_entry("retailer", "retailer", before.get("retailer"), after["retailer"])]
    found += _entry("owners", "owners", before.get("owners"), after["owners"])
    for section, switch in (("connections", "enabled"), ("stores", "open"), ("links", "enabled")):
        found += _switched(section, before.get(section, {}), after[section], switch=switch)
    found += _mappings(wanted, present)
    if after["teams"] is not None:
        teams = _entries("teams", before.get("teams") or {}, after["teams"])
        found += [change for change in teams if change.kind != "removed"]
    if after["routing"] is not None:
        found += _entry(
            "routing", "rules", _numbered(before.get("routing")), _numbered(after["routing"])
        )
    return found


def report(found: list[Change]) -> str:
    """All changes, under the names of their sections."""
    lines: list[str] = []
    section = ""
    for change in found:
        if change.section != section:
            section = change.section
            lines.append(section)
        lines.append(change.text())
    return "\n".join(lines)


def _numbered(rules: list[dict[str, Any]] | None) -> dict[str, Any]:
    return {str(number): rule for number, rule in enumerate(rules or (), start=1)}


def _entry(section: str, subject: str, before: Any, after: Any) -> Iterator[Change]:
    fields = tuple(_fields(before or {}, after or {}))
    if fields:
        yield Change(section, subject, "changed" if before else "added", fields)


def _entries(section: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    for key, entry in after.items():
        yield from _entry(section, key, before.get(key), entry)
    for key in before:
        if key not in after:
            yield Change(section, key, "removed")


def _switched(
    section: str, before: Mapping[str, Any], after: Mapping[str, Any], *, switch: str
) -> Iterator[Change]:
    """Entries with a history are switched off, not removed; switched off already is no change."""
    for change in _entries(section, before, after):
        if change.kind != "removed":
            yield change
        elif before[change.subject][switch]:
            note = (
                "closed, its history stays"
                if switch == "open"
                else "switched off, its history stays"
            )
            yield Change(section, change.subject, "removed", note=note)


def _mappings(wanted: OperatingModel, present: OperatingModel | None) -> Iterator[Change]:
    known = present.mappings if present else {}
    for link, tables in wanted.mappings.items():
        for table, rows in tables.items():
            before = _by_value(table, known.get(link, {}).get(table, ()))
            yield from _entries(f"mappings {link} {table}", before, _by_value(table, rows))


def _by_value(table: str, rows: tuple[MappingRow, ...]) -> dict[str, Any]:
    found = {}
    for row in rows:
        value = TABLES[table].clean_source(row.value)
        since = f" from {row.effective_from}" if row.effective_from else ""
        label = {"label": row.label} if row.label else {}
        found[f"{value}{since}"] = {**label, **row.target}
    return found


def _fields(before: Any, after: Any, path: str = "") -> Iterator[FieldChange]:
    if isinstance(before, dict) and isinstance(after, dict):
        for key in [*after, *(key for key in before if key not in after)]:
            inner = f"{path}.{key}" if path else str(key)
            yield from _fields(before.get(key), after.get(key), inner)
    elif before != after and not _both_empty(before, after):
        yield from _leaf(before, after, path)


def _leaf(before: Any, after: Any, path: str) -> Iterator[FieldChange]:
    if isinstance(after, dict) and before is None:
        yield from _fields({}, after, path)
    elif isinstance(before, dict) and after is None:
        yield from _fields(before, {}, path)
    else:
        yield FieldChange(path, _plain(before), _plain(after))


def _both_empty(before: Any, after: Any) -> bool:
    return before in (None, "", {}, []) and after in (None, "", {}, [])


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(_plain(each) for each in value)
    return str(value)
