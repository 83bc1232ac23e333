"""Id sets as Brightpearl writes them: `1,2,5-10`, ascending.

Source: Brightpearl help, "Resource URI syntax" (ID sets).
"""

import re
from collections.abc import Iterable, Iterator

from integrations.connectors.brightpearl.assumed import IDS_PER_REQUEST

_PART = re.compile(r"^(\d{1,18})(?:-(\d{1,18}))?$")
LARGEST_SET = 10_000  # ids: a webhook must not make us count to a billion


def encode(ids: Iterable[int | str]) -> str:
    """`[8, 1, 2, 3]` as `1-3,8`. Empty input is a mistake: the vendor reads it as "all"."""
    runs: list[tuple[int, int]] = []
    for number in sorted({int(value) for value in ids}):
        if runs and number == runs[-1][1] + 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    if not runs:
        raise ValueError("an id set needs at least one id")
    return ",".join(str(low) if low == high else f"{low}-{high}" for low, high in runs)


def decode(text: str) -> list[int]:
    """`1-3,8` as `[1, 2, 3, 8]`. Raises ValueError with a sentence."""
    ids: list[int] = []
    for part in text.split(","):
        found = _PART.match(part.strip())
        if not found:
            raise ValueError(f"{part.strip()[:40]!r} is not an id or a range of ids.")
        low, high = int(found[1]), int(found[2] or found[1])
        if high < low or high - low >= LARGEST_SET - len(ids):
            raise ValueError(f"The id range {part.strip()} is not usable.")
        ids.extend(range(low, high + 1))
    return ids


def chunks(ids: Iterable[int | str], *, size: int = IDS_PER_REQUEST) -> Iterator[list[int]]:
    """Distinct ids in ascending order, `size` at a time."""
    numbers = sorted({int(value) for value in ids})
    for start in range(0, len(numbers), size):
        yield numbers[start : start + size]
