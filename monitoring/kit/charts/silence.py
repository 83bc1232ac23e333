"""Which shops were heard when: a row per shop, a cell per hour, silence in colour."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from monitoring.kit.charts import svg

LABEL, CELL, TALL, GAP, TOP, RIGHT = 180, 26, 20, 4, 22, 290
WIDTH = LABEL + 24 * CELL + RIGHT


@dataclass(frozen=True)
class Hour:
    """One hour of one shop. `kind` is heard, silent, closed or unknown."""

    label: str
    kind: str
    words: str


@dataclass(frozen=True)
class ShopRow:
    """One shop with its hours, oldest first, and one sentence beside them."""

    name: str
    hours: Sequence[Hour]
    sentence: str
    tone: str  # of the sentence


def silence(rows: Sequence[ShopRow], *, title: str) -> SafeString:
    """Return the drawing. A silent hour has a shape of its own, so that colour is not alone."""
    height = TOP + len(rows) * (TALL + GAP)
    root = svg.drawing(WIDTH, height, title=title, kind="silence")
    for index, hour in enumerate(rows[0].hours if rows else ()):
        if index % 3 == 0:
            x = LABEL + index * CELL
            svg.add(root, "text", hour.label, x=x, y=14, class_="silence__hour")
    for place, row in enumerate(rows):
        _row(root, row, y=TOP + place * (TALL + GAP))
    return svg.markup(root)


def _row(root: svg.Node, row: ShopRow, *, y: int) -> None:
    group = svg.add(root, "g", class_="silence__row")
    svg.add(group, "text", row.name, x=0, y=y + 14, class_="silence__name")
    for index, hour in enumerate(row.hours):
        _cell(group, hour, x=LABEL + index * CELL, y=y)
    end = LABEL + len(row.hours) * CELL + 12
    css = f"silence__words silence__words--{row.tone}"
    svg.add(group, "text", row.sentence, x=end, y=y + 14, class_=css)


def _cell(group: svg.Node, hour: Hour, *, x: int, y: int) -> None:
    size = {"width": CELL - 2, "height": TALL, "rx": 3}
    box = svg.add(
        group, "rect", x=x, y=y, class_=f"silence__cell silence__cell--{hour.kind}", **size
    )
    svg.hover(box, hour.words)
    if hour.kind == "silent":
        line = y + TALL // 2
        svg.add(group, "line", x1=x + 6, y1=line, x2=x + CELL - 8, y2=line, class_="silence__mark")
