from datetime import UTC, datetime, timedelta
from decimal import Decimal
from xml.etree import ElementTree

import pytest

from monitoring.kit import charts

NOW = datetime(2026, 3, 28, 10, 12, 3, tzinfo=UTC)


def parsed(markup: str) -> ElementTree.Element:
    assert "style=" not in markup
    return ElementTree.fromstring(markup)


def test_a_gap_in_the_figures_breaks_the_line() -> None:
    drawing = parsed(charts.sparkline([1, None, 3], title="Sales"))

    path = drawing.find(".//path")
    assert path is not None
    assert path.attrib["d"].count("M") == 2


def test_a_line_of_equal_figures_is_drawn() -> None:
    assert parsed(charts.sparkline([Decimal(4)] * 3, title="Sales")).find(".//path") is not None


@pytest.mark.parametrize(
    "markup",
    [
        charts.sparkline([], title="Nothing <yet>"),
        charts.bars([], title="Nothing <yet>"),
        charts.drift_bar([], title="Nothing <yet>"),
        charts.trace([], lanes=[], title="Nothing <yet>"),
        charts.system_map([], [], title="Nothing <yet>"),
    ],
    ids=["sparkline", "bars", "drift", "trace", "map"],
)
def test_an_empty_drawing_still_says_what_it_would_show(markup: str) -> None:
    assert parsed(markup).attrib["aria-label"] == "Nothing <yet>"


def test_zero_and_absent_differ_in_a_bar() -> None:
    drawing = parsed(charts.bars([("09:00", 0), ("10:00", 12)], title="Sales an hour"))

    assert [bar.attrib["height"] for bar in drawing.findall("rect")] == ["1", "48"]


def test_the_unexplained_part_of_a_drift_is_hatched() -> None:
    causes = [
        charts.Cause("On the way", Decimal(3), "in-flight"),
        charts.Cause("Unexplained", Decimal(-1), "unexplained"),
    ]

    drawing = parsed(charts.drift_bar(causes, title="Drift"))

    assert len(drawing.findall("rect[@class='drift__hatch']")) == 1
    assert drawing.findall("rect")[1].findtext("title") == "Unexplained: −1"


def test_a_long_wait_is_shaded_and_a_quick_hop_is_not() -> None:
    marks = [
        charts.Mark("Tills", NOW, "Sold"),
        charts.Mark("Plumbline", NOW + timedelta(milliseconds=800), "Received"),
        charts.Mark("ERP", NOW + timedelta(hours=3), "Order"),
    ]

    drawing = parsed(
        charts.trace(marks, lanes=["Tills", "Plumbline", "ERP"], hops=[charts.Hop(0, 1)], title="A")
    )

    assert len(drawing.findall("rect[@class='trace__wait']")) == 1
    assert [gap.text for gap in drawing.findall("text[@class='trace__gap']")] == [
        "+800 ms",
        "+2 h 59 m",
    ]


def test_the_map_shows_what_is_held_and_leaves_out_unknown_ends() -> None:
    systems = [
        charts.MapSystem("tills", "Tills & co", "pos", "agrees"),
        charts.MapSystem("erp", "ERP", "erp", "wrong"),
    ]
    flows = [
        charts.MapFlow("tills", "erp", "Sales", 118, 3, "soon"),
        charts.MapFlow("tills", "shop", "Stock", 1, 0, "agrees"),
    ]

    drawing = parsed(charts.system_map(systems, flows, title="Systems"))

    words = [node.text for node in drawing.iter("text")]
    assert "3 held" in words
    assert "Tills & co" in words
    assert not any("Stock" in (word or "") for word in words)
