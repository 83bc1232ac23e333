"""The stock desk: drift by cause, one number explained, all places, pace, and the last resort."""

import csv
import io
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from integrations.public import AuditEntry, ChannelLevel, Link, MappingRow, StockReading
from integrations.services.census import is_under_way
from monitoring.models import DriftCensus, SaleExposure
from monitoring.services.drift_census import keep_census
from tests.conftest import NOW
from tests.monitoring import rows

HOUR = timedelta(hours=1)


@pytest.fixture
def link(leeds: Any) -> Link:
    """Leeds shows the stock of warehouse 12; HAT is one short there, and nobody knows why."""
    link = rows.pair()
    MappingRow.objects.create(
        link=link,
        table="store-warehouse",
        source_value="3",
        source_label="Leeds",
        target={"warehouse": "12"},
        changed_at=NOW,
        changed_by="Ada",
    )
    has("HAT", owner=5, told=4)
    return link


def has(sku: str, *, owner: int, told: int | None, **fields: Any) -> ChannelLevel:
    rows.item(sku, name=f"A {sku.lower()}", price_net=Decimal(10), price_gross=Decimal(12))
    StockReading.objects.create(
        connection=rows.ledger(),
        location_code="12",
        sku=sku,
        on_hand=owner + 1,
        sellable=owner,
        began_at=NOW - HOUR,
    )
    defaults = {"desired": owner, "told_at": NOW - HOUR, "accepted_at": NOW - HOUR}
    return rows.level(sku, told=told, **defaults | fields)


def compared(link: Link) -> DriftCensus:
    keep_census(link, NOW, NOW)
    return DriftCensus.objects.latest("began_at")


