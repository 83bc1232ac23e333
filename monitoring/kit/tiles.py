"""Panels of Today that other applications bring: registered when the applications start."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from monitoring.kit.permissions import Capability


@dataclass(frozen=True)
class Tile:
    """One panel. `read` returns what `template` needs; None leaves the panel out.

    `read` asks a constant number of queries.
    """

    key: str
    capability: Capability
    template: str
    read: Callable[[HttpRequest], Any]


TILES: dict[str, Tile] = {}


def register_tiles(tiles: Iterable[Tile]) -> None:
    """Add panels; one that is there already is replaced by itself."""
    TILES.update({tile.key: tile for tile in tiles})
