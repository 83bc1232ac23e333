"""A receipt that comes after the signature never changes the day: it is late until decided."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.models import Document, Link
from reconciliation import services
from reconciliation.models import DayJournal, EvidencePack, LateItem, StoreDay
from reconciliation.services import ConflictError, DayError, NotReadyError, RefusedError
from tests.factories.receipts import line, paid, sale
from tests.fakes import Worker
from tests.integrations.services.retail import arrive, stock
from tests.reconciliation.desk import ON, TILL, again, closed_day, closing, work

pytestmark = pytest.mark.django_db
LATE = sale(**TILL, external_id="1002", tenders=(paid("Cash"),))


@pytest.fixture
def signed(hub: Worker, link: Link, preparer: Any, approver: Any) -> StoreDay:
    """Leeds signed its day in the morning after."""
    day = closed_day(hub, sale(**TILL))
    hub.clock.pass_time(days=1)
    return sign(day, hub, preparer, approver)


def sign(day: StoreDay, hub: Worker, preparer: Any, approver: Any) -> StoreDay:
    services.prepare(day.pk, seen=day.content_hash, by=preparer, now=hub.clock())
    services.sign(day.pk, seen=day.content_hash, by=approver, now=hub.clock())
    day.refresh_from_db()
    return day


def decide(day: StoreDay, decision: str, by: Any, hub: Worker) -> StoreDay:
    return services.decide_late(
        day.pk, decision=decision, reason="Till 1 was off line", by=by, now=hub.clock()
    )


def total(journals: Any) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for journal in journals:
        for each in journal.as_lines():
            sums[each.nominal] = sums.get(each.nominal, Decimal(0)) + each.amount
    return sums


def test_a_late_receipt_is_listed_and_posts_no_journal(signed: StoreDay, hub: Worker) -> None:
    arrive(hub, LATE)
    work(hub)

    item = LateItem.objects.get()
    assert (item.number, item.gross, item.tax) == ("R-1002", Decimal("12.00"), Decimal("2.00"))
    assert DayJournal.objects.count() == 1
    assert again(hub).seal_broken_at is None


def test_both_journals_are_shown_before_anybody_decides(signed: StoreDay, hub: Worker) -> None:
    arrive(hub, LATE)
    work(hub)

    preview = services.late_preview(signed, now=hub.clock())

    amounts = {each.nominal: each.amount for each in preview.reopened}
    assert amounts == {
        "1220": Decimal("12.00"),
        "4000": Decimal("-10.00"),
        "2200": Decimal("-2.00"),
    }
    assert preview.today == preview.reopened
    assert (preview.today_on > ON, preview.period_changes) == (True, False)


def test_posting_on_an_open_day_leaves_the_signed_one_as_it_was(
    signed: StoreDay, hub: Worker, approver: Any
) -> None:
    arrive(hub, LATE)
    work(hub)
    before = (signed.content, signed.content_hash)

    day = decide(signed, "post-today", approver, hub)

    added = DayJournal.objects.get(late_of=ON)
    assert (added.business_date > ON, added.total) == (True, Decimal("12.00"))
    assert (day.state, day.late, (day.content, day.content_hash)) == ("signed", 0, before)
    work(hub)
    assert again(hub).seal_lines == []


def test_the_decision_is_part_of_the_evidence(signed: StoreDay, hub: Worker, approver: Any) -> None:
    arrive(hub, LATE)
    work(hub)

    decide(signed, "post-today", approver, hub)

    pack = EvidencePack.objects.get(part=2)
    assert '"R-1002"' in pack.content
    assert services.verify_chain() is None


def test_opening_the_day_again_posts_the_difference_and_signs_a_second_round(
    signed: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    arrive(hub, LATE, closing(LATE, number=2))
    work(hub)

    assert decide(signed, "reopen", approver, hub).state == "reopened"
    work(hub)
    second = sign(again(hub), hub, preparer, approver)

    assert (second.state, second.round, second.receipts) == ("signed", 2, 2)
    assert [pack.round for pack in EvidencePack.objects.all()] == [1, 2]
    assert total(DayJournal.objects.all())["4000"] == Decimal("-20.00")


def test_a_receipt_posted_on_another_day_is_not_posted_again_when_the_day_is_opened(
    signed: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    arrive(hub, LATE)
    work(hub)
    decide(signed, "post-today", approver, hub)
    services.reopen(signed.pk, reason="The close came", by=approver, now=hub.clock())
    arrive(hub, closing(LATE, number=2))

    work(hub)

    assert DayJournal.objects.count() == 2
    assert again(hub).state == "ready"


def test_the_open_day_does_not_count_what_belongs_to_another(
    signed: StoreDay, hub: Worker, approver: Any
) -> None:
    arrive(hub, LATE)
    work(hub)
    decide(signed, "post-today", approver, hub)

    on = DayJournal.objects.get(late_of=ON).business_date
    other = services.refresh_day("LDS", on, now=hub.clock())

    assert (other.receipts, other.gross, other.variances) == (0, Decimal(0), 0)


def test_deciding_twice_is_a_conflict(signed: StoreDay, hub: Worker, approver: Any) -> None:
    arrive(hub, LATE)
    work(hub)
    decide(signed, "post-today", approver, hub)

    with pytest.raises(ConflictError, match="No late receipt"):
        decide(signed, "post-today", approver, hub)


def test_deciding_needs_a_reason_and_an_approver(
    signed: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    arrive(hub, LATE)
    work(hub)

    with pytest.raises(RefusedError):
        decide(signed, "reopen", preparer, hub)
    with pytest.raises(DayError, match="Say why"):
        services.decide_late(signed.pk, decision="reopen", reason=" ", by=approver, now=hub.clock())


def test_a_late_receipt_that_is_held_waits_for_its_own_exception(
    signed: StoreDay, hub: Worker, approver: Any
) -> None:
    arrive(hub, sale(**TILL, external_id="1002", lines=(line("GHOST"),)))
    work(hub)

    with pytest.raises(NotReadyError, match="held"):
        decide(signed, "post-today", approver, hub)
    stock("GHOST")


def test_a_late_receipt_that_was_dismissed_needs_no_decision(signed: StoreDay, hub: Worker) -> None:
    arrive(hub, LATE)
    work(hub)

    Document.objects.filter(external_id="1002").update(state="dismissed")

    assert again(hub).late == 0


def test_who_decided_about_a_late_receipt_can_still_sign_the_next_round(
    signed: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    arrive(hub, LATE, closing(LATE, number=2))
    work(hub)
    decide(signed, "reopen", approver, hub)
    work(hub)

    assert sign(again(hub), hub, preparer, approver).state == "signed"