def page_of(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200
    return str(response.content.decode())


def test_the_census_is_told_in_units_and_money(ops: Client, link: Link) -> None:
    has("CAP", owner=7, told=7)
    compared(link)

    page = page_of(ops, "/stock/")

    assert "2 levels compared" in page
    assert "£12.00 at retail" in page
    assert "1 unexplained" in page


def test_a_cause_narrows_the_list(ops: Client, link: Link) -> None:
    held = has("CAP", owner=7, told=5, desired=5)
    sale = rows.receipt(state="held")
    rows.line(sale, held.sku, signed_quantity=2)
    rows.hold("PAYMENT_UNMAPPED", "Klarna", document=sale)
    compared(link)

    page = page_of(ops, "/stock/?cause=held")

    assert "/stock/CAP/" in page
    assert "/stock/HAT/" not in page
    assert "Klarna is not right." in page


def test_a_census_that_is_kept_is_not_kept_twice(link: Link) -> None:
    keep_census(link, NOW, NOW)
    keep_census(link, NOW, NOW + HOUR)

    assert DriftCensus.objects.count() == 1


def test_old_rows_are_forgotten_and_the_sums_stay(link: Link) -> None:
    keep_census(link, NOW - timedelta(days=61), NOW - timedelta(days=61))
    keep_census(link, NOW - timedelta(days=401), NOW - timedelta(days=401))

    compared(link)

    kept = DriftCensus.objects.order_by("began_at")
    assert [(each.samples.count(), each.totals.count()) for each in kept] == [(0, 1), (1, 1)]


def test_the_operator_compares_now_and_it_is_written_down(ops: Client, link: Link) -> None:
    ops.post("/stock-compare/", {"link": link.slug})

    assert is_under_way(link)
    assert AuditEntry.objects.get().action == "stock.compare"
    assert "Comparing now" in page_of(ops, "/stock/")


def test_a_number_is_explained_term_by_term(ops: Client, link: Link) -> None:
    page = page_of(ops, "/stock/HAT/")

    assert "Explain this number: Leeds" in page
    assert "6 on hand" in page
    assert "Unexplained" in page
    assert "Ask the store to count it" in page


def test_a_receipt_that_is_held_is_let_go_at_its_source_first(ops: Client, link: Link) -> None:
    held = has("CAP", owner=7, told=5, desired=5)
    sale = rows.receipt(state="held")
    rows.line(sale, held.sku, signed_quantity=2)
    rows.hold("PAYMENT_UNMAPPED", "Klarna", document=sale)

    page = page_of(ops, "/stock/CAP/")

    assert page.index("Let receipt") < page.index("Last resort")
    assert f'href="/orders/{sale.pk}/"' in page


def hold_back(client: Client, link: Link, units: str, reason: str) -> None:
    fields = {"link": link.slug, "place": "3", "units": units, "reason": reason}
    client.post("/stock-hold-back/HAT/", fields)


def test_the_last_resort_needs_a_reason(ops: Client, link: Link) -> None:
    hold_back(ops, link, "2", " ")

    assert not AuditEntry.objects.exists()


def test_the_last_resort_lowers_the_promise_and_is_counted(ops: Client, link: Link) -> None:
    hold_back(ops, link, "2", "Two are in the window")
    compared(link)

    link.refresh_from_db()
    held = link.policy["stock"]["safety_stock"]["by_level"]
    entry = AuditEntry.objects.get(action="stock.hold-back")
    assert held == {"3/HAT": "2"}
    assert entry.reason == "Two are in the window"
    assert ChannelLevel.objects.get(sku="HAT").dirty_at is not None
    assert "made here in 30 days" in page_of(ops, "/stock/")


def test_nought_takes_it_back(ops: Client, link: Link) -> None:
    hold_back(ops, link, "2", "Two are in the window")
    hold_back(ops, link, "0", "Sold")

    link.refresh_from_db()
    assert link.policy["stock"]["safety_stock"]["by_level"] == {}


def test_who_may_only_look_is_not_offered_the_last_resort(
    browser: Any, user_in: Any, link: Link
) -> None:
    store = browser(user_in("store"))

    assert "Last resort" not in page_of(store, "/stock/HAT/")
    assert store.post("/stock-hold-back/HAT/", {}).status_code == 403
    assert store.post("/stock-compare/", {}).status_code == 403
    assert store.post("/pace/save/", {}).status_code == 403


def exported(client: Client) -> list[dict[str, str]]:
    response = client.get("/stock-places.csv")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return list(csv.DictReader(io.StringIO(text)))


def test_the_file_adds_up_to_what_both_systems_have(ops: Client, link: Link) -> None:
    has("CAP", owner=7, told=7)

    lines = exported(ops)

    sellable = sum(Decimal(line["sellable"]) for line in lines)
    shown = sum(Decimal(line["shown"]) for line in lines)
    assert sellable == sum(StockReading.objects.values_list("sellable", flat=True))
    assert shown == sum(filter(None, ChannelLevel.objects.values_list("told", flat=True)))


def test_what_is_not_known_is_left_empty_in_the_file(ops: Client, link: Link) -> None:
    has("NEW", owner=7, told=None)

    (line,) = [each for each in exported(ops) if each["sku"] == "NEW"]

    assert (line["sellable"], line["shown"]) == ("7", "")


def test_all_places_stand_side_by_side_with_totals(ops: Client, link: Link) -> None:
    page = page_of(ops, "/stock-places/")

    assert "Can sell" in page
    assert "shows 4" in page


def test_a_pace_shows_its_cost_before_it_is_saved(admin: Client, link: Link) -> None:
    wanted = {"link": link.slug, "place": "3", "cadence": "interval", "interval_minutes": "30"}

    preview = admin.post("/pace/preview/", wanted).content.decode()

    link.refresh_from_db()
    assert "Then: every 30 m" in preview
    assert "30 m" in preview
    assert link.policy == {}


def test_a_pace_is_set_for_one_place_and_audited(admin: Client, link: Link) -> None:
    wanted = {"link": link.slug, "place": "3", "cadence": "interval", "interval_minutes": "30"}

    admin.post("/pace/save/", wanted | {"reason": "The line is thin"})

    link.refresh_from_db()
    assert link.policy["stock"]["by_location"]["3"]["interval_minutes"] == 30
    entry = AuditEntry.objects.get(action="stock.pace")
    assert (entry.subject, entry.reason) == ("sitoo-brightpearl 3", "The line is thin")
    assert entry.before == {"by_location": {}}
    assert "has its own pace" in page_of(admin, "/pace/")


def test_a_place_is_given_back_to_its_link(admin: Client, link: Link) -> None:
    own = {"link": link.slug, "place": "3", "cadence": "event", "reason": "Peak"}
    admin.post("/pace/save/", own)

    admin.post("/pace/save/", own | {"cadence": "", "reason": "Peak is over"})

    link.refresh_from_db()
    assert link.policy["stock"]["by_location"] == {}


@pytest.mark.parametrize(
    "wrong",
    [{"interval_minutes": "0"}, {"cadence": "sometimes"}, {"place": "99"}, {"reason": ""}],
    ids=["no interval", "no cadence", "a place that is not mapped", "no reason"],
)
def test_a_pace_that_makes_no_sense_changes_nothing(
    admin: Client, link: Link, wrong: dict[str, str]
) -> None:
    wanted = {"link": link.slug, "place": "3", "cadence": "interval", "interval_minutes": "30"}

    admin.post("/pace/save/", wanted | {"reason": "Peak"} | wrong)

    link.refresh_from_db()
    assert link.policy == {}


def test_a_sale_that_is_still_promised_somewhere_is_listed(ops: Client, link: Link) -> None:
    sale = rows.receipt()
    SaleExposure.objects.create(document=sale, connection=link.channel, sold_at=NOW)

    page = page_of(ops, "/exposure/")

    assert "Sold, and still promised somewhere" in page
    assert sale.number in page
