"""What makes a mapping row acceptable, and words for what does not."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from integrations.mapping.tables import MappingTable, TargetField

LONGEST = 120  # characters of a value, as the column allows

# (field, value) → codes that exist at the vendor, at least those like `value`; None when unknown
Known = Callable[[TargetField, str], Collection[str] | None]


@dataclass(frozen=True, slots=True)
class RowProblem:
    """What is wrong with one cell. `field` is "source" or the name of a target field."""

    field: str
    sentence: str


def nobody_knows(field: TargetField, value: str) -> Collection[str] | None:
    """For rows that are checked before the vendor's lists were read."""
    return None


def nearest(value: str, valid: Collection[str]) -> str:
    """“ Did you mean …?” with the closest valid value, or the shortest true help there is."""
    close = get_close_matches(
        value.casefold(), {each.casefold() for each in valid}, n=1, cutoff=0.5
    )
    if close:
        match = next(each for each in sorted(valid) if each.casefold() == close[0])
        return f" Did you mean “{match}”?"
    return f" Write one of: {', '.join(sorted(valid))}." if 0 < len(valid) <= 12 else ""


def clean_target(target: Mapping[str, str]) -> dict[str, str]:
    """The target as it is stored: trimmed, empty fields left out."""
    trimmed = {name: str(value).strip() for name, value in target.items() if value is not None}
    return {name: value for name, value in trimmed.items() if value}


def row_problems(
    table: MappingTable, source: str, target: Mapping[str, str], *, known: Known = nobody_knows
) -> list[RowProblem]:
    """Everything wrong with one row, in the order of its columns."""
    target = clean_target(target)
    return [
        *_source_problems(table, table.clean_source(source)),
        *_unknown_fields(table, target),
        *(problem for field in table.targets for problem in _field_problems(field, target, known)),
    ]


def _source_problems(table: MappingTable, source: str) -> Iterator[RowProblem]:
    if not source:
        yield RowProblem("source", f"{table.source_label} is empty.")
    elif len(source) > LONGEST or not source.isprintable():
        yield RowProblem("source", f"{table.source_label} must be text of up to {LONGEST} letters.")
    elif table.source_options and source not in table.source_options:
        help_ = nearest(source, table.source_options)
        yield RowProblem("source", f"“{source}” is not known under {table.title.lower()}.{help_}")


def _unknown_fields(table: MappingTable, target: Mapping[str, str]) -> Iterator[RowProblem]:
    names = [field.name for field in table.targets]
    for name in target:
        if name not in names:
            yield RowProblem(name, f"{table.title} have no column “{name}”.{nearest(name, names)}")


def _field_problems(
    field: TargetField, target: Mapping[str, str], known: Known
) -> Iterator[RowProblem]:
    value = target.get(field.name, "")
    if not value:
        if field.required:
            yield RowProblem(field.name, f"{field.label} is missing.")
        return
    if len(value) > LONGEST or not value.isprintable():
        yield RowProblem(field.name, f"{field.label} must be text of up to {LONGEST} letters.")
        return
    valid = field.options or known(field, value)
    if valid is not None and value not in valid:
        help_ = nearest(value, valid)
        yield RowProblem(field.name, f"{field.label} “{value}” does not exist there.{help_}")
