"""Money is never a float, a time is never naive, and only the ports know the clock.

Read from the syntax tree, so a word in a comment does not matter and an alias does not help much.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import PURE, dotted, place, python_files, tree

SHELL = ("integrations/services", "integrations/models", "reconciliation", "monitoring")
EXACT = (*PURE, "integrations/models", "reconciliation")
TOLD = (
    *("integrations/services", "integrations/models"),
    *("monitoring/services", "monitoring/detectors"),
)
CLOCK_PORTS = {
    "integrations/sandbox/core/clock.py",
    "integrations/services/runtime.py",
    "monitoring/kit/clock.py",
}
# What asks the machine instead of being told.
CLOCKS = {
    *("datetime.now", "datetime.utcnow", "datetime.today", "date.today"),
    *("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.date.today"),
    *("timezone.now", "django.utils.timezone.now"),
    *("time.time", "time.monotonic", "time.perf_counter", "time.sleep", "sleep"),
}
NAIVE = {"datetime.utcnow", "datetime.utcfromtimestamp", "datetime.datetime.utcnow"}


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def is_port(path: Path) -> bool:
    return any(path.as_posix().endswith(port) for port in CLOCK_PORTS)


def floats(path: Path) -> list[str]:
    asked = {id(part) for call in calls(path) if is_question(call) for part in ast.walk(call)}
    return [
        place(path, node)
        for node in ast.walk(tree(path))
        if id(node) not in asked and is_float(node)
    ]


def is_float(node: ast.AST) -> bool:
    if isinstance(node, ast.Constant):
        return isinstance(node.value, float)
    return dotted(node).rpartition(".")[2] in {"float", "FloatField"}


def is_question(call: ast.Call) -> bool:
    """`isinstance(value, float)` refuses floats; the likeness of two words is no amount."""
    return dotted(call.func) in {"isinstance", "get_close_matches"}


def clock_reads(path: Path) -> list[str]:
    return [place(path, call) for call in calls(path) if dotted(call.func) in CLOCKS]


def dice(path: Path) -> list[str]:
    found = []
    for node in ast.walk(tree(path)):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        module = node.module if isinstance(node, ast.ImportFrom) else None
        if "random" in names or module == "random":
            found.append(place(path, node))
    return found


def naive_times(path: Path) -> list[str]:
    """Datetimes built without a zone: `datetime(2026, 1, 2)`, `utcnow()`, `fromtimestamp(x)`."""
    found = []
    for call in calls(path):
        name = dotted(call.func)
        zoned = any(word.arg in {"tzinfo", "tz"} for word in call.keywords)
        built = name in {"datetime", "datetime.datetime"} and len(call.args) < 8
        stamped = name.endswith("datetime.fromtimestamp") and len(call.args) < 2
        if name in NAIVE or ((built or stamped) and not zoned):
            found.append(place(path, call))
    return found


def test_no_float_comes_near_money_or_quantities():
    assert [hit for path in python_files(*EXACT) if not is_port(path) for hit in floats(path)] == []


def test_no_time_is_naive():
    everywhere = python_files(*PURE, *SHELL, "integrations/sandbox", "config")

    assert [hit for path in everywhere for hit in naive_times(path)] == []


def test_only_the_ports_ask_the_machine_for_the_time_or_wait():
    told = python_files(*PURE, *TOLD)

    assert [hit for path in told if not is_port(path) for hit in clock_reads(path)] == []


def test_chance_comes_from_outside():
    told = python_files(*PURE, *TOLD)

    assert [hit for path in told if not is_port(path) for hit in dice(path)] == []


@pytest.mark.parametrize(
    ("rule", "source"),
    [
        (floats, "price = 0.1"),
        (floats, "price = float(text)"),
        (floats, "x = models.FloatField()"),
        (clock_reads, "now = datetime.now(UTC)"),
        (clock_reads, "time.sleep(1)"),
        (clock_reads, "now = timezone.now()"),
        (dice, "import random"),
        (dice, "from random import choice"),
        (naive_times, "t = datetime(2026, 3, 29)"),
        (naive_times, "t = datetime.fromtimestamp(1)"),
        (naive_times, "t = datetime.utcnow()"),
    ],
)
def test_each_rule_finds_what_it_forbids(rule, source, tmp_path, monkeypatch):
    monkeypatch.setattr("tests.architecture.source.ROOT", tmp_path)
    (tmp_path / "planted.py").write_text(source)

    assert rule(tmp_path / "planted.py") == ["planted.py:1"]
