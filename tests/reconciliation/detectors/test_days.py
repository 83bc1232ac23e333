"""Each exception type of the day-end: it fires, not one second earlier, and it clears."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.models import Document, Link, Store
from reconciliation import services
from reconciliation.models import StoreDay, VarianceNote
from tests.conftest import NOW
from tests.factories.receipts import paid, sale
from tests.fakes import Worker
from tests.integrations.services.retail import arrive
from tests.reconciliation.desk import ON, TILL, again, closed_day, closing, work

pytestmark = pytest.mark.django_db
Look = Callable[..., list[Any]]
SECOND = timedelta(seconds=1)
CLOSES = datetime(2026, 3, 28, 18, 0, tzinfo=UTC)  # the day before the clocks change
GRACE = timedelta(hours=2)


@pytest.fixture
def signed(hub: Worker, link: Link, preparer: Any, approver: Any) -> StoreDay:
    day = closed_day(hub, sale(**TILL))
    services.prepare(day.pk, seen=day.content_hash, by=preparer, now=hub.clock())
    services.sign(day.pk, seen=day.content_hash, by=approver, now=hub.clock())
    return day


# E17


@pytest.fixture
def ringing(hub: Worker, link: Link) -> Worker:
    arrive(hub, sale(**TILL))
    again(hub)
    return hub


def test_a_till_that_has_not_closed_two_hours_after_the_usual_time_is_late(
    ringing: Worker, look: Look
) -> None:
    assert look("DAYEND_LATE", CLOSES + GRACE - SECOND) == []

    (finding,) = look("DAYEND_LATE", CLOSES + GRACE)

    assert finding.title == "Leeds, 28 March: 1 till not closed."
    assert finding.severity == "medium"
    assert finding.stake.value == Decimal("10.24")  # 12.00 × 2 % + 20 minutes at 0.50


def test_it_is_urgent_from_ten_oclock_the_next_morning_in_the_stores_own_time(
    ringing: Worker, look: Look
) -> None:
    ten = datetime(2026, 3, 29, 9, 0, tzinfo=UTC)  # summer time has begun

    assert look("DAYEND_LATE", ten - SECOND)[0].severity == "medium"
    assert look("DAYEND_LATE", ten)[0].severity == "high"


def test_it_clears_when_every_till_has_closed(ringing: Worker, look: Look) -> None:
    arrive(ringing, closing(sale(**TILL)))
    again(ringing)

    assert look("DAYEND_LATE", CLOSES + GRACE) == []


@pytest.mark.parametrize(("weeks", "found"), [(1, 0), (2, 1)])
def test_a_store_that_sends_nothing_on_a_day_of_usual_trade_is_late(
    link: Link, look: Look, weeks: int, found: int
) -> None:
    for week in range(1, weeks + 1):
        StoreDay.objects.create(
            store_code="LDS",
            store_name="Leeds",
            business_date=ON - timedelta(weeks=week),
            currency="GBP",
            receipts=5,
            gross=Decimal(50),
            state="signed",
        )

    assert len(look("DAYEND_LATE", CLOSES + GRACE)) == found


def test_a_closed_store_is_never_late(ringing: Worker, look: Look) -> None:
    Store.objects.update(is_open=False)

    assert look("DAYEND_LATE", CLOSES + GRACE) == []


# E18


@pytest.fixture
def untied(hub: Worker, link: Link) -> StoreDay:
    """The till counted a card sale of 12.00 that was dismissed here."""
    kept, dismissed = sale(**TILL), sale(**TILL, external_id="1002")
    arrive(hub, kept, dismissed, closing(kept, dismissed))
    Document.objects.filter(external_id="1002").update(state="dismissed")
    work(hub)
    return again(hub)


def test_a_day_that_does_not_tie_names_figure_money_and_receipt(
    untied: StoreDay, look: Look
) -> None:
    (finding,) = look("DAYEND_VARIANCE")

    assert untied.state == "variance"
    assert finding.stake.value == Decimal("12.00")
    assert finding.stake.is_exact
    assert "Card: the receipts say £12.00 less than the till closes." in finding.summary
    assert "R-1002" in finding.summary


def test_a_variance_clears_when_each_figure_is_explained(
    untied: StoreDay, hub: Worker, look: Look, preparer: Any
) -> None:
    for key in untied.content["unexplained"]:
        services.explain_variance(
            untied.pk, key=key, reason="till-error", by=preparer, now=hub.clock()
        )

    assert look("DAYEND_VARIANCE") == []


def test_a_day_that_is_still_under_way_has_no_variance(hub: Worker, link: Link, look: Look) -> None:
    kept, other = sale(**TILL), sale(**TILL, external_id="1002")
    arrive(hub, kept, closing(kept, other))
    again(hub)

    assert look("DAYEND_VARIANCE") == []


# E19


def drawer(hub: Worker, difference: str) -> StoreDay:
    return closed_day(hub, sale(**TILL, tenders=(paid("Cash"),)), cash=difference)


@pytest.mark.parametrize(
    ("difference", "severity"),
    [("-5.00", None), ("-5.01", "medium"), ("5.01", "medium"), ("-49.99", "medium")]
    + [("-50.00", "high"), ("50.00", "high")],
)
def test_a_drawer_beyond_the_tolerance_is_found_and_urgent_from_fifty(
    hub: Worker, link: Link, look: Look, difference: str, severity: str | None
) -> None:
    drawer(hub, difference)

    found = look("CASH_OVER_SHORT")

    assert [each.severity for each in found] == ([severity] if severity else [])
    assert [each.stake.value for each in found] == [abs(Decimal(difference))] * len(found)


def test_a_drawer_clears_when_its_reason_is_accepted(
    hub: Worker, link: Link, look: Look, preparer: Any
) -> None:
    day = drawer(hub, "-43.00")

    services.explain_variance(
        day.pk, key="cash:T1/1", reason="petty-cash", by=preparer, now=hub.clock()
    )

    assert look("CASH_OVER_SHORT") == []


def several_days(hub: Worker, differences: list[str]) -> None:
    """The same drawer, day after day, the newest last."""
    day = drawer(hub, "0")
    content = day.content
    StoreDay.objects.filter(pk=day.pk).delete()
    for back, difference in enumerate(reversed(differences)):
        cash = [{**content["figures"]["cash"][0], "difference": difference}]
        StoreDay.objects.create(
            store_code="LDS",
            store_name="Leeds",
            business_date=ON - timedelta(days=back),
            currency="GBP",
            content={**content, "figures": {**content["figures"], "cash": cash}},
        )


@pytest.mark.parametrize(
    ("differences", "found"),
    [
        (["-1.00", "-1.00"], 0),
        (["-1.00", "-2.00", "-0.50"], 1),
        (["1.00", "2.00", "0.50"], 1),
        (["-1.00", "2.00", "-0.50"], 0),
        (["-1.00", "0.00", "-1.00", "-1.00"], 0),
        (["-1.00", "-1.00", "-1.00", "0.00"], 0),
        (["-1.00", "-1.00", "-1.00", "1.00"], 0),
    ],
)
def test_three_days_of_one_sign_are_a_pattern(
    hub: Worker, link: Link, look: Look, differences: list[str], found: int
) -> None:
    several_days(hub, differences)

    patterns = [each for each in look("CASH_OVER_SHORT") if each.subject.endswith("pattern")]

    assert len(patterns) == found
    if found:
        assert patterns[0].stake.value == sum(abs(Decimal(each)) for each in differences)


def test_a_pattern_clears_when_its_newest_day_is_explained(
    hub: Worker, link: Link, look: Look, preparer: Any
) -> None:
    several_days(hub, ["-1.00", "-1.00", "-1.00"])
    newest = StoreDay.objects.get(business_date=ON)

    VarianceNote.objects.create(
        day=newest,
        round=1,
        key="cash:T1/1",
        reason_id=1,
        amount=Decimal("-1.00"),
        currency="GBP",
        by=preparer,
        by_name="petra",
        at=NOW,
    )

    assert look("CASH_OVER_SHORT") == []


# E21


def test_a_late_sale_is_found_with_its_value_and_vat(
    signed: StoreDay, hub: Worker, look: Look
) -> None:
    assert look("LATE_SALE") == []

    arrive(hub, sale(**TILL, external_id="1002"))
    work(hub)

    (finding,) = look("LATE_SALE")
    assert finding.stake.value == Decimal("14.00")
    assert finding.title == "Leeds, 28 March is signed, and 1 receipt arrived after that."
    assert [each.document_id for each in finding.occurrences] == [
        Document.objects.get(external_id="1002").pk
    ]


@pytest.mark.parametrize("decision", ["reopen", "post-today"])
def test_a_late_sale_clears_once_it_is_decided(
    signed: StoreDay, hub: Worker, look: Look, approver: Any, decision: str
) -> None:
    arrive(hub, sale(**TILL, external_id="1002"))
    work(hub)

    services.decide_late(
        signed.pk, decision=decision, reason="off line", by=approver, now=hub.clock()
    )

    assert look("LATE_SALE") == []


# E23


def test_a_changed_figure_of_a_signed_day_is_found_with_before_and_after(
    signed: StoreDay, hub: Worker, look: Look
) -> None:
    assert look("SEAL_BROKEN") == []

    Document.objects.filter(external_id="1001").update(gross=Decimal("15.00"), tax=Decimal("5.00"))
    services.watch_seals(hub.clock() + timedelta(hours=2))

    (finding,) = look("SEAL_BROKEN")
    assert finding.stake.value == Decimal("3.00")
    assert "R-1001, gross: 12.00 when signed, 15.00 now." in finding.detail["sentences"]


def test_a_seal_is_whole_again_when_the_change_is_undone(
    signed: StoreDay, hub: Worker, look: Look
) -> None:
    changed = Document.objects.filter(external_id="1001")
    changed.update(gross=Decimal("15.00"), tax=Decimal("5.00"))
    services.watch_seals(hub.clock() + timedelta(hours=2))

    changed.update(gross=Decimal("12.00"), tax=Decimal("2.00"))
    services.watch_seals(hub.clock() + timedelta(hours=4))

    assert look("SEAL_BROKEN") == []
