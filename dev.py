#!/usr/bin/env python3
"""Everything a developer runs: `python3 dev.py` lists it. Needs Python 3.11 and nothing else."""

import sys

if sys.version_info < (3, 11):
    sys.exit(f"Plumbline needs Python 3.11 or newer; this is {sys.version.split()[0]}.")

from collections.abc import Callable, Sequence

from config.tooling import environment
from config.tooling.environment import become, prepare, run
from config.tooling.suite import COVERAGE, FAST, Suite, check, tests


def demo(arguments: Sequence[str]) -> int:
    """run it: simulated systems, an example retailer, a trading day, workers and pages"""
    prepare("runtime")
    become("manage.py", "demo", *arguments)
    return 0


def serve(arguments: Sequence[str]) -> int:
    """the pages alone, on 127.0.0.1:8000, against your own settings"""
    prepare("runtime")
    if run("manage.py", "migrate", "--verbosity", "0") != 0:
        return 1
    become("manage.py", "runserver", "--noreload", *(arguments or ["127.0.0.1:8000"]))
    return 0


def worker(arguments: Sequence[str]) -> int:
    """the background work alone: clock, workers and their watchdog"""
    prepare("runtime")
    become("manage.py", "watchdog", *arguments)
    return 0


def test(arguments: Sequence[str]) -> int:
    """every check and test, on SQLite and PostgreSQL (--fast: SQLite only; --coverage)"""
    prepare("dev")
    flags = frozenset({FAST, COVERAGE} & set(arguments))
    suite = Suite()
    check(suite)
    tests(suite, flags, [argument for argument in arguments if argument not in flags])
    return suite.finish()


def check_only(arguments: Sequence[str]) -> int:
    """the checks without the tests: lint, format, types, imports, migrations, deployment"""
    prepare("dev")
    suite = Suite()
    check(suite)
    return suite.finish()


def lock(arguments: Sequence[str]) -> int:
    """compile pyproject.toml into the two hashed requirement files"""
    prepare("dev")
    options = ["--universal", "--generate-hashes", "--no-emit-index-url", "--no-annotate"]
    compile_command = ["-m", "uv", "pip", "compile", "--quiet", "pyproject.toml", *options]
    runtime = run(*compile_command, *arguments, "-o", "requirements.txt")
    dev = run(*compile_command, *arguments, "--group", "dev", "-o", "requirements-dev.txt")
    return runtime or dev or _no_hosts()


def soak(arguments: Sequence[str]) -> int:
    """simulate many seeded bad days and check what must always hold"""
    prepare("dev")
    return run("manage.py", "soak", *arguments)


def benchmarks(arguments: Sequence[str]) -> int:
    """measure what README and design state in figures (a name runs one of them)"""
    prepare("dev")
    return run("-m", "tests.benchmarks", *arguments)


def contract(arguments: Sequence[str]) -> int:
    """hold the BigCommerce connector and sandbox against OpenAPI files (--specs DIR)"""
    prepare("dev")
    return run("-m", "tests.contract", *arguments)


Command = Callable[[Sequence[str]], int]
COMMANDS: dict[str, Command] = {
    "demo": demo,
    "run": serve,
    "worker": worker,
    "test": test,
    "check": check_only,
    "lock": lock,
    "soak": soak,
    "benchmarks": benchmarks,
    "contract": contract,
}


def _no_hosts() -> int:
    """A lock that names a host would only install where that host answers."""
    named = [path.name for path in environment.LOCKS.values() if "://" in path.read_text("utf-8")]
    for name in named:
        print(f"{name} names a host. Compile it without --find-links or URLs.")
    return 1 if named else 0


def _list() -> int:
    print("python3 dev.py COMMAND\n")
    for name, command in COMMANDS.items():
        print(f"  {name:11} {command.__doc__}")
    return 0


def main(arguments: Sequence[str]) -> int:
    if not arguments or arguments[0] in {"help", "-h", "--help"}:
        return _list()
    command = COMMANDS.get(arguments[0])
    if command is None:
        print(f"There is no command {arguments[0]!r}.\n")
        _list()
        return 2
    try:
        return command(arguments[1:])
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
