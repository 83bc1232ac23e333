"""Interactive charts as plain figures: what is drawn is in the page, the library comes when asked.

A figure is the dictionary that Plotly reads. Colours are roles that charts.js looks up in the
stylesheet, so that a chart follows the theme.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from monitoring.kit import formats

PALETTE = ("waiting", "agrees", "soon", "unknown", "wrong")
DASHES = ("solid", "dot", "dash", "longdash", "dashdot")


@dataclass(frozen=True)
class Figure:
    """A figure with the title that says what it shows, and the same values as a table."""

    key: str
    title: str
    labels: Sequence[str]
    series: Mapping[str, Sequence[Decimal | None]]
    plot: dict[str, Any]
    write: Callable[[Decimal | None], str] = formats.amount  # of a value, in the table

    @property
    def table(self) -> list[tuple[str, list[str]]]:
        return [(name, [self.write(value) for value in row]) for name, row in self.series.items()]


def lines(
    key: str,
    labels: Sequence[str],
    series: Mapping[str, Sequence[Decimal | None]],
    *,
    title: str,
    write: Callable[[Decimal | None], str] = formats.amount,
) -> Figure:
    """Return a line for each series over `labels`. A value that is not known leaves a gap.

    Lines differ by dash as well as by colour, so that colour is never alone.
    """
    data = [
        {
            "type": "scatter",
            "mode": "lines+markers",
            "name": name,
            "x": list(labels),
            "y": [None if value is None else str(value) for value in values],
            "connectgaps": False,
            "line": {"width": 2, "dash": DASHES[(place // len(PALETTE)) % len(DASHES)]},
            "meta": {"tone": PALETTE[place % len(PALETTE)]},
        }
        for place, (name, values) in enumerate(series.items())
    ]
    layout = {
        "hovermode": "x unified",
        "legend": {"orientation": "h"},
        "xaxis": {"type": "category"},
    }
    return Figure(key, title, labels, series, {"data": data, "layout": layout}, write)


@dataclass(frozen=True)
class Steps:
    """One system's level: it holds from each moment until the next."""

    points: Sequence[tuple[datetime, Decimal | None]]


Marks = Mapping[str, tuple[str, Sequence[tuple[datetime, Decimal | None]]]]  # symbol, points


def steps(key: str, levels: Mapping[str, Steps], marks: Marks, *, title: str) -> Figure:
    """Return levels as steps over time, with what moved them as marks.

    The page lists the same events in a table of its own, so the figure carries none.
    """
    data: list[dict[str, Any]] = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            **_points(level.points),
            "connectgaps": False,
            "line": {"width": 2, "shape": "hv", "dash": DASHES[place % len(DASHES)]},
            "meta": {"tone": PALETTE[place % len(PALETTE)]},
        }
        for place, (name, level) in enumerate(levels.items())
    ]
    data += [
        {
            "type": "scatter",
            "mode": "markers",
            "name": name,
            **_points(points),
            "marker": {"symbol": symbol, "size": 8},
            "meta": {"tone": PALETTE[place % len(PALETTE)]},
        }
        for place, (name, (symbol, points)) in enumerate(marks.items())
        if points
    ]
    layout = {"legend": {"orientation": "h"}, "xaxis": {"type": "date"}}
    return Figure(key, title, [], {}, {"data": data, "layout": layout})


def _points(points: Sequence[tuple[datetime, Decimal | None]]) -> dict[str, list[str | None]]:
    return {
        "x": [at.isoformat() for at, _ in points],
        "y": [None if value is None else str(value) for _, value in points],
    }
