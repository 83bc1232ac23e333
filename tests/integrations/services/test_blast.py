"""Before a mapping is saved: what would go, what would stay, and where the money would rest."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.mapping.tables import TABLES
from integrations.models import Connection, Document, Link, MappingRow, Transfer
from integrations.services.blast import Blast, preview_change, recheck
from integrations.services.fetch import fetch
from integrations.services.plan import plan
from integrations.services.rehearsal import Proposal
from tests.factories.receipts import line, refund, sale
from tests.fakes import Worker, fact
from tests.integrations.services.retail import ROWS, arrive, forget, open_shop

pytestmark = pytest.mark.django_db
CARD = {"method": "CARD", "nominal": "1214"}


def link() -> Link:
    return Link.objects.select_related("channel", "owner").get()


def preview(
    hub: Worker,
    target: dict[str, str] | None = CARD,
    *,
    table: str = "payment-type",
    value: str = "Card",
    since: date | None = None,
    by: Any = "ada",
) -> Blast:
    proposal = Proposal(link(), TABLES[table], value, target, since)
    return preview_change(proposal, by=by, now=hub.clock())


def moved(blast: Blast, table: str = "payment-type", field: str = "nominal") -> dict[str, Decimal]:
    return {
        each.bearing.code: each.difference
        for each in blast.moved
        if each.bearing[:2] == (table, field)
    }


def waiting_sales(hub: Worker, count: int = 3) -> None:
    open_shop()
    forget("payment-type", "Card")
    arrive(hub, *(sale(external_id=str(1001 + number)) for number in range(count)))


def test_it_counts_what_would_go_with_money_days_and_account(hub: Worker) -> None:
    waiting_sales(hub)

    blast = preview(hub)

    assert (blast.waiting, len(blast.go), len(blast.stay)) == (3, 3, 0)
    assert blast.value == {"GBP": Decimal("36.00")}
    assert moved(blast) == {"1214": Decimal("36.00")}
    assert [(day.store_code, day.records) for day in blast.days] == [("LDS", 3)]


def test_looking_changes_nothing(hub: Worker) -> None:
    waiting_sales(hub)
    rows = MappingRow.objects.count()

    preview(hub)

    assert MappingRow.objects.count() == rows
    assert not Transfer.objects.exists()


def test_a_receipt_that_waits_for_something_else_too_stays_and_says_for_what(hub: Worker) -> None:
    waiting_sales(hub, 2)
    arrive(hub, sale(external_id="1009", lines=(line("NEW"),)))

    blast = preview(hub)

    assert len(blast.go) == 2
    assert [each.reason for each in blast.stay] == ["SKU “NEW” is not in the ERP."]
    assert moved(blast) == {"1214": Decimal("24.00")}


def test_a_return_of_a_waiting_sale_goes_with_it_and_takes_its_money_off(hub: Worker) -> None:
    waiting_sales(hub, 2)
    arrive(hub, refund(original_external_id="1001"))

    blast = preview(hub)

    assert (blast.waiting, len(blast.go)) == (3, 3)
    assert moved(blast) == {"1214": Decimal("12.00")}


def test_a_row_for_later_days_lets_go_nothing(hub: Worker) -> None:
    waiting_sales(hub)

    assert preview(hub, since=date(2026, 4, 1)).waiting == 0


def test_what_was_cancelled_while_it_waited_is_shown_as_left_out(hub: Worker) -> None:
    waiting_sales(hub)
    arrive(hub, sale(external_id="1002", is_cancelled=True), version="2")

    blast = preview(hub)

    assert (blast.waiting, [each.external_id for each in blast.excluded]) == (2, ["1002"])


def test_what_was_edited_while_it_waited_is_counted_and_goes_as_it_is_now(hub: Worker) -> None:
    waiting_sales(hub, 2)
    arrive(hub, sale(external_id="1002", lines=(line(gross="24.00"),)), version="2")

    blast = preview(hub)

    assert blast.edited == 1
    assert moved(blast) == {"1214": Decimal("36.00")}


def test_asking_the_source_again_drops_what_was_cancelled_and_sends_nothing(hub: Worker) -> None:
    waiting_sales(hub)
    hub.tills.keep(fact(sale(external_id="1002", is_cancelled=True), version="2"))
    proposal = Proposal(link(), TABLES["payment-type"], "Card", CARD)

    asked = recheck(proposal, now=hub.clock())
    under_way = preview(hub).asked.under_way
    fetch(hub.rt, Connection.objects.get(slug="tills"))
    while plan(hub.rt):
        pass

    blast = preview(hub)
    assert (asked, under_way) == (3, 3)
    assert (blast.waiting, len(blast.excluded)) == (2, 1)
    assert blast.asked.checked_at == hub.clock()
    assert not Transfer.objects.exists()


def test_a_change_of_a_row_in_use_is_rehearsed_against_the_last_days(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale(), sale(external_id="1002"))

    blast = preview(hub)

    assert (blast.waiting, blast.posted, len(blast.past_changed)) == (0, 2, 2)
    rests = {each.bearing.code: (each.before, each.after) for each in blast.past.moved}
    assert rests == {"1210": (Decimal(24), Decimal(0)), "1214": (Decimal(0), Decimal(24))}


def test_removing_a_row_in_use_says_what_would_have_waited(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale(), sale(external_id="1002"))

    blast = preview(hub, None)

    assert [each.reason for each in blast.past_held] == [
        "Payment type “Card” has no GL account."
    ] * 2


def test_receipts_older_than_a_week_are_not_rehearsed(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale())
    Document.objects.update(placed_at=hub.clock() - timedelta(days=7, seconds=1))

    blast = preview(hub)

    assert (blast.posted, blast.past.receipts) == (1, ())


def test_the_same_row_again_moves_nothing(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale())

    blast = preview(hub, ROWS["payment-type"]["Card"])

    assert (blast.past_changed, blast.past.moved) == ([], ())


def test_another_tax_code_moves_the_lines_and_not_the_tenders(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale())

    blast = preview(hub, {"code": "T21"}, table="tax-code", value="20")

    codes = {each.bearing.code: each.difference for each in blast.past.moved}
    assert codes == {"T20": Decimal("-12.00"), "T21": Decimal("12.00")}


def test_a_row_above_the_limit_says_that_a_second_person_is_needed(
    hub: Worker, ops_user: Any
) -> None:
    waiting_sales(hub)
    Link.objects.update(policy={"replay_limit": "35.99"})

    assert preview(hub, by=ops_user).needs_approval
    assert not preview(hub, by="a reviewed file").needs_approval


def test_a_look_costs_the_same_few_queries_however_much_waits(
    hub: Worker, django_assert_max_num_queries: Any
) -> None:
    waiting_sales(hub, 40)

    with django_assert_max_num_queries(26):
        preview(hub)
