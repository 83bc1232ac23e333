"""Reading a trade file strictly: what is wrong is named by file, line and column."""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

NUMBER = re.compile(r"-?\d+(\.\d+)?")
WHOLE = re.compile(r"-?\d+(\.0+)?")


class TradeFileError(ValueError):
    """A trade file cannot be rung up. Says where and why; nothing of it was rung."""

    def __init__(self, path: Path, line: int, column: str, problem: str) -> None:
        self.path, self.line, self.column, self.problem = path, line, column, problem
        where = f"line {line}" + (f", column {column}" if column else "")
        super().__init__(f"{path.name}, {where}: {problem}")


@dataclass(frozen=True)
class Row:
    """One record of a file, by column name."""

    path: Path
    line: int
    values: dict[str, str]

    def refuse(self, column: str, problem: str) -> TradeFileError:
        """The error that says what is wrong with one value."""
        return TradeFileError(self.path, self.line, column, problem)

    def text(self, column: str) -> str:
        """The value without surrounding blanks, possibly empty."""
        return self.values[column].strip()

    def required(self, column: str) -> str:
        """The value, which must not be empty. Raises TradeFileError."""
        if text := self.text(column):
            return text
        raise self.refuse(column, "a value is missing")

    def number(self, column: str) -> Decimal:
        """A plain decimal number. Raises TradeFileError."""
        text = self.text(column)
        if not NUMBER.fullmatch(text):
            raise self.refuse(column, f"{text!r} is not a number")
        return Decimal(text)

    def whole(self, column: str) -> int:
        """A whole number. Raises TradeFileError."""
        text = self.text(column)
        if not WHOLE.fullmatch(text):
            raise self.refuse(column, f"{text!r} is not a whole number")
        return int(Decimal(text))

    def wall_clock(self, column: str) -> datetime:
        """A local time as the file wrote it; its zone is added by the caller."""
        text = self.text(column)
        try:
            found = datetime.fromisoformat(text)
        except ValueError:
            raise self.refuse(column, f"{text!r} is not a date and time") from None
        if found.tzinfo is not None:
            raise self.refuse(column, f"{text!r} has an offset; a wall-clock time is expected")
        return found


def read_header(path: Path) -> tuple[str, ...]:
    """The column names of a file. Raises TradeFileError when there are none."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            header = next(csv.reader(file), [])
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TradeFileError(path, 1, "", f"cannot be read ({error})") from error
    if not header:
        raise TradeFileError(path, 1, "", "the file is empty")
    return tuple(name.strip() for name in header)


def read_rows(path: Path) -> Iterator[Row]:
    """Every record, blank lines left out. Raises TradeFileError on a record of another width."""
    header = read_header(path)
    line = 1
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            next(reader)
            for values in reader:
                line = reader.line_num
                if values:
                    yield _row(path, line, header, values)
    except (UnicodeDecodeError, csv.Error) as error:
        raise TradeFileError(path, line + 1, "", f"cannot be read ({error})") from error


def _row(path: Path, line: int, header: tuple[str, ...], values: list[str]) -> Row:
    if len(values) < len(header):
        raise TradeFileError(path, line, header[len(values)], "the line ends too early")
    if len(values) > len(header):
        raise TradeFileError(path, line, header[-1], "the line has more values than columns")
    return Row(path, line, dict(zip(header, values, strict=True)))
