"""The checks and the test runs, each timed, all run even when one fails, told in one table."""

import os
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum

from config.tooling import postgres
from config.tooling.environment import PYTHON, ROOT, environment, tool

FAST, COVERAGE = "--fast", "--coverage"  # flags of `test`; everything else goes to pytest
NOTHING_COLLECTED = 5  # pytest's exit code
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class Result(Enum):
    OK = "ok"
    FAILED = "FAILED"
    NOT_RUN = "NOT RUN"


@dataclass
class Suite:
    """Collects (phase, seconds, result, note) and prints them as one table at the end."""

    rows: list[tuple[str, float, Result, str]] = field(default_factory=list)

    def step(
        self, name: str, command: Sequence[str], *, env: Mapping[str, str] | None = None
    ) -> Result:
        """Run one check; its output goes straight through."""
        with self._timed(name) as tell:
            code = subprocess.call(command, cwd=ROOT, env=environment(env))
            tell(Result.OK if code == 0 else Result.FAILED, "")
        return self.rows[-1][2]

    def pytest(self, name: str, *arguments: str, env: Mapping[str, str] | None = None) -> None:
        """Run pytest; its last line is repeated in the table."""
        with self._timed(name) as tell:
            code, summary = _tee([str(PYTHON), "-m", "pytest", "-q", *arguments], env=env)
            tell(_pytest_result(code), summary.strip("= "))

    def skipped(self, name: str, reason: str) -> None:
        print(f"\n── {name}: NOT RUN. {reason}", flush=True)
        self.rows.append((name, 0.0, Result.NOT_RUN, reason))

    def finish(self) -> int:
        """Print the table; return the exit code of the whole."""
        print("\n" + "─" * 78)
        for name, seconds, result, note in self.rows:
            print(f"{result.value:8} {seconds:7.1f} s  {name:28} {note}")
        failed = [row for row in self.rows if row[2] is Result.FAILED]
        total = sum(row[1] for row in self.rows)
        print(f"{'FAILED' if failed else 'ok':8} {total:7.1f} s  in all", flush=True)
        return 1 if failed else 0

    @contextmanager
    def _timed(self, name: str) -> Iterator[Callable[[Result, str], None]]:
        print(f"\n── {name}", flush=True)
        started = time.monotonic()
        yield lambda result, note: self.rows.append(
            (name, time.monotonic() - started, result, note)
        )


def check(suite: Suite) -> None:
    """Everything that reads the code without running the tests."""
    production = {
        "PLUMBLINE_ENVIRONMENT": "production",
        "SECRET_KEY": secrets.token_urlsafe(64),
        "ALLOWED_HOSTS": "plumbline.example",
        "DATABASE_URL": "sqlite://:memory:",
    }
    manage = [str(PYTHON), "manage.py"]
    suite.step("ruff check", tool("ruff", "check", "."))
    suite.step("ruff format", tool("ruff", "format", "--check", "."))
    suite.step("mypy", tool("mypy", "."))
    suite.step("import-linter", tool("lint-imports"))
    suite.step("migrations", [*manage, "makemigrations", "--check", "--dry-run"])
    suite.step(
        "check --deploy",
        [*manage, "check", "--deploy", "--fail-level", "WARNING"],
        env=production,
    )


def tests(suite: Suite, flags: frozenset[str], extra: Sequence[str]) -> None:
    """SQLite, then the browser, then what uses the database again on PostgreSQL."""
    measure = ["--cov", "--cov-report=term"] if COVERAGE in flags else []
    chosen = ["-m", "not browser", "-n", "auto", *measure, *extra]
    suite.pytest("pytest, SQLite", *chosen, env={"TEST_DATABASE_URL": ""})
    _browser(suite, extra)
    if FAST in flags:
        suite.skipped("pytest, PostgreSQL", "--fast was asked for.")
        return
    with postgres.server() as url:
        if url is None:
            suite.skipped("pytest, PostgreSQL", "No server, and no binaries to start one.")
            return
        database = {"TEST_DATABASE_URL": url, "PLUMBLINE_TEST_RUN": str(os.getpid())}
        chosen = ["-m", "db and not browser", "-n", "auto", *extra]
        suite.pytest("pytest, PostgreSQL", *chosen, env=database)


def _browser(suite: Suite, extra: Sequence[str]) -> None:
    chromium = os.environ.get("CHROMIUM") or _chromium() or _install_chromium()
    if chromium is None:
        suite.skipped("pytest, browser", "No Chromium found; install it or set CHROMIUM.")
        return
    env = {"CHROMIUM": chromium, "TEST_DATABASE_URL": ""}
    suite.pytest("pytest, browser", "-m", "browser", "-p", "no:xdist", *extra, env=env)


def _chromium() -> str | None:
    path = environment()["PATH"]
    found = (shutil.which(name, path=path) for name in CHROMIUM_NAMES)
    return next((name for name in found if name), None)


def _install_chromium() -> str | None:
    """On a CI machine, as root, try the distribution's package; elsewhere leave things alone."""
    if not os.environ.get("CI") or sys.platform != "linux" or os.geteuid() != 0:
        return None
    if not shutil.which("apt-get"):
        return None
    packages = ["install", "-y", "--no-install-recommends", "chromium", "fonts-liberation"]
    for arguments in (["update"], packages):
        if subprocess.call(["apt-get", "-qq", *arguments]) != 0:
            return None
    return _chromium()


def _pytest_result(code: int) -> Result:
    if code == NOTHING_COLLECTED:
        return Result.NOT_RUN
    return Result.OK if code == 0 else Result.FAILED


def _tee(command: Sequence[str], *, env: Mapping[str, str] | None) -> tuple[int, str]:
    """Run `command`, pass its output through, and return (exit code, last line that says much)."""
    last = ""
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            sys.stdout.write(line)
            sys.stdout.flush()
            last = line.strip() or last
    return process.returncode, last
