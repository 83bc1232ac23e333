"""Finished store-days become journals: once, as a delta when something is late, never silently."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.canonical.till import CashCount
from integrations.models import Document, Hold, Link, Transfer
from reconciliation.models import DayJournal
from reconciliation.services import build_due_journals
from tests.conftest import NOW
from tests.factories.integrations import MappingRowFactory
from tests.factories.receipts import line, paid, refund, sale
from tests.fakes import Worker, worker
from tests.integrations.services.retail import ROWS, arrive, forget, open_shop, z_report

pytestmark = pytest.mark.django_db
TILL = {"register_id": "T1"}


@pytest.fixture
def hub() -> Worker:
    return worker()


@pytest.fixture
def link() -> Link:
    return open_shop()


def build() -> int:
    return build_due_journals(NOW + timedelta(hours=8))


def posted_amounts(journal: DayJournal) -> dict[str, Decimal]:
    return {row["nominal"]: Decimal(row["amount"]) for row in journal.lines}


def cash(**fields: str) -> CashCount:
    names = ("opening_float", "expected", "counted", "difference", "paid_out", "banked")
    return CashCount(**{name: Decimal(fields.get(name, "0")) for name in names})


def test_a_finished_day_is_one_balanced_journal(hub: Worker, link: Link) -> None:
    arrive(hub, sale(**TILL), refund(**TILL, lines=(line(gross="6.00", condition_code="NEW"),)))
    arrive(hub, z_report())

    build()

    journal = DayJournal.objects.get()
    assert journal.is_balanced
    assert posted_amounts(journal) == {
        "1210": Decimal("6.00"),
        "4000": Decimal("-5.00"),
        "2200": Decimal("-1.00"),
    }
    assert Transfer.objects.get(operation="post-journal").value == Decimal("6.00")


def test_building_twice_queues_once(hub: Worker, link: Link) -> None:
    arrive(hub, sale(**TILL), z_report())

    assert [build(), build()] == [1, 0]


def test_a_day_with_a_till_still_open_waits_for_it(hub: Worker, link: Link) -> None:
    arrive(hub, sale(**TILL), sale(external_id="1002", register_id="T2"), z_report())

    assert build() == 0


def test_a_day_with_a_held_receipt_waits_for_it(hub: Worker, link: Link) -> None:
    arrive(hub, sale(**TILL), sale(**TILL, external_id="1002", lines=(line("GHOST"),)))
    arrive(hub, z_report())

    assert build() == 0


def test_a_dismissed_receipt_is_not_in_the_journal(hub: Worker, link: Link) -> None:
    arrive(hub, sale(**TILL), sale(**TILL, external_id="1002"), z_report())
    Document.objects.filter(external_id="1002").update(state="dismissed")

    build()

    assert DayJournal.objects.get().receipts == 1


def test_a_late_receipt_adds_a_journal_of_its_own_and_edits_none(hub: Worker, link: Link) -> None:
    arrive(hub, sale(**TILL), z_report())
    build()
    first = DayJournal.objects.get().lines

    arrive(hub, sale(**TILL, external_id="1002", tenders=(paid("Cash"),)))
    build()

    kept, added = DayJournal.objects.order_by("sequence")
    assert kept.lines == first
    assert posted_amounts(added) == {
        "1220": Decimal("12.00"),
        "4000": Decimal("-10.00"),
        "2200": Decimal("-2.00"),
    }


def test_a_missing_account_is_an_exception_that_names_it_and_nothing_is_posted(
    hub: Worker, link: Link
) -> None:
    forget("journal-account", "vat")
    arrive(hub, sale(**TILL), z_report())

    build()
    build()

    hold = Hold.objects.open().get()
    assert (hold.kind, hold.subject, hold.table) == ("JOURNAL_FAILED", "vat", "journal-account")
    assert hold.value == Decimal("12.00")
    assert not DayJournal.objects.exists()


def test_mapping_the_account_lets_the_journal_go_and_clears_the_exception(
    hub: Worker, link: Link
) -> None:
    forget("journal-account", "vat")
    arrive(hub, sale(**TILL), z_report())
    build()

    MappingRowFactory(
        table="journal-account", source_value="vat", target=ROWS["journal-account"]["vat"]
    )
    build()

    assert DayJournal.objects.count() == 1
    assert not Hold.objects.open().exists()


def test_cash_that_was_counted_short_is_in_the_journal(hub: Worker, link: Link) -> None:
    arrive(hub, sale(**TILL), z_report(cash=cash(difference="-5.00", paid_out="-20.00")))

    build()

    amounts = posted_amounts_by_memo(DayJournal.objects.get())
    assert amounts["1220", "Cash difference"] == Decimal("-5.00")
    assert amounts["1220", "Paid out"] == Decimal("-20.00")
    assert amounts["7906", "Paid out"] == Decimal("20.00")


def posted_amounts_by_memo(journal: DayJournal) -> dict[tuple[str, str], Decimal]:
    return {(row["nominal"], row["memo"]): Decimal(row["amount"]) for row in journal.lines}


@pytest.fixture
def per_order() -> Any:
    return open_shop(accounting_mode="per_order")


def test_per_order_a_plain_day_needs_no_journal(hub: Worker, per_order: Link) -> None:
    arrive(hub, sale(**TILL), z_report())

    assert build() == 0


def test_per_order_the_rest_of_the_day_is_posted(hub: Worker, per_order: Link) -> None:
    rounded = sale(**TILL, rounding=Decimal("0.02"), tenders=(paid("Cash", "12.02"),))
    arrive(hub, rounded, z_report(cash=cash(difference="1.00")))

    build()

    assert posted_amounts_by_memo(DayJournal.objects.get()) == {
        ("1220", "Cash rounding"): Decimal("0.02"),
        ("7901", "Cash rounding"): Decimal("-0.02"),
        ("1220", "Cash difference"): Decimal("1.00"),
        ("7905", "Cash difference"): Decimal("-1.00"),
    }


def test_a_gift_card_on_a_receipt_reaches_the_liability_account(hub: Worker, link: Link) -> None:
    MappingRowFactory(
        link=link,
        table="journal-account",
        source_value="gift-cards",
        target={"nominal": "2110"},
    )
    card = line(line_id="1", gross="6.00", is_gift_card=True)
    arrive(hub, sale(**TILL, lines=(line(gross="12.00"), card), tenders=(paid(amount="18.00"),)))
    arrive(hub, z_report())

    build()

    assert posted_amounts(DayJournal.objects.get())["2110"] == -card.net
