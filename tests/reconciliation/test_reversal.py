"""A posted journal is taken back by one of opposite lines, once, and never edited."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.models import AuditEntry, Link, MappingRow, Transfer
from reconciliation import services
from reconciliation.models import DayJournal
from reconciliation.services import ConflictError, DayError, RefusedError
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.reconciliation.desk import TILL, again, closed_day, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def journal(hub: Worker, link: Link) -> DayJournal:
    closed_day(hub, sale(**TILL))
    return DayJournal.objects.get()


def reverse(journal: DayJournal, by: Any, hub: Worker, reason: str = "Wrong account") -> DayJournal:
    return services.reverse_journal(journal.pk, reason=reason, by=by, now=hub.clock())


def test_the_reversal_has_the_opposite_lines_and_is_linked(
    journal: DayJournal, hub: Worker, approver: Any
) -> None:
    before = journal.lines

    reversal = reverse(journal, approver, hub)

    journal.refresh_from_db()
    assert (reversal.reverses, journal.lines) == (journal, before)
    assert [each.amount for each in reversal.as_lines()] == [
        -each.amount for each in journal.as_lines()
    ]
    assert Transfer.objects.get(pk=reversal.transfer_id).key.endswith(reversal.reference)
    assert AuditEntry.objects.get(action="journal.reverse").reason == "Wrong account"


def test_reversing_twice_is_a_conflict(journal: DayJournal, hub: Worker, approver: Any) -> None:
    reverse(journal, approver, hub)

    with pytest.raises(ConflictError, match="reversed already"):
        reverse(journal, approver, hub)


def test_a_reversal_is_not_reversed(journal: DayJournal, hub: Worker, approver: Any) -> None:
    reversal = reverse(journal, approver, hub)
    work(hub)

    with pytest.raises(DayError, match="reversal itself"):
        reverse(reversal, approver, hub)


def test_what_was_taken_back_is_not_posted_again_by_itself(
    journal: DayJournal, hub: Worker, approver: Any
) -> None:
    reverse(journal, approver, hub)

    work(hub)

    day = again(hub)
    assert DayJournal.objects.count() == 2
    assert day.state == "collecting"
    assert "was reversed: Wrong account" in day.content["blockers"][0]["sentence"]


def test_a_corrected_mapping_posts_the_day_anew(
    journal: DayJournal, hub: Worker, approver: Any
) -> None:
    reverse(journal, approver, hub)
    MappingRow.objects.filter(table="journal-account", source_value="sales").update(
        target={"nominal": "4001"}
    )

    work(hub)
    again(hub)
    services.build_due_journals(hub.clock())
    work(hub)

    newest = DayJournal.objects.order_by("sequence").last()
    assert newest is not None
    assert {each.nominal: each.amount for each in newest.as_lines()}["4001"] == Decimal("-10.00")
    assert again(hub).state == "ready"


@pytest.mark.parametrize("role", ["finance_preparer", "operator", "admin"])
def test_only_an_approver_reverses(
    journal: DayJournal, hub: Worker, user_in: Any, role: str
) -> None:
    with pytest.raises(RefusedError, match="may not reverse"):
        reverse(journal, user_in(role, name="x"), hub)


def test_a_reason_is_needed(journal: DayJournal, hub: Worker, approver: Any) -> None:
    with pytest.raises(DayError, match="Say why"):
        reverse(journal, approver, hub, reason=" ")


def test_a_journal_that_is_not_in_the_ledger_has_nothing_to_reverse(
    journal: DayJournal, hub: Worker, approver: Any
) -> None:
    Transfer.objects.filter(pk=journal.transfer_id).update(state="held")

    with pytest.raises(ConflictError, match="not in the ledger"):
        reverse(journal, approver, hub)


def test_reversing_a_signed_days_journal_breaks_its_seal(
    journal: DayJournal, hub: Worker, preparer: Any, approver: Any
) -> None:
    day = again(hub)
    services.prepare(day.pk, seen=day.content_hash, by=preparer, now=hub.clock())
    services.sign(day.pk, seen=day.content_hash, by=approver, now=hub.clock())

    reverse(journal, approver, hub)
    work(hub)

    broken = again(hub)
    assert broken.state == "signed"
    assert {line["record"] for line in broken.seal_lines} == {
        "journal 1210 Card",
        "journal 2200 VAT 20 %",
        "journal 4000 Sales 20 %",
    }


def test_who_reversed_a_journal_of_the_day_cannot_be_its_signer(
    journal: DayJournal, hub: Worker, preparer: Any, approver: Any
) -> None:
    reverse(journal, approver, hub)
    MappingRow.objects.filter(table="journal-account", source_value="sales").update(
        target={"nominal": "4001"}
    )
    work(hub)
    again(hub)
    services.build_due_journals(hub.clock())
    work(hub)
    day = again(hub)
    services.prepare(day.pk, seen=day.content_hash, by=preparer, now=hub.clock())

    with pytest.raises(RefusedError, match="reversed a journal"):
        services.sign(day.pk, seen=day.content_hash, by=approver, now=hub.clock())
