from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.safestring import SafeString

from monitoring.kit import formats
from monitoring.kit.charts import svg

WIDTH, HEIGHT = 240, 10
LEAST = 4  # a cause of one unit beside a thousand is still seen


@dataclass(frozen=True)
class Cause:
    """One named part of a drift: `units` with their sign. `kind` is a class of the stylesheet."""

    label: str
    units: Decimal
    kind: str  # in-flight, held, policy, unmapped, one-sided, unexplained


def drift_bar(causes: Sequence[Cause], *, title: str, longest: Decimal = Decimal(0)) -> SafeString:
    """Return a bar of the causes by size; what is unexplained is hatched.

    Lengths are of the units without sign, so that opposite causes do not hide each other. Bars of
    one page are to one scale: a bar of `longest` units fills the width.
    """
    root = svg.drawing(WIDTH, HEIGHT, title=title, kind="drift")
    _hatch(root)
    total = sum(abs(cause.units) for cause in causes)
    room, at = WIDTH - LEAST * len(causes), 0
    for cause in causes:
        wide = LEAST + int(abs(cause.units) * room / max(total, longest)) if total else 0
        shape = {"x": at, "y": 0, "width": max(wide - 1, 1), "height": HEIGHT}
        segment = svg.add(root, "rect", class_=f"drift drift--{cause.kind}", **shape)
        svg.hover(segment, f"{cause.label}: {formats.quantity(cause.units)}")
        if cause.kind == "unexplained":
            svg.add(root, "rect", class_="drift__hatch", fill="url(#hatch)", **shape)
        at += wide
    return svg.markup(root)


def _hatch(root: svg.Node) -> None:
    pattern = svg.add(
        svg.add(root, "defs"),
        "pattern",
        id="hatch",
        width=6,
        height=6,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    svg.add(pattern, "line", x1=0, y1=0, x2=0, y2=6, class_="drift__line")
