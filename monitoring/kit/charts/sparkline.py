from collections.abc import Sequence
from decimal import Decimal

from django.utils.safestring import SafeString

from monitoring.kit.charts import svg

WIDTH, HEIGHT, EDGE = 120, 28, 3


def sparkline(values: Sequence[Decimal | int | None], *, title: str) -> SafeString:
    """Return a line of `values`, oldest first, its last point marked.

    A gap (None) breaks the line: what was not measured is not drawn as zero.
    """
    root = svg.drawing(WIDTH, HEIGHT, title=title, kind="spark")
    known = [value for value in values if value is not None]
    if not known:
        return svg.markup(root)
    low, high = min(known), max(known)
    span = (high - low) or 1
    points: list[tuple[int, int] | None] = [
        None
        if value is None
        else (
            EDGE + index * (WIDTH - 2 * EDGE) // max(len(values) - 1, 1),
            HEIGHT - EDGE - int((value - low) * (HEIGHT - 2 * EDGE) / span),
        )
        for index, value in enumerate(values)
    ]
    svg.add(root, "path", d=_path(points), class_="spark__line")
    if points[-1] is not None:
        svg.add(root, "circle", cx=points[-1][0], cy=points[-1][1], r="2.5", class_="spark__end")
    return svg.markup(root)


def _path(points: list[tuple[int, int] | None]) -> str:
    steps, drawing = [], False
    for point in points:
        if point is not None:
            steps.append(f"{'L' if drawing else 'M'}{point[0]} {point[1]}")
        drawing = point is not None
    return "".join(steps)
