"""Everything the simulated systems accepted, append-only, so that tests can count at the target."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Any


@dataclass(frozen=True)
class Entry:
    """One accepted effect. `key` is the caller's own reference, empty when the effect has none."""

    seq: int
    system: str
    kind: str
    id: str
    key: str
    payload: Mapping[str, Any]
    at: datetime


class Ledger:
    """Records effects in the order in which they were accepted. Safe between threads."""

    def __init__(self) -> None:
        self._entries: list[Entry] = []
        self._lock = Lock()

    def record(
        self,
        system: str,
        kind: str,
        id: object,
        key: str,
        payload: Mapping[str, Any],
        at: datetime,
    ) -> Entry:
        """Append one accepted effect."""
        with self._lock:
            entry = Entry(len(self._entries) + 1, system, kind, str(id), key, payload, at)
            self._entries.append(entry)
            return entry

    def entries(
        self, *, system: str | None = None, kind: str | None = None, after: int = 0
    ) -> list[Entry]:
        """Effects in order, optionally of one system or kind, with `seq` greater than `after`."""
        with self._lock:
            found = self._entries[after:]
        if system is not None:
            found = [entry for entry in found if entry.system == system]
        if kind is not None:
            found = [entry for entry in found if entry.kind == kind]
        return found

    def duplicates(self) -> dict[tuple[str, str, str], list[Entry]]:
        """Effects accepted more than once under one (system, kind, key). Empty keys are exempt."""
        groups: dict[tuple[str, str, str], list[Entry]] = {}
        for entry in self.entries():
            if entry.key:
                groups.setdefault((entry.system, entry.kind, entry.key), []).append(entry)
        return {key: group for key, group in groups.items() if len(group) > 1}

    def __len__(self) -> int:
        return len(self._entries)
