"""The canonical JSON of an evidence pack → a dossier; many of them → the files of a month."""

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from reconciliation.evidence.dossier import Dossier, Row, Section
from reconciliation.evidence.sheets import csv_files, csv_text

VERIFY = (
    "The JSON file is the evidence; the others only make it readable. The SHA-256 of its bytes is "
    "the hash of this day: sha256sum FILE.json. The file names the hash of the pack before it as "
    "previous_hash, so nothing can be changed, added or taken away without every later hash being "
    "another. Plumbline walks the whole chain with: manage.py verify."
)
COLUMNS = ("till", "receipts", "erp", "journal", "gateway")
HEADS = ("Till closes", "Receipts", "ERP", "Journal", "Gateway")
AMOUNTS = frozenset(range(1, 6))
INDEX = ("Evidence", "Store", "Day", "Round", "Takings", "Currency", "SHA-256", "Previous")
Json = Mapping[str, Any]


def dossier_of(text: str, *, digest: str) -> Dossier:
    """Lay out one pack: a signed day, or what was decided about its late receipts."""
    pack = json.loads(text)
    day = pack["day"]
    on = date.fromisoformat(day["date"])
    is_day = "content" in pack
    sections = _day_sections(pack) if is_day else _late_sections(pack)
    return Dossier(
        name=_safe(f"{day['store']}-{on.isoformat()}-{pack['sequence']:06d}"),
        title=f"{day['name']}, {on:%A} {on.day} {on:%B %Y}",
        statement=_statement(pack) if is_day else f"Late receipts: {pack['decided']['reason']}",
        facts=tuple(_day_facts(pack) if is_day else _late_facts(pack)),
        sections=tuple(sections),
        text=text,
        digest=digest,
        previous=pack["previous_hash"],
    )


