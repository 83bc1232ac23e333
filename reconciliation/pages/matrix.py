"""The matrices of a day as they are drawn: zeros faint, the first break lit, every cell a door."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import urlencode

from reconciliation.figures import Column, DayFigures, FigureRow, Measure

TITLES = {
    Column.TILL: "Till closes",
    Column.RECEIPTS: "Receipts",
    Column.ERP: "ERP",
    Column.JOURNAL: "Journal",
    Column.GATEWAY: "Gateway",
}
NAMES = {
    Measure.NET: "Net at {} %",
    Measure.TAX: "VAT at {} %",
    Measure.GROSS: "Takings, with VAT",
    Measure.ROUNDING: "Cash rounding",
}


@dataclass(frozen=True)
class Cell:
    """One amount. `door` is the query string to its receipts; none where nothing is said."""

    column: Column
    amount: Decimal | None
    breaks: bool
    door: str


@dataclass(frozen=True)
class MatrixRow:
    """One row as drawn. `apart` = right − left where the columns first part, else zero."""

    key: str
    title: str
    cells: Sequence[Cell]
    apart: Decimal

    @property
    def is_quiet(self) -> bool:
        return not any(cell.amount for cell in self.cells)


@dataclass(frozen=True)
class Matrix:
    """Rows under their column titles."""

    columns: Sequence[str]
    rows: Sequence[MatrixRow]

    @property
    def broken(self) -> int:
        return sum(bool(row.apart) for row in self.rows)


def column_titles(figures: DayFigures) -> list[str]:
    draft = {Column.JOURNAL: "Journal, draft"} if figures.journal_is_draft else {}
    return [draft.get(column, TITLES[column]) for column in Column]


def row_title(row: FigureRow) -> str:
    """Name a row for people: a tender by its own name, a rate as what it is."""
    return NAMES[row.measure].format(row.name) if row.measure in NAMES else row.name


def matrix_row(row: FigureRow) -> MatrixRow:
    apart = next((amount for _, _, amount in row.steps() if amount), Decimal(0))
    cells = [
        Cell(column, amount, column is row.breaks, _door(row.key, column, amount))
        for column, amount in row.cells
    ]
    return MatrixRow(row.key, row_title(row), cells, apart)


def _door(key: str, column: Column, amount: Decimal | None) -> str:
    return "" if amount is None else urlencode({"row": key, "column": column.value})


def matrix(figures: DayFigures, rows: Iterable[FigureRow]) -> Matrix:
    """Draw some rows of a day; the largest tenders first is the figures' own order."""
    return Matrix(column_titles(figures), [matrix_row(row) for row in rows])


def tender_matrix(figures: DayFigures) -> Matrix:
    return matrix(figures, (*figures.tenders, *figures.totals))


def note_of(figures: DayFigures) -> str:
    """Say why a column is empty that could look forgotten."""
    if figures.accounting_mode == "daily_journal":
        return "The journal carries the payments, so the orders in the ERP have no tenders."
    return ""


def vat_matrix(figures: DayFigures) -> Matrix:
    """Net and VAT of each rate under one another."""
    by_rate = sorted({row.name for row in (*figures.nets, *figures.taxes)}, key=_rate, reverse=True)
    both = {(row.measure, row.name): row for row in (*figures.nets, *figures.taxes)}
    wanted = [(measure, rate) for rate in by_rate for measure in (Measure.NET, Measure.TAX)]
    return matrix(figures, [both[each] for each in wanted if each in both])


def _rate(text: str) -> Decimal:
    return Decimal(text)


def find_row(figures: DayFigures, key: str) -> FigureRow | None:
    return next((row for row in figures.rows if row.key == key), None)
