"""The journey of one order: a lane per system, time to the right, an arrow for each hop.

Time is drawn to be read, not to scale: a hop of a second and a wait of a day stand on one page, the
second narrow, the day wide and hatched. Each gap says how long it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.safestring import SafeString

from monitoring.kit import formats
from monitoring.kit.charts import svg

LANE, TOP, LEFT, RIGHT = 64, 30, 128, 96
STEPS = (
    (timedelta(milliseconds=1), 84),
    (timedelta(seconds=5), 96),
    (timedelta(minutes=1), 112),
    (timedelta(hours=1), 136),
    (timedelta(days=1), 160),
)
LONGEST = 190
WAIT = timedelta(minutes=1)  # a gap beyond this is drawn as a wait


@dataclass(frozen=True)
class Mark:
    """Something that happened at one system."""

    lane: str
    at: datetime
    label: str
    tone: str = "agrees"


@dataclass(frozen=True)
class Hop:
    """An arrow between two marks, by their place in the list of marks."""

    start: int
    end: int
    label: str = ""


def trace(
    marks: Sequence[Mark], *, lanes: Sequence[str], hops: Sequence[Hop] = (), title: str
) -> SafeString:
    """Return the drawing. `marks` are in order of time; each names one of `lanes`."""
    places = _places(marks)
    width = (places[-1] if places else LEFT) + RIGHT
    root = svg.drawing(width, TOP + LANE * len(lanes) + 8, title=title, kind="trace")
    root.set("width", str(width))
    _arrow_head(root)
    middles = {lane: TOP + LANE * row + LANE // 2 for row, lane in enumerate(lanes)}
    for row, lane in enumerate(lanes):
        _lane(root, lane, row=row, width=width)
    _gaps(root, marks, places, height=TOP + LANE * len(lanes))
    for hop in hops:
        start = (places[hop.start], middles[marks[hop.start].lane])
        end = (places[hop.end], middles[marks[hop.end].lane])
        _hop(root, start, end, hop.label)
    for mark, x in zip(marks, places, strict=True):
        _mark(root, mark, x=x, y=middles[mark.lane])
    return svg.markup(root)


def _places(marks: Sequence[Mark]) -> list[int]:
    places: list[int] = []
    for index, mark in enumerate(marks):
        gap = mark.at - marks[index - 1].at if index else timedelta()
        places.append((places[-1] + _length(gap)) if places else LEFT + 40)
    return places


def _length(gap: timedelta) -> int:
    return next((length for limit, length in STEPS if gap <= limit), LONGEST)


def _lane(root: svg.Node, lane: str, *, row: int, width: int) -> None:
    top = TOP + LANE * row
    shade = "trace__lane" if row % 2 else "trace__lane trace__lane--odd"
    svg.add(root, "rect", x=0, y=top, width=width, height=LANE, class_=shade)
    line = top + LANE // 2
    svg.add(root, "line", x1=LEFT, y1=line, x2=width - 8, y2=line, class_="trace__time")
    svg.add(root, "text", lane, x=12, y=line + 5, class_="trace__system")


def _gaps(root: svg.Node, marks: Sequence[Mark], places: list[int], *, height: int) -> None:
    for index in range(1, len(marks)):
        gap, left, right = marks[index].at - marks[index - 1].at, places[index - 1], places[index]
        middle = (left + right) // 2
        if gap >= WAIT:
            band = {"x": left + 10, "y": TOP, "width": right - left - 20, "height": height - TOP}
            svg.add(root, "rect", class_="trace__wait", **band)
        if gap >= timedelta(milliseconds=1):
            words = latency(gap)
            svg.add(root, "text", words, x=middle, y=TOP - 10, class_="trace__gap")


def latency(gap: timedelta) -> str:
    """Return how long a hop took: “+334 ms”, “+4.6 s”, “+1 d 11 h”."""
    if gap < timedelta(seconds=1):
        return f"+{gap // timedelta(milliseconds=1)} ms"
    if gap < timedelta(seconds=10):
        tenths = gap // timedelta(milliseconds=100)
        return f"+{tenths // 10}.{tenths % 10} s"
    return f"+{formats.age(gap)}"


def _hop(root: svg.Node, start: tuple[int, int], end: tuple[int, int], label: str) -> None:
    down = 10 if end[1] > start[1] else -10 if end[1] < start[1] else 0
    bend = (start[0] + end[0]) // 2
    path = f"M{start[0]} {start[1] + down}C{bend} {start[1] + 3 * down} {bend} {end[1] - 3 * down} "
    line = svg.add(root, "path", d=f"{path}{end[0]} {end[1] - down}", class_="trace__hop")
    line.set("marker-end", "url(#trace-arrow)")
    if label:
        svg.hover(line, label)


def _mark(root: svg.Node, mark: Mark, *, x: int, y: int) -> None:
    group = svg.add(root, "g", class_=f"trace__mark trace__mark--{mark.tone}")
    svg.add(group, "circle", cx=x, cy=y, r=7)
    svg.add(group, "text", mark.label, x=x, y=y + 24)
    svg.hover(group, f"{mark.lane}: {mark.label}, {formats.absolute(mark.at)}")


def _arrow_head(root: svg.Node) -> None:
    marker = svg.add(
        svg.add(root, "defs"),
        "marker",
        id="trace-arrow",
        viewBox="0 0 8 8",
        refX=7,
        refY=4,
        markerWidth=7,
        markerHeight=7,
        orient="auto-start-reverse",
    )
    svg.add(marker, "path", d="M0 0L8 4L0 8z", class_="trace__head")
