"""How long orders may stand still."""

from datetime import timedelta

import pytest

from integrations.public import AuditEntry
from monitoring import pipeline
from monitoring.models import StagePatience
from monitoring.services.patience import PatienceError, decide, measure
from tests.conftest import NOW
from tests.monitoring import rows

pytestmark = pytest.mark.django_db


def finished(seconds: int) -> None:
    sale = rows.receipt(state="posted", received_at=NOW)
    at = NOW + timedelta(seconds=seconds)
    rows.transfer(document=sale, state="posted", external_ref="1", posted_at=at, verified_at=at)


def usual_seconds() -> dict[str, int | None]:
    return dict(StagePatience.objects.values_list("stage", "usual_seconds"))


def test_what_is_usual_comes_from_the_orders_that_got_through(monkeypatch):
    monkeypatch.setattr(pipeline, "ENOUGH", 3)
    for seconds in (1, 2, 9):
        finished(seconds)

    measure(now=NOW)
    measure(now=NOW)

    assert usual_seconds() == {"captured": 9, "complete": 0}


def test_too_few_orders_say_nothing():
    finished(1)

    measure(now=NOW)

    assert usual_seconds() == {}


def change(admin_user, **fields):
    given = {"kind": "sale", "stage": "posted", "minutes": 30, "reason": "Peak"}
    decide(link_id=rows.pair().pk, by=admin_user, now=NOW, **given | fields)


def test_a_decision_is_recorded_with_what_was_before(admin_user):
    change(admin_user)
    change(admin_user, minutes=None)

    entry = AuditEntry.objects.filter(action="patience.change").first()
    assert (entry.before, entry.after) == ({"minutes": 30}, {"minutes": None})
    assert entry.subject == "sitoo-brightpearl sale posted"


@pytest.mark.parametrize(
    "fields", [{"minutes": 0}, {"minutes": 99_999}, {"stage": "allocated"}, {"kind": "journal"}]
)
def test_nonsense_is_refused_and_nothing_is_changed(admin_user, fields):
    with pytest.raises(PatienceError):
        change(admin_user, **fields)

    assert not StagePatience.objects.exists()


def test_measuring_leaves_what_was_decided(admin_user, monkeypatch):
    monkeypatch.setattr(pipeline, "ENOUGH", 1)
    change(admin_user, stage="captured")
    finished(1)

    measure(now=NOW)

    row = StagePatience.objects.get(stage="captured")
    assert (row.minutes, row.usual_seconds) == (30, 1)
