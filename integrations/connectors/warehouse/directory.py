"""The small port behind the file drop, and the local directory that fills it.

Whatever offers these five methods can carry files: a mounted share today, an SFTP client when one
is installed.
"""

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from integrations.connectors.errors import UnavailableError

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,150}\.csv")


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole-looking file: its folder below the root, its name, bytes and last change."""

    folder: str
    name: str
    size: int
    modified_at: datetime


class Directory(Protocol):
    """Folders of files. Every method may raise UnavailableError."""

    def entries(self, folder: str) -> Sequence[Entry]:
        """Plain `*.csv` files of a folder, and of `archive` those of its months. No links."""

    def read(self, entry: Entry) -> bytes:
        """The content; empty when it is gone."""

    def write(self, folder: str, name: str, content: bytes) -> None:
        """Whole or not at all, and never over a file that is there."""

    def move(self, entry: Entry, folder: str) -> None:
        """Harmless when it is gone."""

    def folders(self) -> Sequence[str]:
        """Which folders there are, for testing the connection."""


class LocalDirectory:
    """A directory that this machine sees."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def entries(self, folder: str) -> Sequence[Entry]:
        try:
            months = [folder]
            if folder == "archive":
                months += [f"archive/{each.name}" for each in self._folders("archive")]
            return [entry for month in months for entry in self._files(month)]
        except FileNotFoundError:
            return ()
        except OSError as error:
            raise _unavailable(error) from error

    def read(self, entry: Entry) -> bytes:
        try:
            return (self._root / entry.folder / entry.name).read_bytes()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise _unavailable(error) from error

    def write(self, folder: str, name: str, content: bytes) -> None:
        path = self._root / folder / name
        part = path.with_name(name + ".part")
        try:
            if path.exists():
                raise UnavailableError(f"A file called {name} is there already.")
            path.parent.mkdir(parents=True, exist_ok=True)
            with part.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            part.rename(path)
        except OSError as error:
            raise _unavailable(error) from error

    def move(self, entry: Entry, folder: str) -> None:
        try:
            (self._root / folder).mkdir(parents=True, exist_ok=True)
            (self._root / entry.folder / entry.name).replace(self._root / folder / entry.name)
        except FileNotFoundError:
            return  # another worker was faster
        except OSError as error:
            raise _unavailable(error) from error

    def folders(self) -> Sequence[str]:
        try:
            return [
                f"{outer.name}/{inner.name}"
                for outer in self._folders("")
                for inner in self._folders(outer.name)
            ]
        except OSError as error:
            raise _unavailable(error) from error

    def _folders(self, folder: str) -> list[os.DirEntry[str]]:
        found = os.scandir(self._root / folder)
        return [each for each in found if each.is_dir(follow_symlinks=False)]

    def _files(self, folder: str) -> list[Entry]:
        return [
            Entry(
                folder,
                each.name,
                each.stat().st_size,
                datetime.fromtimestamp(each.stat().st_mtime, UTC),
            )
            for each in os.scandir(self._root / folder)
            if NAME.fullmatch(each.name) and each.is_file(follow_symlinks=False)
        ]


def _unavailable(error: OSError) -> UnavailableError:
    return UnavailableError(
        "The warehouse's folder cannot be used.", detail=f"{type(error).__name__} {error.strerror}"
    )
