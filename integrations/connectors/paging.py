"""Walking through long lists and cutting long ones up."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Slice(Generic[Item]):
    """Part of a list. `total` is what the vendor says the whole holds; None when it does not."""

    items: Sequence[Item]
    total: int | None = None


def by_offset(fetch: Callable[[int], Slice[Item]], *, size: int) -> Iterator[Item]:
    """Every item, asking for slices of `size` from offset 0.

    Ends at the vendor's total, or at a short slice when it states none; an empty slice always ends
    it. Items that move between slices while we read can be missed or seen twice: only for lists
    that hardly change. Streams of facts use a cursor.
    """
    offset = 0
    while True:
        part = fetch(offset)
        yield from part.items
        offset += len(part.items)
        is_last = len(part.items) < size if part.total is None else offset >= part.total
        if is_last or not part.items:
            return


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Consecutive parts of at most `size`."""
    for start in range(0, len(items), size):
        yield items[start : start + size]
