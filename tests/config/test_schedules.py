import pytest
from django.core.management import call_command
from django.db import connection
from django.utils.module_loading import import_string
from django_q.models import Schedule

from config import schedules
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def test_the_queue_keeps_one_schedule_whatever_was_stored():
    Schedule.objects.create(name="old", func="math.sqrt", args="malformed, (")

    schedules.sync(NOW)
    schedules.sync(NOW)

    row = Schedule.objects.get()
    assert (row.name, row.minutes, row.repeats) == (schedules.FALLBACK, 1, -1)


def test_a_new_schedule_starts_now_and_an_old_one_keeps_its_pace():
    schedules.sync(NOW)
    Schedule.objects.update(next_run=NOW.replace(hour=11))

    schedules.sync(NOW)

    assert Schedule.objects.get().next_run == NOW.replace(hour=11)


def test_the_schedule_names_a_task_that_exists():
    assert callable(import_string(schedules.TASK))


def test_the_command_says_what_it_did(capsys):
    call_command("sync_schedules")

    assert capsys.readouterr().out == "Schedules are up to date.\n"


def test_the_queue_is_asked_through_an_index():
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "django_q_ormq")

    assert constraints["plumbline_queue_next"]["columns"] == ["key", "lock"]
