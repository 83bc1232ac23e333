"""Chance that never changes: every draw is a hash of the seed and of how many were drawn before."""

from collections.abc import Sequence
from hashlib import sha256
from typing import TypeVar

Item = TypeVar("Item")


def stable_number(*parts: object) -> int:
    """A number of 64 bits that depends on nothing but `parts`, today and on any machine."""
    text = "\x1f".join(str(part) for part in parts)
    return int.from_bytes(sha256(text.encode()).digest()[:8])


class Dice:
    """Draws integers in a fixed order from a seed. `branch` gives an independent set of dice."""

    def __init__(self, *seed: object) -> None:
        self._seed = seed
        self._drawn = 0

    def branch(self, name: object) -> "Dice":
        """Dice whose draws do not depend on how often these were thrown."""
        return Dice(*self._seed, name)

    def below(self, limit: int) -> int:
        """A number from 0 up to but not including `limit`."""
        self._drawn += 1
        return stable_number(*self._seed, self._drawn) % limit

    def between(self, low: int, high: int) -> int:
        """A number from `low` to `high`, both included."""
        return low + self.below(high - low + 1)

    def happens(self, per_mille: int) -> bool:
        """True in `per_mille` of a thousand throws."""
        return self.below(1000) < per_mille

    def pick(self, items: Sequence[Item]) -> Item:
        """One of the items, each as likely as the other."""
        return items[self.below(len(items))]

    def weighted(self, items: Sequence[tuple[Item, int]]) -> Item:
        """One of the items by its weight."""
        left = self.below(sum(weight for _, weight in items))
        for item, weight in items:
            left -= weight
            if left < 0:
                return item
        raise ValueError("weights must be positive")
