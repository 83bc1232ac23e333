import json
from decimal import Decimal

from monitoring.kit.figures import lines


def test_a_day_that_is_not_known_leaves_a_gap_and_money_stays_exact() -> None:
    figure = lines("takings", ["1 Mar", "2 Mar"], {"Leeds": [None, Decimal("0.10")]}, title="T")

    (line,) = json.loads(json.dumps(figure.plot))["data"]
    assert line["y"] == [None, "0.10"]
    assert line["connectgaps"] is False


def test_lines_beyond_the_palette_differ_by_their_dash() -> None:
    series = {str(number): [Decimal(1)] for number in range(6)}

    looks = {
        (line["meta"]["tone"], line["line"]["dash"])
        for line in lines("t", ["a"], series, title="T").plot["data"]
    }

    assert len(looks) == 6
