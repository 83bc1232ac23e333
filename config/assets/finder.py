"""Serves the chart library straight from the installed plotly package; no copy is committed."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.core.checks import CheckMessage
from django.core.files.storage import FileSystemStorage, Storage

PREFIX = "plotly"
SCRIPT = "plotly.min.js"
PATH = f"{PREFIX}/{SCRIPT}"  # for {% static %}


def package_file(package: str, name: str) -> Path:
    """Return a file inside an installed package without importing it."""
    spec = find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"The package {package} is not installed.")
    return Path(spec.origin).parent / name


class PlotlyFinder(BaseFinder):
    """Knows exactly one file: `plotly/plotly.min.js`."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self._file = package_file("plotly", f"package_data/{SCRIPT}")

    def check(self, **options: Any) -> list[CheckMessage]:
        return []

    def find(self, path: str, find_all: bool = False, **options: Any) -> Any:
        if path != PATH:
            return []  # Django's word for "not mine"
        return [str(self._file)] if find_all else str(self._file)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        storage = FileSystemStorage(location=self._file.parent)
        storage.prefix = PREFIX  # type: ignore[attr-defined]
        yield SCRIPT, storage
