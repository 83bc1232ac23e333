"""The columns of a day, with awkward money: each is the sum of its parts, to the last digit."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.assessment import assess
from reconciliation.figures import CashRow, Column, Measure
from reconciliation.journals import (
    Account,
    CashEvent,
    DayReceipt,
    DayTender,
    rest_of_day,
    whole_day,
)
from reconciliation.takings import CloseFact, DayBook, Posted, ReceiptFact, amount_of, day_figures
from reconciliation.variance import Accepted, at_stake, variances

AT = datetime(2026, 3, 28, 10, 0, tzinfo=UTC)
ZERO, VAT, NONE = Decimal(0), Decimal(20), Decimal(0)
ACCOUNTS = {account.value: f"4{index:03d}" for index, account in enumerate(Account)}
CASH = "1200"
cents = st.decimals(Decimal("-9999.99"), Decimal("9999.99"), places=2)
mils = st.decimals(Decimal("-99.999"), Decimal("99.999"), places=3)
awkward = st.one_of(
    cents, mils, st.sampled_from([Decimal("0.01"), Decimal("-0.01"), Decimal("0.001")])
)


def receipt(
    number: str, net: Decimal, tax: Decimal, *, card: Decimal, rounding: Decimal = ZERO, **more: Any
) -> ReceiptFact:
    """Paid by card for `card` and in cash for the rest; negative is a return."""
    cash = net + tax + rounding - card
    tenders = tuple(
        DayTender(number, nominal, name, amount)
        for name, nominal, amount in (("Card", "1210", card), ("Cash", CASH, cash))
        if amount
    )
    by_tender = {tender.name: tender.amount for tender in tenders}
    posted = Posted((f"SO-{number}",), {VAT: net}, {VAT: tax}, by_tender)
    return ReceiptFact(
        document_id=int(number),
        external_id=number,
        register_id="T1",
        kind="sale" if net >= 0 else "return",
        placed_at=AT,
        received_at=AT,
        entry=DayReceipt(number, net, tax, rounding, {VAT: tax}, {VAT: net}, tenders),
        lines_net={VAT: net},
        **{"posted": posted, "is_planned": True, "is_held": False} | more,
    )


def close(facts: list[ReceiptFact], *, difference: Decimal = ZERO) -> CloseFact:
    def total(measure: Measure, name: str = "") -> Decimal:
        return sum((amount_of(fact, measure, name) for fact in facts), ZERO)

    expected = Decimal(100) + total(Measure.TENDER, "Cash")
    return CloseFact(
        external_id="T1/1",
        register_id="T1",
        opened_at=None,
        closed_at=AT,
        gross=total(Measure.GROSS),
        rounding=total(Measure.ROUNDING),
        receipt_count=len(facts),
        tenders={name: total(Measure.TENDER, name) for name in ("Card", "Cash")},
        net_by_rate={VAT: total(Measure.NET, "20")},
        tax_by_rate={VAT: total(Measure.TAX, "20")},
        cash=CashRow(
            *("T1/1", "T1", AT, Decimal(100), expected - 100, ZERO),
            *(expected, expected + difference, difference, ZERO),
        ),
    )


def book(
    facts: list[ReceiptFact],
    *,
    closes: list[CloseFact] | None = None,
    mode: str = "daily_journal",
    **more: Any,
) -> DayBook:
    found = [close(facts)] if closes is None else closes
    events = [CashEvent(c.external_id, c.cash.difference, ZERO) for c in found]
    build = whole_day if mode == "daily_journal" else rest_of_day
    entries = [fact.entry for fact in facts]
    lines = build(entries, events, accounts=ACCOUNTS, cash_nominal=CASH)
    defaults = {
        "store_code": "LDS",
        "store_name": "Leeds",
        "business_date": date(2026, 3, 28),
        "timezone": "Europe/London",
        "cut_off": "00:00",
        "currency": "GBP",
        "accounting_mode": mode,
        "journal_posting": "on_ready",
        "receipts": tuple(facts),
        "closes": tuple(found),
        "journal": tuple(lines) or None,
        "cash_nominal": CASH,
    }
    return DayBook(**defaults | more)


facts = st.lists(st.tuples(awkward, awkward, awkward, awkward), min_size=1, max_size=12).map(
    lambda rows: [
        receipt(str(number), net, tax, card=card, rounding=rounding)
        for number, (net, tax, card, rounding) in enumerate(rows, start=1)
    ]
)


@pytest.mark.parametrize("mode", ["daily_journal", "per_order"])
@given(rang=facts)
def test_a_day_that_is_consistent_has_no_variance(mode: str, rang: list[ReceiptFact]) -> None:
    day = book(rang, mode=mode)

    assert variances(day, day_figures(day), Accepted()) == []


@given(rang=facts)
def test_tenders_are_sales_less_returns_and_rounding(rang: list[ReceiptFact]) -> None:
    figures = day_figures(book(rang))

    gross, rounding = figures.totals
    tenders = sum((row.receipts or ZERO for row in figures.tenders), ZERO)
    assert tenders == (gross.receipts or ZERO) + (rounding.receipts or ZERO)


@given(rang=facts, missing=st.integers(min_value=0))
def test_what_the_till_counted_and_we_lack_is_the_variance_to_the_penny(
    rang: list[ReceiptFact], missing: int
) -> None:
    lost = rang[missing % len(rang)]
    kept = [fact for fact in rang if fact is not lost]
    day = book(kept, closes=[close(rang)], left_out=(lost,))

    found = variances(day, day_figures(day), Accepted())

    by_key = {variance.key: variance.amount for variance in found}
    for tender in lost.entry.tenders:
        assert by_key[f"tender:{tender.name}:till-receipts"] == -tender.amount
    assert at_stake(found) == sum((abs(t.amount) for t in lost.entry.tenders), ZERO) or found == []


@given(rang=facts, twist=awkward)
def test_an_order_that_stands_differently_at_the_erp_is_named(
    rang: list[ReceiptFact], twist: Decimal
) -> None:
    wrong = receipt(
        "99",
        Decimal(10),
        Decimal(2),
        card=Decimal(12),
        posted=Posted(("SO-99",), {VAT: Decimal(10)}, {VAT: Decimal(2) + twist}, None),
    )
    day = book([*rang, wrong])

    found = [v for v in variances(day, day_figures(day), Accepted()) if v.right == Column.ERP]

    assert [(v.key, v.amount, v.receipts) for v in found if v.measure == Measure.TAX] == (
        [("tax:20:receipts-erp", twist, ("99",))] if twist else []
    )


@pytest.mark.parametrize(
    ("difference", "within"), [("-5.00", True), ("-5.01", False), ("5.00", True), ("5.001", False)]
)
def test_the_tolerance_of_a_drawer_is_exact(difference: str, within: bool) -> None:
    rang = [receipt("1", Decimal(10), Decimal(2), card=ZERO)]
    day = book(rang, closes=[close(rang, difference=Decimal(difference))])

    (drawer,) = variances(day, day_figures(day), Accepted(cash=Decimal(5)))

    assert (drawer.is_within, drawer.amount) == (within, Decimal(difference))


def test_a_column_that_has_nothing_to_say_is_none_and_never_zero() -> None:
    figures = day_figures(book([receipt("1", Decimal(10), Decimal(2), card=ZERO)], closes=[]))

    assert figures.gross.till is None
    assert [row.till for row in figures.tenders] == [None]
    assert [row.erp for row in figures.tenders] == [None]  # a daily journal posts no payments


def test_the_worked_ledger_with_a_daily_journal() -> None:
    sale = receipt("1", Decimal(115), Decimal(23), card=Decimal(100))
    back = receipt("2", Decimal("-7.50"), Decimal("-1.50"), card=Decimal(-9))

    figures = day_figures(book([sale, back]))

    assert [(row.name, row.receipts, row.journal) for row in figures.tenders] == [
        ("Card", Decimal(91), Decimal(91)),
        ("Cash", Decimal(38), Decimal(38)),
    ]
    everywhere = [figures.gross.till, figures.gross.receipts, figures.gross.erp]
    assert [*everywhere, figures.gross.journal] == [Decimal(129)] * 4
    assert [row.journal for row in (*figures.nets, *figures.taxes)] == [
        Decimal("107.50"),
        Decimal("21.50"),
    ]


def test_the_worked_ledger_per_order() -> None:
    sale = receipt("1", Decimal(115), Decimal(23), card=Decimal(100))
    back = receipt("2", Decimal("-7.50"), Decimal("-1.50"), card=Decimal(-9))

    figures = day_figures(book([sale, back], mode="per_order"))

    assert [(row.name, row.erp, row.journal) for row in figures.tenders] == [
        ("Card", Decimal(91), None),
        ("Cash", Decimal(38), None),
    ]
    assert (figures.gross.erp, figures.gross.journal) == (Decimal(129), None)


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ({"closes": []}, "till-open"),
        ({"missing": {"T1": ("R-2",)}}, "gap"),
        ({"journal_waits": "Its journal is not built yet."}, "journal"),
    ],
)
def test_what_is_open_is_said(change: dict[str, Any], kind: str) -> None:
    day = book([receipt("1", Decimal(10), Decimal(2), card=ZERO)], **change)

    assert [each.kind for each in assess(day, accepted=Accepted()).blockers] == [kind]


@pytest.mark.parametrize(("flag", "kind"), [("is_held", "held"), ("posted", "going")])
def test_a_receipt_that_is_not_at_the_erp_keeps_the_day_open(flag: str, kind: str) -> None:
    more = {"is_held": True, "posted": None} if flag == "is_held" else {"posted": None}
    day = book([receipt("1", Decimal(10), Decimal(2), card=ZERO, **more)])

    found = assess(day, accepted=Accepted())

    assert [each.kind for each in found.blockers] == [kind]
    assert found.variances == ()  # what is under way is not compared yet
