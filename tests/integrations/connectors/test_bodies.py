"""Answers are read exactly, and hold nothing that the database would refuse."""

from decimal import Decimal

import pytest

from integrations.connectors.bodies import NOT_JSON, read_body


def test_fractions_stay_exact() -> None:
    assert read_body("application/json", b'{"total": 0.10}').data == {"total": Decimal("0.10")}


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        (rb'["a\u0000b"]', ["ab"]),
        (rb'["jacket \ud83d"]', ["jacket ?"]),
        (rb'{"n\u0000": [{"x": "\u0000"}]}', {"n": [{"x": ""}]}),
        (rb'["\\u0000"]', ["\\u0000"]),
        (rb'["\ud83d\udc5f"]', ["\U0001f45f"]),
    ],
    ids=["a zero byte", "half a letter", "deep", "only spelt out", "a whole pair"],
)
def test_what_no_database_keeps_is_left_out(raw: bytes, kept: object) -> None:
    assert read_body("application/json", raw).data == kept


def test_a_number_that_is_none_is_no_answer() -> None:
    assert read_body("application/json", b"[NaN]").problem == NOT_JSON
