from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.mapping.sheets import SheetError, SheetRow, disarm, read_sheet, rearm, write_sheet
from integrations.mapping.tables import TABLES

PAYMENTS = TABLES["payment-type"]
HEADER = "value,label,effective_from,method,nominal\n"


def refused(content: str | bytes) -> list[str]:
    with pytest.raises(SheetError) as caught:
        read_sheet(PAYMENTS, content.encode() if isinstance(content, str) else content)
    return [str(problem) for problem in caught.value.problems]


def test_rows_survive_the_sheet():
    rows = [
        SheetRow("Cash", "Till cash", None, {"method": "CASH", "nominal": "1210"}),
        SheetRow("=HYPERLINK(1)", "-1+1", date(2026, 4, 1), {"method": "@A", "nominal": "-5"}),
    ]

    text = write_sheet(PAYMENTS, rows)

    assert read_sheet(PAYMENTS, text.encode()) == rows
    assert "'=HYPERLINK(1)" in text


@pytest.mark.parametrize("cell", ["=1", "+x", "-1+1", "@SUM", "\tx", "\rx", "＝1", "'=1", "''-x"])
def test_a_formula_is_made_harmless(cell):
    assert disarm(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-12.50", "+3", "1210", "it's", "'quoted'", ""])
def test_numbers_and_plain_text_stay_as_they_are(cell):
    assert disarm(cell) == cell


@given(st.text(max_size=12) | st.from_regex(r"'{0,3}[=+\-@].{0,3}", fullmatch=True))
def test_every_cell_reads_back_as_it_was(cell):
    assert rearm(disarm(cell)) == cell


def test_all_wrong_rows_are_told_at_once():
    text = HEADER + "Cash,,,CASH,\nCard,,soon,CARD,1220\nGift,,,G,1\ngift,,,G,1\n"

    assert refused(text) == [
        "Line 2, nominal: GL account is missing.",
        "Line 3, effective_from: “soon” is not a date. Write it as 2026-04-30.",
        "Line 5, value: “gift” appears twice.",
    ]


def test_a_wrong_header_is_told_by_column():
    assert refused("value,label,effective_from,metod,nominal,nominal\n") == [
        "Line 1, metod: This column is not known. Did you mean “method”?",
        "Line 1, method: This column is missing.",
        "Line 1, nominal: This column appears twice.",
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("value,label".encode("utf-16"), "not a text file"),
        (b"value,l\xe9bel\n", "not in UTF-8"),
        (b"MZ\x00\x00", "not a text file"),
        (b"x" * 1_000_001, "larger than 1 MB"),
        (HEADER.encode() + b'"never closed\n', "This is not a CSV file"),
        (HEADER.encode() + b"Cash,,\n", "as many cells"),
        (HEADER.encode() + b"Cash,,,CASH,1210,more\n", "as many cells"),
        (b"", "This column is missing"),
    ],
)
def test_a_file_of_another_kind_is_refused(content, sentence):
    assert sentence in refused(content)[0]


def test_a_byte_order_mark_is_no_part_of_the_header():
    assert read_sheet(PAYMENTS, b"\xef\xbb\xbf" + HEADER.encode()) == []
