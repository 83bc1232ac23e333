"""dev.py as a newcomer meets it."""

import subprocess
import sys

import pytest
from django.conf import settings

import dev
from config.tooling import environment, postgres, suite
from config.tooling.suite import Result, Suite


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_alone_it_lists_what_it_can_do(capsys):
    assert dev.main([]) == 0

    listed = capsys.readouterr().out
    assert all(f"  {name} " in listed for name in ("demo", "test", "check", "lock"))


def test_an_unknown_command_is_a_failure_that_helps(capsys):
    assert dev.main(["tset"]) == 2
    assert "There is no command 'tset'" in capsys.readouterr().out


def test_it_starts_with_the_standard_library_and_an_empty_environment():
    isolated = [sys.executable, "-E", "-S", str(settings.ROOT / "dev.py")]

    result = subprocess.run(isolated, cwd="/", env={}, capture_output=True, text=True)

    assert result.returncode == 0, result.stderr
    assert "demo" in result.stdout


def test_one_failed_step_fails_the_whole_and_the_rest_still_runs(capsys):
    told = Suite()
    told.step("first", python("raise SystemExit(3)"))
    told.step("second", python("pass"))
    told.skipped("third", "No Chromium found.")

    assert told.finish() == 1
    assert [row[2] for row in told.rows] == [Result.FAILED, Result.OK, Result.NOT_RUN]
    assert "NOT RUN" in capsys.readouterr().out


def test_what_did_not_run_is_said_but_does_not_fail(capsys):
    told = Suite()
    told.skipped("pytest, PostgreSQL", "No server, and no binaries to start one.")

    assert told.finish() == 0
    assert "No server" in capsys.readouterr().out


@pytest.mark.parametrize(("code", "result"), [(0, "OK"), (1, "FAILED"), (5, "NOT_RUN")])
def test_a_test_run_that_collected_nothing_is_not_called_a_success(code, result):
    assert suite._pytest_result(code) is Result[result]


def test_the_last_line_of_a_test_run_is_kept_for_the_table(capsys):
    code, last = suite._tee(python("print('....'); print('4 passed in 1 s'); print()"), env=None)

    assert (code, last) == (0, "4 passed in 1 s")


def test_an_installation_is_repeated_only_when_the_lock_changed(tmp_path, monkeypatch):
    stamp = tmp_path / "stamp"
    monkeypatch.setattr(environment, "STAMP", stamp)
    stamp.write_text(environment._wanted("dev"))
    monkeypatch.setattr(environment, "_create", lambda: pytest.fail("made anew"))
    monkeypatch.setattr(environment, "_works", lambda: True)
    monkeypatch.setattr(environment, "run", lambda *_: pytest.fail("installed again"))

    environment.prepare("runtime")
    environment.prepare("dev")


def test_a_named_test_database_is_used_as_it_is(monkeypatch):
    monkeypatch.setenv("TEST_DATABASE_URL", "postgres://db.example/shop")

    with postgres.server() as url:
        assert url == "postgres://db.example/shop"
