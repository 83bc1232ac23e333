"""The words that the pages use, explained as docs/glossary.md explains them."""

import re
from functools import lru_cache
from pathlib import Path

FILE = Path(__file__).resolve().parent.parent.parent / "docs" / "glossary.md"
TERM = re.compile(r"\*\*(?P<term>[^*]+)\*\*\s+(?P<meaning>.*)", re.DOTALL)

# What people meet on the pages; the rest of the file is for engineers.
SHOWN = (
    "available to sell",
    "business date",
    "connection",
    "day-end",
    "drift",
    "in flight",
    "link",
    "mapping",
    "net, gross",
    "owner",
    "patience",
    "posted, verified",
    "replay",
    "stale",
    "tender",
    "unknown",
    "variance",
    "Z-report",
)


@lru_cache(maxsize=1)
def words() -> list[tuple[str, str]]:
    """Return (term, meaning) in the order above. Read once per process."""
    blocks = re.split(r"\n\s*\n", FILE.read_text(encoding="utf-8"))
    found = {match["term"]: _plain(match["meaning"]) for b in blocks if (match := TERM.match(b))}
    return [(term, found[term]) for term in SHOWN]


def _plain(text: str) -> str:
    return " ".join(text.replace("**", "").split())
