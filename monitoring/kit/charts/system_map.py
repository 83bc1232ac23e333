"""The retailer's own systems and flows: weight is volume, colour is freshness, dots are held."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.safestring import SafeString

from monitoring.kit.charts import svg

WIDTH, BOX, PORT, PAD, GAP = 1120, 200, 40, 30, 28
CHANNELS = ("pos", "shop")  # they stand on the left; who owns stock and money, on the right
WEIGHTS = (0, 10, 100, 1000, 10_000)


@dataclass(frozen=True)
class MapSystem:
    """One connection of the retailer. `detail` is one short line under its name."""

    key: str
    label: str
    role: str
    tone: str
    detail: str = ""


@dataclass(frozen=True)
class MapFlow:
    """One flow between two systems; `moved` counts today's records, `held` those that wait."""

    source: str
    target: str
    label: str
    moved: int
    held: int
    tone: str


def system_map(systems: Sequence[MapSystem], flows: Sequence[MapFlow], *, title: str) -> SafeString:
    """Return the drawing. A flow whose ends are not among `systems` is left out."""
    known = {system.key for system in systems}
    drawn = [flow for flow in flows if {flow.source, flow.target} <= known]
    boxes, height = _boxes(systems, drawn)
    root = svg.drawing(WIDTH, height, title=title, kind="map")
    _arrow_heads(root)
    ports = {key: 0 for key in boxes}
    for flow in drawn:
        ends = []
        for key in (flow.source, flow.target):
            x, y, _ = boxes[key]
            ends.append((x + BOX if x < WIDTH // 2 else x, y + PAD + 26 + PORT * ports[key]))
            ports[key] += 1
        _flow(root, flow, ends[0], ends[1])
    for system in systems:
        _box(root, system, *boxes[system.key])
    return svg.markup(root)


def _boxes(
    systems: Sequence[MapSystem], flows: Sequence[MapFlow]
) -> tuple[dict[str, tuple[int, int, int]], int]:
    """Return each system's x, y and height, and the height of the whole drawing."""
    boxes: dict[str, tuple[int, int, int]] = {}
    bottoms = []
    for side, x in ((True, 1), (False, WIDTH - BOX - 1)):
        y = 1
        for system in systems:
            if (system.role in CHANNELS) is side:
                ends = sum(system.key in (flow.source, flow.target) for flow in flows)
                tall = PAD + 26 + PORT * max(ends, 1)
                boxes[system.key] = (x, y, tall)
                y += tall + GAP
        bottoms.append(y - GAP + 1)
    return boxes, max(*bottoms, PORT)


def _box(root: svg.Node, system: MapSystem, x: int, y: int, height: int) -> None:
    group = svg.add(root, "g", class_=f"map__system map__system--{system.tone}")
    svg.add(group, "rect", x=x, y=y, width=BOX, height=height, rx=6)
    svg.add(group, "circle", cx=x + 18, cy=y + 21, r=5)
    svg.add(group, "text", system.label, x=x + 32, y=y + 26, class_="map__name")
    svg.add(group, "text", system.detail, x=x + 14, y=y + height - 12, class_="map__detail")


def _flow(root: svg.Node, flow: MapFlow, start: tuple[int, int], end: tuple[int, int]) -> None:
    group = svg.add(root, "g", class_=f"map__flow map__flow--{flow.tone}")
    (x1, y1), (x2, y2) = start, end
    same_side = x1 == x2
    bulge = (x1 + 160 if x1 < WIDTH // 2 else x1 - 160) if same_side else (x1 + x2) // 2
    tip = x2 + (10 if x1 > x2 or (same_side and x1 < WIDTH // 2) else -10)
    line = svg.add(group, "path", d=f"M{x1} {y1}C{bulge} {y1} {bulge} {y2} {tip} {y2}")
    line.set("stroke-width", str(_weight(flow.moved)))
    line.set("marker-end", f"url(#map-{flow.tone})")
    middle = (bulge if same_side else (x1 + x2) // 2, (y1 + y2) // 2)
    words = f"{flow.label} · {flow.moved:,}"
    svg.add(group, "text", words, x=middle[0], y=middle[1] - 9, class_="map__label")
    if flow.held:
        _held(group, flow.held, x=middle[0], y=middle[1])


def _held(group: svg.Node, held: int, *, x: int, y: int) -> None:
    words = f"{held:,} held"
    wide = 16 + 7 * len(words)
    box = {"x": x - wide // 2, "y": y - 2, "width": wide, "height": 20, "rx": 10}
    svg.add(group, "rect", class_="map__held", **box)
    svg.add(group, "text", words, x=x, y=y + 12, class_="map__count")


def _weight(moved: int) -> int:
    return max(sum(moved > step for step in WEIGHTS), 1)


def _arrow_heads(root: svg.Node) -> None:
    defs = svg.add(root, "defs")
    for tone in ("agrees", "soon", "wrong", "waiting", "unknown"):
        marker = svg.add(
            defs,
            "marker",
            id=f"map-{tone}",
            viewBox="0 0 8 8",
            refX=2,
            refY=4,
            markerWidth=11,
            markerHeight=11,
            markerUnits="userSpaceOnUse",
            orient="auto",
        )
        svg.add(marker, "path", d="M0 0L8 4L0 8z", class_=f"map__head map__head--{tone}")
