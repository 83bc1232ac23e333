"""Mapping rows as CSV: safe to open in a spreadsheet, and read back exactly."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from integrations.mapping.tables import MappingTable
from integrations.mapping.validation import Known, clean_target, nearest, nobody_knows, row_problems

LARGEST = 1_000_000  # bytes
MOST_ROWS = 20_000
FIXED = ("value", "label", "effective_from")
# A spreadsheet runs a cell that begins so; apostrophes before it are kept apart by one more.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")  # noqa: RUF001
NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


@dataclass(frozen=True, slots=True)
class SheetRow:
    source_value: str
    source_label: str
    effective_from: date | None
    target: dict[str, str]


@dataclass(frozen=True, slots=True)
class SheetProblem:
    line: int
    column: str
    sentence: str

    def __str__(self) -> str:
        return f"Line {self.line}, {self.column}: {self.sentence}"


class SheetError(ValueError):
    """Nothing was taken from the file; `problems` are all of them."""

    def __init__(self, problems: list[SheetProblem]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def columns(table: MappingTable) -> list[str]:
    """The header of a table's file."""
    return [*FIXED, *(field.name for field in table.targets)]


def write_sheet(table: MappingTable, rows: Iterable[SheetRow]) -> str:
    """The rows as CSV with a header, formulas made harmless."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns(table))
    for row in rows:
        since = row.effective_from.isoformat() if row.effective_from else ""
        targets = [row.target.get(field.name, "") for field in table.targets]
        writer.writerow(
            [disarm(cell) for cell in (row.source_value, row.source_label, since, *targets)]
        )
    return out.getvalue()


def disarm(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula; numbers stay numbers."""
    return f"'{cell}" if FORMULA.match(cell) and not NUMBER.fullmatch(cell) else cell


def rearm(cell: str) -> str:
    """The inverse of `disarm`."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def read_sheet(
    table: MappingTable, content: bytes, *, known: Known = nobody_knows
) -> list[SheetRow]:
    """Every row of the file, in its order. Raises SheetError with all problems at once."""
    reader = csv.DictReader(io.StringIO(_text(content), newline=""), strict=True)
    problems: list[SheetProblem] = []
    rows: list[SheetRow] = []
    try:
        _check_header(table, reader.fieldnames)
        for cells in reader:
            if len(rows) >= MOST_ROWS:
                raise _refused(reader.line_num, f"The file has more than {MOST_ROWS} rows.")
            row, wrong = _row(table, cells, line=reader.line_num, known=known)
            rows.append(row)
            problems += wrong
    except csv.Error as error:
        raise _refused(reader.line_num, f"This is not a CSV file: {error}.") from None
    problems += _repeated(table, rows)
    if problems:
        raise SheetError(problems)
    return rows


def _refused(line: int, sentence: str) -> SheetError:
    return SheetError([SheetProblem(line, "file", sentence)])


def _text(content: bytes) -> str:
    if len(content) > LARGEST:
        raise _refused(1, f"The file is larger than {LARGEST // 1_000_000} MB.")
    if b"\x00" in content:
        raise _refused(1, "This is not a text file. Save it as CSV (UTF-8).")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise _refused(1, "The file is not in UTF-8. Save it as CSV (UTF-8).") from None


def _check_header(table: MappingTable, header: Iterable[str] | None) -> None:
    names, wanted = list(header or ()), columns(table)
    problems = [
        SheetProblem(1, name or "empty", f"This column is not known.{nearest(name, wanted)}")
        for name in names
        if name not in wanted
    ]
    problems += [
        SheetProblem(1, name, "This column is missing.") for name in wanted if name not in names
    ]
    twice = sorted({name for name in names if names.count(name) > 1})
    problems += [SheetProblem(1, name, "This column appears twice.") for name in twice]
    if problems:
        raise SheetError(problems)


def _row(
    table: MappingTable,
    cells: Mapping[str | None, str | list[str] | None],
    *,
    line: int,
    known: Known,
) -> tuple[SheetRow, list[SheetProblem]]:
    problems: list[SheetProblem] = []
    if None in cells or None in cells.values():
        problems.append(SheetProblem(line, "row", "It does not have as many cells as the header."))
    text = {str(name): rearm(cell) for name, cell in cells.items() if isinstance(cell, str)}
    target = clean_target({field.name: text.get(field.name, "") for field in table.targets})
    source = table.clean_source(text.get("value", ""))
    since, wrong = _date(text.get("effective_from", "").strip(), line=line)
    problems += wrong
    for problem in row_problems(table, source, target, known=known):
        column = "value" if problem.field == "source" else problem.field
        problems.append(SheetProblem(line, column, problem.sentence))
    return SheetRow(source, text.get("label", "").strip(), since, target), problems


def _date(text: str, *, line: int) -> tuple[date | None, list[SheetProblem]]:
    if not text:
        return None, []
    try:
        return date.fromisoformat(text), []
    except ValueError:
        sentence = f"“{text}” is not a date. Write it as 2026-04-30."
        return None, [SheetProblem(line, "effective_from", sentence)]


def _repeated(table: MappingTable, rows: list[SheetRow]) -> Iterator[SheetProblem]:
    seen: set[tuple[str, date | None]] = set()
    for number, row in enumerate(rows, start=2):
        key = (table.source_key(row.source_value), row.effective_from)
        if key in seen and row.source_value:
            yield SheetProblem(number, "value", f"“{row.source_value}” appears twice.")
        seen.add(key)
