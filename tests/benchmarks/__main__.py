"""Run one benchmark by name, or all of them, each in a process of its own."""

import subprocess
import sys
from collections.abc import Sequence
from importlib import import_module

# Name, arguments, in the order of docs/benchmarks.md.
ALL: tuple[tuple[str, ...], ...] = (
    ("latency",),
    ("latency", "--limited"),
    ("throughput", "--database", "postgres"),
    ("throughput", "--database", "sqlite"),
    ("requests", "--mode", "per_order"),
    ("requests", "--mode", "per_order", "--single"),
    ("requests", "--mode", "daily_journal"),
    ("requests", "--mode", "daily_journal", "--single"),
    ("quota",),
    ("publication",),
    ("drift",),
    ("pages",),
    ("webhooks",),
)
NAMES = tuple(dict.fromkeys(name for name, *_ in ALL))


def main(arguments: Sequence[str]) -> int:
    if not arguments:
        command = [sys.executable, "-m", "tests.benchmarks"]
        return max(subprocess.call([*command, *each]) for each in ALL)
    name, *rest = arguments
    if name not in NAMES:
        print(f"There is no benchmark {name!r}. There are: {', '.join(NAMES)}.")
        return 2
    run: int = import_module(f"tests.benchmarks.{name}").main(rest)
    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
