"""The form for a value that waits, with what it may mean; and the rows of a table."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest

from integrations.public import Link, MappingRow, MappingTable, desk
from monitoring.kit.clock import now_of
from monitoring.pages.mapping_form import MappingForm
from monitoring.pages.mapping_reads import Waiting
from monitoring.pages.mapping_suggestions import Labels, Suggestion, suggest


@dataclass(frozen=True)
class Offer:
    """A form, filled with what is likely, and the other answers with their evidence."""

    form: MappingForm
    suggestions: list[tuple[Suggestion, str, bool]]  # with its address, and whether it is chosen


def offer(
    request: HttpRequest, link: Link, table: MappingTable, one: Waiting, choices: Labels
) -> Offer:
    """Return the form for a waiting value. What the address says goes before the best guess."""
    found = suggest(link, table, one.value, choices)
    names = [target.name for target in table.targets if f"to_{target.name}" in request.GET]
    asked = {name: request.GET[f"to_{name}"] for name in names}
    target = asked or (found[0].target if found else {})
    form = MappingForm(
        table=table,
        choices=choices,
        today=now_of(request).date(),
        always=_always(link, table, one),
        initial={"value": one.value, "version": 0, **_prefixed(target)},
    )
    return Offer(form, [(each, _address(one, each), each.target == target) for each in found])


def _prefixed(target: Mapping[str, str]) -> dict[str, str]:
    return {f"to_{name}": code for name, code in target.items()}


def _address(one: Waiting, suggestion: Suggestion) -> str:
    return "?" + urlencode({"value": one.value, **_prefixed(suggestion.target)})


def _always(link: Link, table: MappingTable, one: Waiting) -> str:
    """The default in words: since the value was first seen, which is as good as always."""
    seen = desk.value_uses().filter(link=link, table=table.key, value=table.source_key(one.value))
    first = seen.values_list("first_seen", flat=True).first() or one.oldest
    return f"Since first seen, {first:%-d %b %Y}" if first else ""


def row_lines(
    rows: Iterable[MappingRow],
    table: MappingTable,
    choices: Labels,
    used: desk.Coverage,
    *,
    q: str,
) -> list[dict[str, Any]]:
    """Return the rows as shown: the vendor's words, how much each is used."""
    labels = {name: dict(pairs) for name, pairs in choices.items()}
    unused = {row.pk for row in used.unused}
    found = []
    for row in rows:
        shown = [
            labels.get(each.name, {}).get(code, code)
            for each in table.targets
            for code in [row.target.get(each.name, "")]
        ]
        if q.casefold() in " ".join((row.source_value, row.source_label, *shown)).casefold():
            gone = _gone(row, table, labels)
            found.append(
                {
                    "row": row,
                    "shown": shown,
                    "uses": used.uses.get(row.pk),
                    "unused": row.pk in unused,
                    "gone": gone,
                }
            )
    return found


def _gone(row: MappingRow, table: MappingTable, labels: Mapping[str, Mapping[str, str]]) -> str:
    """What the vendor does not have any more, among the codes of a row; empty when all exist."""
    missing = [
        field.label
        for field in table.targets
        if (known := labels.get(field.name))
        and row.target.get(field.name)
        and row.target[field.name] not in known
    ]
    return ", ".join(missing)


def start_of(
    request: HttpRequest, table: MappingTable, choices: Labels, rows: Iterable[MappingRow]
) -> tuple[MappingRow, MappingForm] | None:
    """Return the row that is being edited, with its form; None when none is."""
    row = next((each for each in rows if str(each.pk) == request.GET.get("edit")), None)
    if row is None:
        return None
    initial = {
        "value": row.source_value,
        "version": row.version,
        "since": row.effective_from,
        **_prefixed(row.target),
    }
    always = f"From {row.effective_from:%-d %b %Y}, as now" if row.effective_from else "Always"
    form = MappingForm(
        table=table,
        choices=choices,
        today=now_of(request).date(),
        always=always,
        initial=initial,
    )
    return row, form
