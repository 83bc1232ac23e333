"""Counting in sentences. Pure."""

from collections.abc import Sequence


def counted(count: int, one: str = "record", many: str = "") -> str:
    """Return "1 record" or "1,204 records"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def listed(names: Sequence[str], *, most: int = 3) -> str:
    """Return "a, b and c", or "a, b, c and 12 more"."""
    shown = list(names[:most])
    if len(names) > most:
        return f"{', '.join(shown)} and {len(names) - most:,} more"
    return " and ".join(filter(None, (", ".join(shown[:-1]), *shown[-1:])))
