from collections.abc import Sequence
from decimal import Decimal

from django.utils.safestring import SafeString

from monitoring.kit.charts import svg

WIDTH, HEIGHT, GAP = 240, 48, 2


def bars(values: Sequence[tuple[str, Decimal | int]], *, title: str, tone: str = "") -> SafeString:
    """Return one bar per (label, value), standing on a common base; label and value on hover.

    Values are not negative. A value of zero keeps a hairline, so that zero and absent differ.
    """
    root = svg.drawing(WIDTH, HEIGHT, title=title, kind="bars")
    if not values:
        return svg.markup(root)
    top = max(value for _, value in values) or 1
    step = WIDTH // len(values)
    for index, (label, value) in enumerate(values):
        tall = max(int(value * HEIGHT / top), 1)
        bar = svg.add(
            root,
            "rect",
            x=index * step,
            y=HEIGHT - tall,
            width=max(step - GAP, 1),
            height=tall,
            class_=f"bar bar--{tone}" if tone else "bar",
        )
        svg.hover(bar, f"{label}: {value:,}")
    return svg.markup(root)
