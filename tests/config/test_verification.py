"""`verify` names what somebody changed behind the application's back."""

from decimal import Decimal
from typing import Any

import pytest

from config.verification import verify
from integrations.models import AuditEntry, Document, DocumentTender
from reconciliation import services
from reconciliation.models import EvidencePack, StoreDay
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.reconciliation.conftest import approver, hub, link, preparer, tamper
from tests.reconciliation.desk import TILL, closed_day

__all__ = ["approver", "hub", "link", "preparer", "tamper"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def signed(hub: Worker, link: Any, preparer: Any, approver: Any) -> StoreDay:
    day = closed_day(hub, sale(**TILL))
    services.prepare(day.pk, seen=day.content_hash, by=preparer, now=hub.clock())
    services.sign(day.pk, seen=day.content_hash, by=approver, now=hub.clock())
    day.refresh_from_db()
    return day


def problems(hub: Worker) -> list[str]:
    return verify(hub.clock()).problems


def test_a_signed_day_that_nobody_touched_verifies(signed: StoreDay, hub: Worker) -> None:
    report = verify(hub.clock())

    assert report.problems == []
    assert report.audit_head.startswith("2:")


def test_a_pack_that_was_rewritten_is_named(signed: StoreDay, hub: Worker, tamper: Any) -> None:
    tamper(EvidencePack.objects.get(), content="{}")

    assert problems(hub) == [f"Evidence pack 1 ({signed}) was changed."]


def test_an_audit_entry_that_was_rewritten_is_named(signed: StoreDay, hub: Worker) -> None:
    problems(hub)
    entry = AuditEntry.objects.get(action="day.sign")

    AuditEntry.objects.filter(pk=entry.pk).update(actor_name="eve")

    assert [each for each in problems(hub) if f"entry {entry.pk}" in each]


def test_a_figure_behind_a_signed_day_that_was_changed_is_named_with_both_values(
    signed: StoreDay, hub: Worker
) -> None:
    Document.objects.filter(external_id="1001").update(gross=Decimal("21.00"), tax=Decimal("11.00"))

    assert f"{signed}: R-1001 gross was 12.00 when signed and is 21.00." in problems(hub)


def test_a_tender_that_was_renamed_is_named(signed: StoreDay, hub: Worker) -> None:
    DocumentTender.objects.update(name="Cash")

    assert [each for each in problems(hub) if "R-1001 tenders" in each]


def test_a_row_that_shows_other_figures_than_were_signed_is_named(
    signed: StoreDay, hub: Worker
) -> None:
    content = signed.content
    content["figures"]["tenders"][0]["receipts"] = "13.00"
    StoreDay.objects.filter(pk=signed.pk).update(content=content)

    assert [each for each in problems(hub) if "is not what was signed" in each]
