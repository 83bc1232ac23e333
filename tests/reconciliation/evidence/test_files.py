"""A signed day as CSV, zip and PDF: readable, harmless, and the same bytes every time."""

import csv
import io
import zipfile
from dataclasses import replace

import pytest

from reconciliation.evidence.dossier import Dossier, Section
from reconciliation.evidence.paper import pdf, printable
from reconciliation.evidence.sheets import archive, csv_files, csv_text

TENDERS = Section(
    "tenders",
    "Tenders",
    ("Tender", "Till", "Receipts"),
    (("Cash", "-9.00", "-9.00"), ("Card", "100.00", "")),
    numbers=frozenset({1, 2}),
)
DOSSIER = Dossier(
    name="LDS01-2026-03-27",
    title="Leeds, Friday 27 March 2026",
    statement="I have looked at every difference of this day.",
    facts=(("Signed by", "Farah Finch"),),
    sections=(TENDERS, Section("late", "Late sales", ("Receipt",), ())),
    text='{"a":1}',
    digest="a" * 64,
    previous="",
)
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src="http://example.test/x.png">',
    "</para><para>",
    "&nosuch; <b>",
    "{{7*7}}",
    "=HYPERLINK(1)",
    "nul\x00 bell\x07",
    "🧥 Łódź 上海",
    "x" * 4000,
    "<font name='nosuch'>",
]


def rows_of(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def test_every_table_is_a_file_in_reading_order() -> None:
    files = dict(csv_files(DOSSIER))

    assert list(files) == [
        "LDS01-2026-03-27/01-summary.csv",
        "LDS01-2026-03-27/02-tenders.csv",
        "LDS01-2026-03-27/03-late.csv",
    ]
    assert rows_of(files["LDS01-2026-03-27/02-tenders.csv"])[1] == ["Cash", "-9.00", "-9.00"]


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+1+1", "-1+1", "\tx", "＝1"])  # noqa: RUF001
def test_no_cell_is_taken_for_a_formula(cell: str) -> None:
    assert rows_of(csv_text(("Name",), [(cell,)]).encode())[1] == [f"'{cell}"]


def test_a_name_with_a_line_break_stays_one_cell() -> None:
    assert rows_of(csv_text(("Name",), [("two\r\nlines",)]).encode())[1] == ["two\r\nlines"]


def test_an_archive_is_the_same_every_time() -> None:
    files = {"a/one.txt": b"1", "a/two.txt": b"2"}

    assert archive(files) == archive(files)
    with zipfile.ZipFile(io.BytesIO(archive(files))) as packed:
        assert {name: packed.read(name) for name in packed.namelist()} == files


def test_a_pdf_is_the_same_every_time() -> None:
    first = pdf(DOSSIER, verify="Hash it.")

    assert first.startswith(b"%PDF")
    assert pdf(DOSSIER, verify="Hash it.") == first
    assert pdf(replace(DOSSIER, statement="Another."), verify="Hash it.") != first


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_whatever_a_name_holds_it_is_only_text_on_paper(name: str) -> None:
    section = replace(TENDERS, rows=((name, "1.00", ""),), title=name, empty=name)
    dossier = replace(DOSSIER, title=name, statement=name, sections=(section,))

    content = pdf(dossier, verify=name)

    assert content.startswith(b"%PDF")
    assert b"/URI" not in content
    assert b"/Subtype /Image" not in content


def test_a_long_day_runs_over_pages() -> None:
    rows = tuple((f"R-{number}", "1.00", "1.00") for number in range(200))
    long = replace(DOSSIER, sections=(replace(TENDERS, rows=rows),))

    assert pdf(long, verify="").count(b"/Type /Page\n") > 2


def test_what_the_font_lacks_is_named_instead_of_lost() -> None:
    assert printable("\N{MINUS SIGN}£5 Łódź") == "-£5 [U+0141]ód[U+017A]"
