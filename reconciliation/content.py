"""A day as plain JSON: canonical text, its hash, what is sealed, and what changed since. Pure."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Any

from pydantic import TypeAdapter

from reconciliation.figures import Blocker, Column, DayFigures, Variance
from reconciliation.journals import Line
from reconciliation.takings import CloseFact, DayBook, ReceiptFact, rate_name

LEAST_PLACES = 2
TABLES = ("totals", "tenders", "nets", "taxes")


def plain(value: Any) -> Any:
    """Return `value` as JSON types. Equal amounts and instants are always the same text."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {_key(key): plain(each) for key, each in value.items()}
    if isinstance(value, Decimal):
        return amount_text(value)
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str | int | bool) or value is None:
        return value
    return [plain(each) for each in value]


def _key(key: Any) -> str:
    return rate_name(key) if isinstance(key, Decimal) else str(key)


def amount_text(amount: Decimal) -> str:
    """Return an exact amount with at least two decimals: 12.00, 0.125, never -0.00."""
    exact = amount.normalize() + 0
    places = max(LEAST_PLACES, -int(exact.as_tuple().exponent))
    return f"{exact or Decimal(0):.{places}f}"


def canonical(value: Any) -> str:
    """Return the one text of `value`: sorted keys, no spaces, UTF-8 as it is."""
    return json.dumps(plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


# What a seal covers


def sealed_facts(book: DayBook) -> dict[str, Any]:
    """Receipts with their postings, till closes and journal lines, by their own names."""
    return {
        "receipts": {receipt_key(fact): _receipt(fact) for fact in book.receipts},
        "closes": {close.external_id: _close(close) for close in book.closes},
        "journal": {f"{line.nominal} {line.memo}": plain(line.amount) for line in _lines(book)},
    }


def _lines(book: DayBook) -> Iterable[Line]:
    return book.journal or ()


def receipt_key(fact: ReceiptFact) -> str:
    return f"{fact.kind} {fact.external_id}"


def _receipt(fact: ReceiptFact) -> dict[str, Any]:
    posted = fact.posted
    return plain(
        {
            "number": fact.entry.number,
            "till": fact.register_id,
            "placed_at": fact.placed_at,
            "net": fact.entry.net,
            "vat": fact.entry.tax,
            "gross": fact.gross,
            "rounding": fact.entry.rounding,
            "net_by_rate": fact.lines_net,
            "vat_by_rate": fact.entry.tax_by_rate,
            "tenders": _by_name(fact),
            "erp_gross": posted.gross if posted else None,
            "erp_tenders": posted.tenders if posted else None,
            "erp_refs": posted.refs if posted else (),
        }
    )


def _by_name(fact: ReceiptFact) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for tender in fact.entry.tenders:
        sums[tender.name] = sums.get(tender.name, Decimal(0)) + tender.amount
    return sums


def _close(close: CloseFact) -> dict[str, Any]:
    return plain(
        {
            "till": close.register_id,
            "closed_at": close.closed_at,
            "gross": close.gross,
            "rounding": close.rounding,
            "tenders": close.tenders,
            "vat_by_rate": close.tax_by_rate,
            "counted": close.cash.counted,
            "expected": close.cash.expected,
        }
    )


@dataclass(frozen=True, slots=True)
class Change:
    """One figure that differs from what was seen or sealed. Empty text: it was not there."""

    record: str  # the receipt's number, the close, the journal line
    field: str
    before: str
    after: str


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Compare two `sealed_facts`. Receipts that are new are told as one line."""
    found: list[Change] = []
    for part, word in (("receipts", "receipt"), ("closes", "till close"), ("journal", "journal")):
        old, new = before.get(part, {}), after.get(part, {})
        for key in sorted({*old, *new}):
            found += _differences(word, key, old.get(key), new.get(key))
    return found


def figure_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Compare what two contents show in the cells of their tables."""
    old, new = _cells(before), _cells(after)
    return [
        Change(row, column, _told(old.get((row, column))), _told(new.get((row, column))))
        for row, column in sorted({*old, *new})
        if old.get((row, column)) != new.get((row, column))
    ]


def _cells(content: Mapping[str, Any]) -> dict[tuple[str, str], Any]:
    figures = content.get("figures", {})
    rows = [row for table in TABLES for row in figures.get(table, ())]
    return {
        (f"{row['measure']} {row['name']}".strip(), column.value): row[column.value]
        for row in rows
        for column in Column
    }


def _differences(word: str, key: str, old: Any, new: Any) -> list[Change]:
    if old == new:
        return []
    named = old if isinstance(old, dict) else new if isinstance(new, dict) else {}
    record = str(named.get("number") or f"{word} {key}")
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return [Change(record, _headline(old, new), _told(old), _told(new))]
    return [
        Change(record, field, _told(old.get(field)), _told(new.get(field)))
        for field in sorted({*old, *new})
        if old.get(field) != new.get(field)
    ]


def _headline(old: Any, new: Any) -> str:
    return "gross" if isinstance(old, dict) or isinstance(new, dict) else "amount"


def _told(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict):
        return str(value["gross"]) if "gross" in value else canonical(value)
    return value if isinstance(value, str) else canonical(value)


# What a page shows

_figures = TypeAdapter(DayFigures)
_variances = TypeAdapter(tuple[Variance, ...])
_blockers = TypeAdapter(tuple[Blocker, ...])
_changes = TypeAdapter(list[Change])


@dataclass(frozen=True, slots=True)
class DayContent:
    """What is shown of a day. `figures` is None until the day was looked at."""

    figures: DayFigures | None
    variances: tuple[Variance, ...] = ()
    unexplained: tuple[str, ...] = ()  # keys of variances that still need a reason
    blockers: tuple[Blocker, ...] = ()
    journal: tuple[Line, ...] = ()


def shown(content: Mapping[str, Any]) -> DayContent:
    """Read what `StoreDay.content` keeps."""
    if not content:
        return DayContent(None)
    return DayContent(
        figures=_figures.validate_python(content["figures"]),
        variances=_variances.validate_python(content["variances"]),
        unexplained=tuple(content["unexplained"]),
        blockers=_blockers.validate_python(content["blockers"]),
        journal=tuple(
            Line(row["nominal"], row["memo"], Decimal(row["amount"]), list(row["receipts"]))
            for row in content["journal"]
        ),
    )


def read_changes(lines: Iterable[Mapping[str, Any]]) -> list[Change]:
    """Read what `StoreDay.seal_lines` keeps."""
    return _changes.validate_python(list(lines))
