"""Filling a database for work on the pages."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integrations.public import Connection, Transfer, system_now
from monitoring.management.commands import bulk_seed
from monitoring.models import ExceptionCase
from monitoring.services.cases import refresh_cases
from tests.monitoring import rows

pytestmark = pytest.mark.django_db


def seed(**options) -> None:
    call_command("bulk_seed", cases=200, transfers=80, stdout=StringIO(), **options)


def test_it_makes_about_what_was_asked_for_and_copies_refer_to_copies(monkeypatch):
    monkeypatch.setattr(bulk_seed, "TEMPLATES", 10)

    seed()

    assert Transfer.objects.count() == 80
    assert ExceptionCase.objects.filter(closed_at__isnull=False).count() == 190
    assert ExceptionCase.objects.filter(closed_at__isnull=False, timeline=None).count() == 0
    assert Transfer.objects.values("document_id").distinct().count() == 20


def test_its_open_cases_stay_open_when_cases_are_refreshed():
    seed()
    before = ExceptionCase.objects.unresolved().count()

    done = refresh_cases(now=system_now() + timedelta(minutes=1))

    assert before > 0
    assert (done.opened, done.cleared, done.present) == (0, 0, before)


def test_its_systems_are_switched_off():
    seed()

    assert set(Connection.objects.values_list("state", flat=True)) == {"disabled"}


def test_it_refuses_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(CommandError, match="not in production"):
        seed()


def test_it_does_not_mix_with_a_retailers_own_rows_unasked():
    rows.pair()

    with pytest.raises(CommandError, match="systems of its own"):
        seed()
    seed(mix=True)

    assert ExceptionCase.objects.exists()
