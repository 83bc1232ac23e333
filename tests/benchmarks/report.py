"""How a result is told: a table for people, one line of JSON for machines."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Row = Sequence[object]


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that `share` percent of the values do not exceed; nan for none."""
    ranked = sorted(values)
    if not ranked:
        return math.nan
    return ranked[max(0, math.ceil(len(ranked) * share / 100) - 1)]


def spread(values: Sequence[float], *, digits: int = 2) -> dict[str, float]:
    """p50, p95, p99 and the most, rounded."""
    shares = {"p50": 50, "p95": 95, "p99": 99, "max": 100}
    return {name: round(percentile(values, share), digits) for name, share in shares.items()}


def tell(name: str, *, heads: Row, rows: Iterable[Row], figures: Mapping[str, Any]) -> None:
    """Print the table, then the JSON line."""
    table = [[str(cell) for cell in row] for row in (heads, *rows)]
    widths = [max(len(row[place]) for row in table) for place in range(len(heads))]
    print(f"\n{name}")
    for row in table:
        cells = [
            cell.ljust(width) if place == 0 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  " + "  ".join(cells))
    print(json.dumps({"benchmark": name, **figures}), flush=True)
