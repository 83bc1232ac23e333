"""The settings file as another process would read it."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

PRODUCTION = {
    "PLUMBLINE_ENVIRONMENT": "production",
    "SECRET_KEY": "k" * 64,
    "ALLOWED_HOSTS": "plumbline.example",
}
SHOW = "from config import settings as s; print(s.{})"


def read(name: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", SHOW.format(name)]
    clean = {"PATH": os.environ["PATH"], **env}
    return subprocess.run(command, cwd=settings.ROOT, env=clean, capture_output=True, text=True)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"SECRET_KEY": ""}, "Set SECRET_KEY or SECRET_KEY_FILE"),
        ({"ALLOWED_HOSTS": ""}, "Set ALLOWED_HOSTS"),
        ({"ALLOWED_HOSTS": "*"}, "Set ALLOWED_HOSTS"),
        ({"PLUMBLINE_DEBUG": "1"}, "cannot be true in production"),
    ],
)
def test_production_refuses_to_start_half_configured(change, sentence):
    result = read("DEBUG", PRODUCTION | change)

    assert result.returncode != 0
    assert sentence in result.stderr


def test_production_sends_cookies_over_https_only():
    result = read("SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT", PRODUCTION)

    assert result.stdout == "True True True\n"


def test_a_local_start_makes_its_own_key_that_only_its_owner_reads(tmp_path):
    first = read("SECRET_KEY", {"PLUMBLINE_VAR": str(tmp_path)})
    second = read("SECRET_KEY", {"PLUMBLINE_VAR": str(tmp_path)})

    assert len(first.stdout) > 50
    assert first.stdout == second.stdout
    assert (tmp_path / "secret_key").stat().st_mode & 0o077 == 0


def test_a_local_start_answers_to_this_machine_only(tmp_path):
    result = read("ALLOWED_HOSTS", {"PLUMBLINE_VAR": str(tmp_path)})

    assert result.stdout == "['localhost', '127.0.0.1', '[::1]']\n"


def test_a_slow_task_is_never_started_twice():
    queue = settings.Q_CLUSTER

    assert queue["retry"] > queue["timeout"] * (queue["queue_limit"] / queue["workers"] + 1)
    assert (queue["max_attempts"], queue["ack_failures"]) == (1, True)
