"""Facts become documents and intended effects, once each, and what cannot go on says why."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.models import Document, DocumentLine, Hold, InboundEvent, MappingRow, Transfer
from integrations.services.plan import PATIENCE, plan
from integrations.services.receive import store_facts, store_hints
from tests.conftest import NOW
from tests.factories.integrations import (
    CatalogueItemFactory,
    EventFactory,
    StoreFactory,
    TillsFactory,
)
from tests.factories.receipts import line, paid, refund, sale
from tests.fakes import Worker, fact
from tests.integrations.services.retail import (
    arrive,
    document,
    event,
    forget,
    open_shop,
    z_report,
)

pytestmark = pytest.mark.django_db
State = InboundEvent.State


def operations(external_id: str) -> list[str]:
    rows = Transfer.objects.filter(document__external_id=external_id).order_by("step", "pk")
    return list(rows.values_list("operation", flat=True))


def test_a_sale_is_stored_with_its_lines_tenders_and_effects(hub: Worker) -> None:
    open_shop()

    arrive(hub, sale())

    assert document().state == Document.State.POSTING
    assert document().lines.get().product_id == "p-SOCK"
    assert document().tenders.get().nominal_code == "1210"
    assert operations("1001") == ["create-order", "issue-goods-out", "ship-goods-out"]


def test_the_same_fact_twice_is_one_document(hub: Worker) -> None:
    open_shop()

    arrive(hub, sale())
    arrive(hub, sale())

    assert InboundEvent.objects.count() == 1
    assert Document.objects.count() == 1


def test_the_same_receipt_under_a_new_version_adds_no_effect(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale())

    arrive(hub, sale(), version="2")

    assert event(version="2").state == State.SUPERSEDED
    assert len(operations("1001")) == 3


def test_a_redelivery_long_after_its_payload_was_purged_is_still_recognised(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale())
    InboundEvent.objects.update(payload={})
    hub.clock.pass_time(days=40)

    arrive(hub, sale())

    assert (InboundEvent.objects.count(), len(operations("1001"))) == (1, 3)


def test_a_repeated_webhook_is_one_hint_and_a_new_event_id_another(hub: Worker) -> None:
    tills = TillsFactory()
    (first,), (second,) = hub.tills.hints(b"1"), hub.tills.hints(b"2")

    store_hints(tills, [first], now=NOW)
    store_hints(tills, [first, second], now=NOW)

    assert InboundEvent.objects.hints().count() == 2


def test_a_receipt_that_changed_after_its_transfer_is_shown_and_not_sent_again(
    hub: Worker,
) -> None:
    open_shop()
    arrive(hub, sale())

    arrive(hub, sale(lines=(line(gross="24.00"),)), version="2")

    assert event(version="2").state == State.HELD
    assert "changed at the till" in Hold.objects.open().get().sentence
    assert len(operations("1001")) == 3


def test_every_unmapped_value_is_named_at_once_and_nothing_is_sent(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")
    forget("tax-code", "20")

    arrive(hub, sale(lines=(line("UNKNOWN"),)))

    holds = Hold.objects.open().values_list("kind", "subject")
    assert set(holds) == {
        ("PAYMENT_UNMAPPED", "Card"),
        ("MAP_TAX_MISSING", "20"),
        ("SKU_UNMAPPED", "UNKNOWN"),
    }
    assert operations("1001") == []


def test_a_held_sale_still_lowers_what_may_be_promised(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")

    arrive(hub, sale())

    assert DocumentLine.objects.get().signed_quantity == 1


def test_a_sale_of_an_unknown_store_is_held_and_not_given_some_day(hub: Worker) -> None:
    open_shop()

    arrive(hub, sale(store_code="NEW"))

    assert document().business_date is None
    assert Hold.objects.open().get().kind == "MAP_OPS_MISSING"


def test_a_document_keeps_the_stamp_of_the_mapping_rows_that_it_used(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale())
    MappingRow.objects.filter(table="payment-type", source_value="Card").update(
        target={"method": "CARD", "nominal": "9999"}, version=2
    )

    arrive(hub, sale(external_id="1002"), sale(external_id="1003"))

    first, second, third = (document(n).mapping_version for n in ("1001", "1002", "1003"))
    assert first
    assert second == third != first


def test_a_row_that_a_receipt_does_not_use_leaves_its_stamp_alone(hub: Worker) -> None:
    open_shop()
    arrive(hub, sale())
    MappingRow.objects.filter(table="payment-type", source_value="Cash").update(version=2)

    arrive(hub, sale(external_id="1002"))

    assert document("1001").mapping_version == document("1002").mapping_version


def test_an_event_of_another_shape_holds_only_itself_and_names_the_field(hub: Worker) -> None:
    open_shop()
    tills = TillsFactory()
    odd = EventFactory(connection=tills, external_id="9", payload={"rows": "gone"})

    arrive(hub, sale())

    odd.refresh_from_db()
    assert odd.state == State.HELD
    assert Hold.objects.open().get().field == "rows"
    assert event().state == State.PLANNED


def test_poison_is_quarantined_after_three_attempts_and_its_neighbours_go_on(hub: Worker) -> None:
    open_shop()
    poison = EventFactory(connection=TillsFactory(), external_id="9", payload={"poison": True})

    arrive(hub, sale())

    poison.refresh_from_db()
    assert poison.state == State.HELD
    assert poison.attempts <= PATIENCE
    assert "kept whole" in Hold.objects.open().get().sentence
    assert event().state == State.PLANNED


def test_what_kills_the_worker_itself_is_tried_alone_and_then_not_at_all(hub: Worker) -> None:
    open_shop()
    killer = EventFactory(connection=TillsFactory(), attempts=PATIENCE, payload={"poison": True})

    plan(hub.rt)

    killer.refresh_from_db()
    assert killer.state == State.HELD


def test_a_return_of_the_same_batch_finds_its_sale(hub: Worker) -> None:
    open_shop()

    arrive(hub, refund(), sale())

    assert document("2001").original == document("1001")
    credit = Transfer.objects.get(operation="create-credit")
    assert credit.waiting
    assert credit.waits_for == Transfer.objects.get(operation="create-order")


def test_a_return_before_its_sale_is_parked_and_released_when_it_arrives(hub: Worker) -> None:
    open_shop()

    arrive(hub, refund())
    before = document("2001").state
    arrive(hub, sale())

    assert (before, document("2001").state) == ("parked", "posting")
    assert document("2001").original == document("1001")


def test_a_return_of_a_held_sale_waits_for_the_same_cause(hub: Worker) -> None:
    open_shop()
    forget("payment-type", "Card")

    arrive(hub, sale(), refund(tenders=(paid("Cash"),)))

    held = Hold.objects.open().filter(kind="PAYMENT_UNMAPPED", subject="Card")
    assert {hold.document for hold in held} == {document("1001"), document("2001")}


def test_two_returns_of_one_batch_cannot_give_back_more_than_was_paid(hub: Worker) -> None:
    open_shop()

    arrive(hub, sale(), refund(), refund(external_id="2002"))

    states = {number: document(number).state for number in ("2001", "2002")}
    assert states == {"2001": "posting", "2002": "held"}


def test_a_cancelled_sale_is_skipped_with_its_reason(hub: Worker) -> None:
    open_shop()

    arrive(hub, sale(is_cancelled=True))

    assert event().state == State.SKIPPED
    assert "Cancelled" in event().reason
    assert not Document.objects.exists()


def test_a_till_close_is_kept_for_the_day_that_it_was_opened_in(hub: Worker) -> None:
    open_shop()
    StoreFactory(code="PAR", name="Paris", timezone="Europe/Paris")
    night = datetime(2026, 3, 27, 23, 20, tzinfo=UTC)  # 00:20 of the 28th in Paris

    arrive(hub, z_report(store_code="PAR", opened_at=night - timedelta(hours=9), closed_at=night))

    assert document("T1/1").business_date.isoformat() == "2026-03-27"


def test_records_of_a_connection_without_a_link_are_skipped_with_a_reason(hub: Worker) -> None:
    tills = TillsFactory()

    store_facts(tills, [fact(sale())], source=InboundEvent.Source.POLL, now=NOW)
    plan(hub.rt)

    assert event().state == State.SKIPPED
    assert event().reason


def test_a_free_text_line_of_a_service_moves_no_stock(hub: Worker) -> None:
    open_shop()
    CatalogueItemFactory(sku="FEE", is_stocked=False)

    arrive(hub, sale(lines=(line("FEE"),)))

    assert operations("1001") == ["create-order"]
    assert DocumentLine.objects.filter(is_stocked=True).count() == 0


def test_the_amounts_of_a_split_sale_are_kept_to_the_penny(hub: Worker) -> None:
    open_shop(accounting_mode="per_order")

    arrive(hub, sale(tenders=(paid("Card", "7.01"), paid("Cash", "4.99", index=1))))

    payments = Transfer.objects.filter(operation="take-payment").order_by("key")
    assert [Decimal(p.payload["amount"]) for p in payments] == [Decimal("7.01"), Decimal("4.99")]
    assert operations("1001")[-1] == "close-order"
