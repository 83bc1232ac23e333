"""Views of the same thing, side by side."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Tab:
    """One view among several of the same thing. `count` is left out when it is None."""

    label: str
    url: str
    current: bool
    count: str | None = None
