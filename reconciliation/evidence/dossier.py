"""A signed day laid out to be read: a few facts, then tables."""

from collections.abc import Iterator
from dataclasses import dataclass

Row = tuple[str, ...]


@dataclass(frozen=True)
class Section:
    """One table. `numbers` are the positions of its right-aligned columns.

    Amounts are text exactly as in the canonical JSON; a side that has nothing to say is empty.
    """

    slug: str
    title: str
    columns: Row
    rows: tuple[Row, ...]
    numbers: frozenset[int] = frozenset()
    empty: str = "None."


@dataclass(frozen=True)
class Dossier:
    """What is handed out of one signed day. `name` is plain ASCII and names its files.

    `text` is the canonical JSON, byte for byte as hashed; `digest` covers `previous` and `text`.
    """

    name: str
    title: str
    statement: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    text: str
    digest: str
    previous: str

    def read(self) -> Iterator[Section]:
        """Yield the facts as a table, then the tables."""
        yield Section("summary", "Summary", ("What", "Value"), self.facts)
        yield from self.sections
