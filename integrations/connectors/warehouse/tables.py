"""One flat table per file: reading whole files only, and writing ours. Pure."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

from integrations.connectors.warehouse.assumed import LARGEST_FILE

END = "#EOF"
Row = dict[str, str]

REQUIRED = {
    "ack": ("source_file", "client_order_ref", "result"),
    "sts": ("client_order_ref", "status", "status_at"),
    "shp": (
        "shipment_ref", "client_order_ref", "warehouse", "dispatched_at", "carrier", "line_ref",
        "sku", "qty_dispatched", "final",
    ),
    "inv": ("warehouse", "sku", "on_hand", "available", "as_of", "snapshot_type"),
}  # fmt: skip


class BadFileError(ValueError):
    """The file is not whole, or not what its name says; the text says why."""


def kind_of(name: str) -> str:
    """`shp` of `shp_WMS_20261120T164000Z_000001.csv`."""
    return name.partition("_")[0]


def read_table(name: str, content: bytes) -> list[Row]:
    """The rows of a whole file; columns in any order, further ones kept. Raises BadFileError."""
    lines = _lines(content)
    if not lines or lines[-1][0] != END:
        raise BadFileError("its last row, #EOF and the number of rows, is missing")
    header, rows, counted = lines[0], lines[1:-1], lines[-1][1:2]
    if counted != [str(len(rows))]:
        raise BadFileError(f"it says that it has {_first(counted)} rows and has {len(rows)}")
    absent = [column for column in REQUIRED.get(kind_of(name), ()) if column not in header]
    if absent:
        raise BadFileError(f"it has no column {', '.join(absent)}")
    uneven = next((place for place, row in enumerate(rows, 2) if len(row) != len(header)), 0)
    if uneven:
        raise BadFileError(f"row {uneven} has other columns than the header")
    return [dict(zip(header, row, strict=True)) for row in rows]


def write_table(columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
    """A whole file in UTF-8. Columns that a row does not have stay empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    out.write(f"{END},{len(rows)}\n")
    return out.getvalue().encode()


def units(row: Row, column: str, *, blank: int | None = None) -> int | None:
    """A whole number of a column; `blank` where it says nothing. Raises BadFileError."""
    text = row.get(column, "")
    if not text:
        return blank
    if not text.removeprefix("-").isascii() or not text.removeprefix("-").isdecimal():
        raise BadFileError(f"{column} is “{text[:20]}”, which is not a whole number")
    return int(text)


def _lines(content: bytes) -> list[list[str]]:
    if len(content) > LARGEST_FILE:
        raise BadFileError(f"it is larger than {LARGEST_FILE // 1024**2} MB")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFileError("it is not text in UTF-8") from None
    if "\0" in text:
        raise BadFileError("it is not text in UTF-8")
    try:
        return [line for line in csv.reader(io.StringIO(text, newline=""), strict=True) if line]
    except csv.Error:
        raise BadFileError("its quotation marks do not match") from None


def _first(counted: Sequence[str]) -> str:
    return counted[0] if counted and counted[0].isdecimal() else "no number of"
