"""A week of trade, recomputed from the raw payloads by other code, equals the day-ends.

Three stores in three zones; New York changes its clocks on the Sunday; a till uploads late, and a
drawer is off. Nothing below uses our readers, planner or figures: only what came over the wire.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection as database

from integrations.models import Document, Store
from integrations.sandbox.trade.control import desk_of
from integrations.sandbox.trade.generator import generate
from integrations.sandbox.trade.items import TradeItem
from reconciliation.figures import DayFigures, FigureRow
from reconciliation.services import read_day
from reconciliation.takings import day_figures
from tests.simulation.world import World, open_world

pytestmark = pytest.mark.django_db
ZONES = {"LDS01": "Europe/London", "PAR01": "Europe/Paris", "NYC01": "America/New_York"}
FIRST, DAYS, EVENTS = date(2026, 3, 5), 5, 90  # Thursday to Monday; the clocks change on the 8th
ZERO = Decimal(0)

StoreDay = tuple[str, date]
Sums = dict[str, Decimal]


@pytest.fixture(scope="module")
def week(django_db_setup: Any, django_db_blocker: Any) -> Iterator[World]:
    """Rung up and worked off once for all tests of this file."""
    with django_db_blocker.unblock(), open_world() as (world, _):
        shops = desk_of(world.sandbox).estate
        items = generate(events=EVENTS, seed=11, day=FIRST, days=DAYS, estate=shops)
        for part in helpings(items):
            world.wait(part[-1].arrives_at - world.now())
            world.ring(*part)
            world.work(timedelta(hours=1))
        yield world


def helpings(items: list[TradeItem]) -> list[list[TradeItem]]:
    """What arrives on each calendar day together."""
    by_day: dict[date, list[TradeItem]] = defaultdict(list)
    for item in items:
        by_day[item.arrives_at.date()].append(item)
    return [by_day[on] for on in sorted(by_day)]


# The other code


def payloads(topic: str) -> list[dict[str, Any]]:
    """The newest version of each fact, as the tills said it."""
    sql = (
        "SELECT external_id, payload FROM integrations_inboundevent "
        "WHERE topic = %s AND kind = 'fact' ORDER BY id"
    )
    with database.cursor() as cursor:
        cursor.execute(sql, [topic])
        rows = {key: text for key, text in cursor.fetchall()}
    return [json.loads(text) if isinstance(text, str) else text for text in rows.values()]


def store_day(store: str, epoch: int) -> StoreDay:
    return store, datetime.fromtimestamp(epoch, UTC).astimezone(ZoneInfo(ZONES[store])).date()


def orders() -> Iterator[tuple[StoreDay, dict[str, Any]]]:
    for order in payloads("orders"):
        if order["registerid"]:
            yield store_day(order["additionaldata"]["store-externalid"], order["orderdate"]), order


def add(sums: Sums, name: str, amount: Any) -> None:
    sums[name] = sums.get(name, ZERO) + Decimal(str(amount))


def rung_up() -> dict[StoreDay, dict[str, Sums]]:
    """Tenders, VAT, net and totals of every store-day, from the orders."""
    days: dict[StoreDay, dict[str, Sums]] = defaultdict(lambda: defaultdict(dict))
    for day, order in orders():
        for payment in order["payments"]:
            add(days[day]["tender"], payment["name"], payment["moneyamount"])
        for row in order["orderitems"]:
            rate = f"{Decimal(str(row['vatvalue'])).normalize():f}"
            add(days[day]["net"], rate, row["moneyitemtotal_net"])
            add(days[day]["tax"], rate, row["moneyitemtotal_vat"])
        rounding = Decimal(order["moneytotal_gross_roundoff"])
        add(days[day]["total"], "gross", Decimal(order["moneytotal_gross_all"]) - rounding)
        add(days[day]["total"], "rounding", rounding)
    return days


def closed() -> dict[StoreDay, Sums]:
    """Tenders by the tills' own closes."""
    days: dict[StoreDay, Sums] = defaultdict(dict)
    for report in payloads("z-reports"):
        day = store_day(report["store_id"], report["dateopened"] or report["datecreated"])
        for payment in report["paymentssales"]:
            add(days[day], payment["name"], payment["moneytotal"])
        for payment in report["paymentsrefund"]:
            add(days[day], payment["name"], -Decimal(payment["moneytotal"]))
    return days


# Ours


def figures(day: StoreDay) -> DayFigures:
    code, on = day
    return day_figures(read_day(Store.objects.get(code=code), on).book)


def said(rows: tuple[FigureRow, ...], column: str = "receipts") -> Sums:
    amounts = {row.name: getattr(row, column) for row in rows}
    return {name: amount for name, amount in amounts.items() if amount}


def spoken(sums: Sums) -> Sums:
    return {name: amount for name, amount in sums.items() if amount}


def test_every_store_traded_on_every_day_of_the_week(week: World) -> None:
    assert {code for code, _ in rung_up()} == set(ZONES)
    assert {on for _, on in rung_up()} >= {FIRST + timedelta(days=n) for n in range(DAYS)}


@pytest.mark.parametrize("table", ["tender", "net", "tax"])
def test_receipts_add_up_to_the_raw_payloads(week: World, table: str) -> None:
    for day, tables in rung_up().items():
        ours = figures(day)
        rows = {"tender": ours.tenders, "net": ours.nets, "tax": ours.taxes}[table]

        assert said(rows) == spoken(tables[table]), day


def test_till_closes_add_up_to_the_raw_reports(week: World) -> None:
    assert closed()
    for day, tenders in closed().items():
        assert said(figures(day).tenders, "till") == spoken(tenders), day


def test_tenders_are_takings_and_rounding_to_the_penny(week: World) -> None:
    for day, tables in rung_up().items():
        ours = figures(day)
        gross, rounding = ours.totals

        assert gross.receipts == tables["total"]["gross"], day
        assert rounding.receipts == tables["total"]["rounding"], day
        assert sum(said(ours.tenders).values(), ZERO) == gross.receipts + rounding.receipts, day


def test_every_receipt_is_in_exactly_one_day(week: World) -> None:
    numbers = Document.objects.filter(kind__in=("sale", "return"), business_date__isnull=False)
    held = [
        fact.document_id
        for day in rung_up()
        for fact in read_day(Store.objects.get(code=day[0]), day[1]).book.receipts
    ]

    assert len(held) == len(set(held))
    assert set(held) == set(
        numbers.exclude(state__in=("skipped", "dismissed"))
        .exclude(register_id="")
        .values_list("pk", flat=True)
    )