def _safe(name: str) -> str:
    """Return a name that is plain on every file system."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", name)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _day_facts(pack: Json) -> Iterator[tuple[str, str]]:
    figures = pack["content"]["figures"]
    counts = figures["counts"]
    gross = next(row for row in figures["totals"] if row["measure"] == "gross")
    yield "Store", f"{figures['store_name']} ({figures['store_code']})"
    yield "Trading day", f"{figures['business_date']}, {figures['timezone']}"
    yield "Takings, with VAT", f"{_text(gross['receipts'])} {figures['currency']}"
    yield "Receipts", f"{counts['sales']} sales, {counts['returns']} returns"
    yield "Explained differences", f"{_text(pack['explained'])} {figures['currency']}"
    yield "Evidence", f"{pack['sequence']}, round {pack['round']}"


def _statement(pack: Json) -> str:
    signed = [step for step in pack["steps"] if step["step"] == "signed"]
    return f"{signed[-1]['statement']} Signed: {signed[-1]['by']}" if signed else ""


def _day_sections(pack: Json) -> Iterator[Section]:
    content, facts = pack["content"], pack["facts"]
    figures = content["figures"]
    yield _section("people", "Who signed", PEOPLE, pack["steps"])
    yield _matrix("tenders", "Tenders", [*figures["tenders"], *figures["totals"]])
    yield _matrix("vat", "Net and VAT by rate", [*figures["nets"], *figures["taxes"]])
    yield _section("tills", "Tills", TILLS, figures["registers"], right=(1,))
    yield _section("cash", "Cash", CASH, figures["cash"], right=range(2, 8))
    yield _section(
        "differences", "What differs", DIFFERENCES, content["variances"], right=(1, 2, 3)
    )
    yield _section("explanations", "Explanations", NOTES, pack["notes"], right=(3,))
    yield _section("journal", "Journal", JOURNAL, content["journal"], right=(2, 3))
    yield _section("receipts", "Receipts", RECEIPTS, _receipts(facts), right=range(3, 7))


def _receipts(facts: Json) -> list[Json]:
    listed: Iterable[Json] = facts["receipts"].values()
    return sorted(listed, key=lambda each: (str(each["placed_at"]), str(each["number"])))


def _matrix(slug: str, title: str, rows: Iterable[Json]) -> Section:
    cells = tuple((_row_name(row), *(_text(row[column]) for column in COLUMNS)) for row in rows)
    return Section(slug, title, ("What", *HEADS), cells, AMOUNTS)


def _row_name(row: Json) -> str:
    return f"{row['measure']} {row['name']}".strip()


Field = tuple[str, Callable[[Json], object]]


def _section(
    slug: str,
    title: str,
    fields: tuple[Field, ...],
    rows: Iterable[Json],
    right: Iterable[int] = (),
) -> Section:
    cells: tuple[Row, ...] = tuple(tuple(_text(read(row)) for _, read in fields) for row in rows)
    return Section(slug, title, tuple(name for name, _ in fields), cells, frozenset(right))


def _of(key: str) -> Callable[[Json], object]:
    return lambda row: row[key]


def _joined(key: str) -> Callable[[Json], object]:
    return lambda row: " ".join(map(str, row[key] or ()))


def _pairs(key: str) -> Callable[[Json], object]:
    return lambda row: "; ".join(f"{name} {amount}" for name, amount in row[key].items())


def _yes(key: str) -> Callable[[Json], object]:
    return lambda row: "yes" if row[key] else "no"


def _side(sign: int) -> Callable[[Json], object]:
    return lambda row: max(sign * Decimal(row["amount"]), Decimal("0.00"))


PEOPLE: tuple[Field, ...] = (
    ("Step", _of("step")),
    ("By", _of("by")),
    ("At", _of("at")),
    ("Statement", _of("statement")),
)
TILLS: tuple[Field, ...] = (
    ("Till", _of("register_id")),
    ("Receipts", _of("receipts")),
    ("Closes", _joined("closes")),
    ("Missing numbers", _joined("missing")),
)
CASH: tuple[Field, ...] = (
    ("Close", _of("close")),
    ("Till", _of("register_id")),
    ("Float", _of("opening_float")),
    ("Taken", _of("taken")),
    ("Paid out", _of("paid_out")),
    ("Expected", _of("expected")),
    ("Counted", _of("counted")),
    ("Differs", _of("difference")),
)
DIFFERENCES: tuple[Field, ...] = (
    ("What", _of("key")),
    ("Expected", _of("expected")),
    ("Actual", _of("actual")),
    ("Differs", _of("amount")),
    ("Within tolerance", _yes("is_within")),
    ("In words", _of("sentence")),
    ("Receipts", _joined("receipts")),
)
NOTES: tuple[Field, ...] = (
    ("What", _of("key")),
    ("Reason", _of("reason")),
    ("In words", _of("text")),
    ("Amount", _of("amount")),
    ("Carried forward", _yes("is_carried")),
    ("By", _of("by")),
)
JOURNAL: tuple[Field, ...] = (
    ("Account", _of("nominal")),
    ("What", _of("memo")),
    ("Debit", _side(1)),
    ("Credit", _side(-1)),
    ("Receipts", _joined("receipts")),
)
RECEIPTS: tuple[Field, ...] = (
    ("Receipt", _of("number")),
    ("Till", _of("till")),
    ("Rung up", _of("placed_at")),
    ("Net", _of("net")),
    ("VAT", _of("vat")),
    ("Gross", _of("gross")),
    ("Rounding", _of("rounding")),
    ("Tenders", _pairs("tenders")),
    ("At the ERP", _joined("erp_refs")),
)
LATE: tuple[Field, ...] = (("Receipt", _of("number")), ("Gross", _of("gross")), ("VAT", _of("vat")))


def _late_facts(pack: Json) -> Iterator[tuple[str, str]]:
    yield "Decided by", f"{pack['decided']['by']}, {pack['decided']['at']}"
    yield "Posted on", f"{pack['posted_on']}, journal {pack['reference']}"
    yield "Evidence", f"{pack['sequence']}, round {pack['round']}"


def _late_sections(pack: Json) -> Iterator[Section]:
    yield _section("late", "Late receipts", LATE, pack["late"], right=(1, 2))
    yield _section("journal", "Journal", JOURNAL, pack["journal"], right=(2, 3))


def month_files(dossiers: Iterable[Dossier]) -> dict[str, bytes]:
    """Return the files of many packs by name: JSON and CSV of each, an index, the hashes.

    `SHA256SUMS` is what `sha256sum --check` reads.
    """
    files, index, sums = dict[str, bytes](), list[Row](), list[str]()
    for dossier in dossiers:
        name = f"{dossier.name}/{dossier.name}.json"
        files[name] = dossier.text.encode()
        files |= csv_files(dossier)
        sums.append(f"{dossier.digest}  {name}\n")
        index.append(_line(dossier))
    head = {
        "index.csv": csv_text(INDEX, index).encode(),
        "SHA256SUMS": "".join(sums).encode(),
        "VERIFY.txt": f"{VERIFY}\n".encode(),
    }
    return head | files


def _line(dossier: Dossier) -> Row:
    pack = json.loads(dossier.text)
    figures = pack.get("content", {}).get("figures", {})
    totals = figures.get("totals", ())
    gross = next((_text(row["receipts"]) for row in totals if row["measure"] == "gross"), "")
    currency = figures.get("currency", "")
    named = (str(pack["sequence"]), pack["day"]["name"], pack["day"]["date"], str(pack["round"]))
    return (*named, gross, currency, dossier.digest, dossier.previous)
