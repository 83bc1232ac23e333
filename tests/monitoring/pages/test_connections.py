"""Lights that are honest, and a pause that says why."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.public import AuditEntry, Connection, RateBudget, Sweep
from monitoring.pages.states import FRESH, connection_state
from tests.conftest import NOW
from tests.monitoring import rows


def state(**fields: Any) -> tuple[str, str]:
    shown = connection_state(Connection(**fields), now=NOW)
    return shown.word, shown.tone


@pytest.mark.parametrize(
    ("fields", "word", "tone"),
    [
        ({"last_success_at": NOW - FRESH}, "in touch", "agrees"),
        ({"last_success_at": NOW - FRESH - timedelta(seconds=1)}, "silent", "soon"),
        ({}, "not asked yet", "unknown"),
        ({"last_success_at": NOW, "trouble": "unavailable"}, "no answer", "wrong"),
        ({"last_success_at": NOW, "trouble": "throttled"}, "at its limit", "soon"),
        ({"last_success_at": NOW, "state": "paused"}, "paused", "waiting"),
        ({"last_success_at": NOW, "trouble": "unavailable", "state": "disabled"}, "off", "unknown"),
    ],
)
def test_a_light_is_green_only_while_answers_are_fresh(
    fields: dict[str, Any], word: str, tone: str
) -> None:
    assert state(**fields) == (word, tone)


def test_pausing_needs_a_reason_and_everybody_sees_it(ops: Client, db: None) -> None:
    erp = rows.ledger()
    ops.post(f"/connections/{erp.pk}/pause/", {"reason": " "})
    before = Connection.objects.get(pk=erp.pk).state

    ops.post(f"/connections/{erp.pk}/pause/", {"reason": "Stocktake in the ERP"})

    assert before == "active"
    assert "Stocktake in the ERP" in ops.get("/").content.decode()
    assert AuditEntry.objects.get().reason == "Stocktake in the ERP"


def test_resuming_says_how_much_goes(ops: Client, db: None) -> None:
    rows.transfer()
    erp = rows.ledger()
    Connection.objects.update(state="paused", state_reason="x")

    assert "Resume: 1 waiting record goes" in ops.get(f"/connections/{erp.pk}/").content.decode()

    ops.post(f"/connections/{erp.pk}/resume/")
    assert Connection.objects.get(pk=erp.pk).state == "active"


@pytest.mark.parametrize("action", ["pause", "resume", "test"])
def test_finance_looks_and_does_not_touch(finance: Client, db: None, action: str) -> None:
    erp = rows.ledger()

    assert finance.get(f"/connections/{erp.pk}/").status_code == 200
    assert finance.post(f"/connections/{erp.pk}/{action}/").status_code == 403


def test_a_silent_background_is_said_on_every_page(ops: Client, db: None) -> None:
    long_ago = timezone.now() - timedelta(minutes=30)
    Sweep.objects.create(name="plan", every_seconds=5, due_at=long_ago, finished_at=long_ago)

    for address in ("/", "/orders/", "/flows/"):
        assert "The background work last ran 30 m ago" in ops.get(address).content.decode()


def test_the_budget_counts_what_we_used_and_what_others_did(admin: Client, db: None) -> None:
    now_ms = int(timezone.now().timestamp() * 1000)
    erp = rows.ledger()
    RateBudget.objects.create(
        connection=erp, limit=200, remaining=100, grants=[now_ms] * 40 + [now_ms - 90_000]
    )

    page = admin.get(f"/connections/{erp.pk}/").content.decode()

    assert "40 <small>of 200 in 60 s" in page
    assert "About 60 used by others" in page


def test_work_can_be_asked_for_now(ops: Client, finance: Client, db: None) -> None:
    later = timezone.now() + timedelta(hours=1)
    Sweep.objects.create(name="choices:brightpearl", every_seconds=3600, due_at=later)

    assert finance.post("/flows/run/", {"name": "choices:brightpearl"}).status_code == 403
    ops.post("/flows/run/", {"name": "choices:brightpearl"})

    assert Sweep.objects.get().due_at <= timezone.now()
