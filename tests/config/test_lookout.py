"""When the house itself stops, somebody is told by another path."""

import smtplib
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError

from config import alarm
from config.lookout import Lookout, Sign
from config.management.commands import lookout as command
from config.management.commands.lookout import look_once
from integrations.public import Sweep
from tests.conftest import NOW

MINUTES = timedelta(minutes=1)
SECOND = timedelta(seconds=1)


def after(minutes: float, heartbeat: float | None = None, *, readable: bool = True) -> Any:
    beat = None if heartbeat is None else NOW + heartbeat * MINUTES
    return NOW + minutes * MINUTES, Sign(readable, beat)


def test_a_silence_is_told_after_two_minutes_and_not_before() -> None:
    lookout = Lookout(NOW)

    assert lookout.look(*after(0, 0)) == ""
    assert lookout.look(*after(2, 0)) == ""
    assert "does not run since 10:30 UTC" in lookout.look(
        NOW + 2 * MINUTES + SECOND, Sign(True, NOW)
    )


def test_it_is_told_once_an_hour_while_it_lasts() -> None:
    lookout = Lookout(NOW)
    told = [bool(lookout.look(*after(minute, 0))) for minute in range(0, 124)]

    assert [minute for minute, said in enumerate(told) if said] == [3, 63, 123]


def test_that_it_is_well_again_is_told_once_and_only_after_an_alarm() -> None:
    lookout = Lookout(NOW)
    lookout.look(*after(3, 0))

    assert "works again" in lookout.look(*after(4, 4))
    assert lookout.look(*after(5, 5)) == ""
    assert Lookout(NOW).look(*after(1, 1)) == ""


def test_a_house_that_just_starts_gets_its_patience() -> None:
    lookout = Lookout(NOW)

    assert lookout.look(*after(2, None)) == ""
    assert "never has" in lookout.look(*after(3, None))


def test_a_database_that_is_away_is_told_without_it() -> None:
    lookout = Lookout(NOW)

    assert lookout.look(*after(2, readable=False)) == ""
    assert "cannot reach its database since 10:30" in lookout.look(*after(3, readable=False))


@pytest.mark.django_db
def test_a_killed_scheduler_is_mailed_to_those_in_the_environment(
    settings: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(command, "close_old_connections", lambda: None)  # a test is in one
    settings.PLUMBLINE_ALARM_EMAILS = ["ada@example.com"]
    Sweep.objects.create(name="heartbeat", every_seconds=5, due_at=NOW, finished_at=NOW)
    lookout = Lookout(NOW)

    look_once(lookout, now=NOW + MINUTES)
    look_once(lookout, now=NOW + 2 * MINUTES + SECOND)

    [sent] = mail.outbox
    assert sent.to == ["ada@example.com"]
    assert "is manage.py watchdog running?" in sent.body


@pytest.mark.django_db
def test_a_database_error_is_a_finding(settings: Any, monkeypatch: Any) -> None:
    settings.PLUMBLINE_ALARM_EMAILS = ["ada@example.com"]

    def away() -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("integrations.services.schedule.newest_heartbeat", away)
    look_once(Lookout(NOW), now=NOW + 3 * MINUTES)

    assert "cannot reach its database" in mail.outbox[0].body


def test_an_alarm_that_nobody_takes_says_so(settings: Any, monkeypatch: Any) -> None:
    settings.PLUMBLINE_ALARM_EMAILS = ["ada@example.com"]
    settings.PLUMBLINE_ALARM_URL = "http://127.0.0.1:1/hook"

    def refuse(*_: Any, **__: Any) -> None:
        raise smtplib.SMTPConnectError(421, "busy")

    monkeypatch.setattr(alarm, "send_mail", refuse)

    assert not alarm.tell("Test")
    with pytest.raises(SystemExit):
        call_command("lookout", "--test")
