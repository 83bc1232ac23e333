"""Recorded answers."""

import json
from pathlib import Path
from typing import Any

FIXTURES = Path("tests/fixtures/mintsoft")


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())
