"""Interactive charts as plain figures: what is drawn is in the page, the library comes when asked.

A figure is the dictionary that Plotly reads. Colours are roles that charts.js looks up in the
stylesheet, so that a chart follows the theme.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

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


def lines(
    key: str, labels: Sequence[str], series: Mapping[str, Sequence[Decimal | None]], *, title: str
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
    return Figure(key, title, labels, series, {"data": data, "layout": layout})
