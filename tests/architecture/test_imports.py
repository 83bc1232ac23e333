"""Packages point one way; the contracts stand in pyproject.toml."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.source import ROOT, python_files


def test_imports_keep_the_contracts():
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]

    result = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)

    assert result.returncode == 0, result.stdout + result.stderr


def test_no_file_grows_until_everybody_fears_it():
    packages = ("config", "integrations", "monitoring", "reconciliation", "dev.py")
    lengths = {path: len(path.read_text().splitlines()) for path in python_files(*packages)}

    assert not [f"{path}: {length}" for path, length in lengths.items() if length > 400]
