"""Reads the project's own source files for the tests of this folder."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT: Path = settings.ROOT
PURE = (
    "integrations/canonical",
    "integrations/mapping",
    "integrations/flows",
    "integrations/connectors",
    "integrations/ports.py",
    "integrations/operating_model.py",
    "integrations/availability.py",
)


@cache
def tracked() -> tuple[Path, ...]:
    """Return every file that is, or is about to be, part of the project."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
        names = [name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive, without git
        names = [str(path.relative_to(ROOT)) for path in _walk()]
    return tuple(ROOT / name for name in sorted(names) if (ROOT / name).is_file())


def _walk() -> Iterator[Path]:
    made = {".venv", "var", "staticfiles", "generated", "__pycache__", ".git"}
    return (path for path in ROOT.rglob("*") if not made & set(path.parts))


def python_files(*folders: str) -> list[Path]:
    """Return the project's modules below `folders` (files count too), migrations left out."""
    return [
        path
        for path in tracked()
        if path.suffix == ".py"
        and "migrations" not in path.parts
        and any(path.is_relative_to(ROOT / folder) for folder in folders)
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def place(path: Path, node: ast.AST) -> str:
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


def dotted(node: ast.AST) -> str:
    """Return `datetime.datetime.now` for that expression, "" for anything that is not a name."""
    if isinstance(node, ast.Attribute):
        left = dotted(node.value)
        return f"{left}.{node.attr}" if left else ""
    return node.id if isinstance(node, ast.Name) else ""
