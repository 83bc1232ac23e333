"""What must not lie in the repository: secrets, machine paths, other people's code, made files."""

import json
import re
from pathlib import Path

import pytest

from tests.architecture.source import ROOT, tracked

TEXT = {
    *(".py", ".md", ".toml", ".txt", ".html", ".css", ".js", ".json", ".yaml", ".yml"),
    *(".sh", ".cfg", ".ini", ".example", ".csv", ".svg", ""),
}
THIS = Path(__file__)
SECRETS = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----"
    r"|\bAKIA[0-9A-Z]{16}\b"
    r"|\bgh[pousr]_[A-Za-z0-9]{36}\b"
    r"|\bsk_live_[A-Za-z0-9]{16,}"
    r"|\bxox[abprs]-[A-Za-z0-9-]{10,}"
    r"|://(?!user:password@)[^/\s:@{}<>$]+:[^/\s:@{}<>$]{8,}@[a-z]"
)
# Folders of one machine, which mean nothing on another.
MACHINE = re.compile(r"\.\./shared\b|/work/|/home/[a-z]+/|/root/|/Users/[A-Za-z]+/")
MADE = re.compile(r"(^|/)(__pycache__|\.venv|var|staticfiles|node_modules)/|\.(pyc|sqlite3|log)$")


def texts() -> list[tuple[str, str]]:
    files = [path for path in tracked() if path.suffix in TEXT and path != THIS]
    return [(str(path.relative_to(ROOT)), path.read_text(errors="replace")) for path in files]


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{name}:{number}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if pattern.search(line)
    ]


def test_no_secret_lies_in_the_repository():
    assert lines_with(SECRETS) == []


def test_no_file_speaks_of_one_machine():
    assert lines_with(MACHINE) == []


def test_nothing_that_set_up_or_a_run_makes_is_committed():
    names = [path.relative_to(ROOT).as_posix() for path in tracked()]

    assert [name for name in names if MADE.search(name)] == []


def test_no_minified_library_is_committed():
    """Libraries come from installed packages; a line of 5,000 characters is not hand-written."""
    long = [name for name, text in texts() if max(map(len, text.splitlines()), default=0) > 5000]

    assert [name for name in long if name.endswith((".js", ".css", ".html"))] == []


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt"])
def test_the_lock_is_hashed_and_names_no_host(name):
    text = (ROOT / name).read_text()
    packages = re.findall(r"^[a-z0-9][^\s=]*==", text, flags=re.MULTILINE)

    assert "://" not in text
    assert len(packages) > 20
    assert text.count(" \\\n    --hash=sha256:") >= len(packages)


@pytest.mark.parametrize(
    "planted",
    [
        "key = 'AKIA" + "ABCDEFGHIJKLMNOP'",
        "url = 'postgres://anna:" + "correct-horse@db.example/x'",
        "-----BEGIN RSA " + "PRIVATE KEY-----",
    ],
)
def test_the_search_finds_a_planted_secret(planted):
    assert SECRETS.search(planted)


def test_fixtures_are_whole_documents():
    for path in tracked():
        if path.suffix == ".json" and "fixtures" in path.parts:
            json.loads(path.read_text(encoding="utf-8"))


def test_the_table_of_faults_names_tests_that_exist():
    """docs/faults.md says what proves each fault; a renamed test must not leave it claiming air."""
    table = (ROOT / "docs" / "faults.md").read_text()
    named = re.findall(r"`([a-z_/]+\.py)::(test_\w+)`", table)

    missing = [
        f"{path}::{test}"
        for path, test in named
        if f"def {test}(" not in (ROOT / "tests" / path).read_text()
    ]

    assert len(named) > 60
    assert missing == []
