"""A store's day in the ledger: balanced to the penny, and each line knows its receipts."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciliation.journals import (
    CashEvent,
    DayReceipt,
    DayTender,
    Line,
    UnbalancedError,
    UnmappedAccountError,
    delta,
    rest_of_day,
    whole_day,
)

ACCOUNTS = {
    "sales": "4000",
    "vat": "2200",
    "cash-difference": "7905",
    "rounding": "7901",
    "paid-out": "7906",
}
VAT = Decimal(20)
NOMINALS = {"Cash": "1220", "Card": "1210"}


def receipt(number: str, net: str, tax: str, **tenders: str) -> DayReceipt:
    """Amounts with their sign: a return's are negative. Rounding is what the tenders are over."""
    paid = tuple(
        DayTender(number, NOMINALS[name], name, Decimal(amount)) for name, amount in tenders.items()
    )
    gross = Decimal(net) + Decimal(tax)
    return DayReceipt(
        number=number,
        net=Decimal(net),
        tax=Decimal(tax),
        rounding=sum((tender.amount for tender in paid), Decimal(0)) - gross,
        tax_by_rate={VAT: Decimal(tax)},
        net_by_rate={VAT: Decimal(net)},
        tenders=paid,
    )


def journal(*receipts: DayReceipt, cash: tuple[CashEvent, ...] = (), **fields: Any) -> list[Line]:
    options = {"accounts": ACCOUNTS, "cash_nominal": "1220"} | fields
    return whole_day(receipts, cash, **options)


def amounts(lines: list[Line]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in lines:
        found[line.nominal] = found.get(line.nominal, Decimal(0)) + line.amount
    return found


SALE = receipt("R-1", "115.00", "23.00", Cash="38.00", Card="100.00")
RETURN = receipt("R-2", "-7.50", "-1.50", Card="-9.00")


def test_the_worked_day_of_the_design_is_posted_to_the_penny() -> None:
    assert amounts(journal(SALE, RETURN)) == {
        "1220": Decimal("38.00"),
        "1210": Decimal("91.00"),
        "4000": Decimal("-107.50"),
        "2200": Decimal("-21.50"),
    }


def test_each_line_drills_down_to_its_receipts() -> None:
    lines = {line.nominal: line.receipts for line in journal(SALE, RETURN)}

    assert lines == {
        "1220": ["R-1"],
        "1210": ["R-1", "R-2"],
        "4000": ["R-1", "R-2"],
        "2200": ["R-1", "R-2"],
    }


def test_debits_and_credits_are_two_columns_without_signs() -> None:
    lines = journal(SALE, RETURN)

    assert sum(line.debit for line in lines) == Decimal("129.00")
    assert sum(line.credit for line in lines) == Decimal("129.00")


@given(st.lists(st.tuples(st.integers(-9999, 9999), st.integers(-4, 4)), max_size=20))
def test_any_day_balances(day: list[tuple[int, int]]) -> None:
    receipts = []
    for number, (pence, rounding) in enumerate(day):
        net, tax = Decimal(pence) / 100, (Decimal(pence) / 500).quantize(Decimal("0.01"))
        paid = net + tax + Decimal(rounding) / 100
        receipts.append(receipt(f"R-{number}", str(net), str(tax), Cash=str(paid)))

    lines = journal(*receipts)

    assert sum((line.amount for line in lines), Decimal(0)) == 0


def test_cash_rounding_has_its_own_line() -> None:
    rounded = receipt("R-3", "10.00", "1.98", Cash="12.00")

    assert amounts(journal(rounded))["7901"] == Decimal("-0.02")


def test_a_till_that_is_short_loses_cash_and_shows_the_difference() -> None:
    lines = journal(cash=(CashEvent("T1", Decimal("-5.00"), Decimal(0)),))

    assert amounts(lines) == {"1220": Decimal("-5.00"), "7905": Decimal("5.00")}


def test_petty_cash_leaves_the_till_for_its_account() -> None:
    lines = journal(cash=(CashEvent("T1", Decimal(0), Decimal("20.00")),))

    assert amounts(lines) == {"1220": Decimal("-20.00"), "7906": Decimal("20.00")}


def test_a_day_whose_tenders_do_not_cover_it_is_not_posted() -> None:
    odd = DayReceipt("R-9", Decimal(10), Decimal(0), Decimal(0), {}, {VAT: Decimal(10)}, ())

    with pytest.raises(UnbalancedError):
        journal(odd)


@pytest.mark.parametrize("account", ["sales", "vat"])
def test_a_missing_account_is_named(account: str) -> None:
    accounts = {name: code for name, code in ACCOUNTS.items() if name != account}

    with pytest.raises(UnmappedAccountError, match=account):
        journal(SALE, accounts=accounts)


def test_cash_without_an_account_is_refused_and_not_posted_to_nowhere() -> None:
    short = CashEvent("T1", Decimal("-5.00"), Decimal(0))

    with pytest.raises(UnmappedAccountError) as refused:
        rest_of_day([], [short], accounts=ACCOUNTS, cash_nominal="")

    assert (refused.value.account, refused.value.table) == ("Cash", "payment-type")


def test_per_order_the_day_carries_only_what_no_order_posts() -> None:
    rounded = receipt("R-3", "10.00", "1.98", Cash="12.00")
    short = CashEvent("T1", Decimal("-5.00"), Decimal("20.00"))

    lines = rest_of_day([SALE, rounded], [short], accounts=ACCOUNTS, cash_nominal="1220")

    assert amounts(lines) == {
        "1220": Decimal("-24.98"),
        "7901": Decimal("-0.02"),
        "7905": Decimal("5.00"),
        "7906": Decimal("20.00"),
    }


def test_per_order_an_uneventful_day_needs_no_journal() -> None:
    assert rest_of_day([SALE, RETURN], [], accounts=ACCOUNTS, cash_nominal="1220") == []


# Later facts


def test_a_day_that_says_it_all_needs_no_further_journal() -> None:
    assert delta(journal(SALE), journal(SALE)) == []


def test_a_late_receipt_posts_only_itself() -> None:
    late = delta(journal(SALE, RETURN), journal(SALE))

    assert amounts(late) == amounts(journal(RETURN))
    assert {number for line in late for number in line.receipts} == {"R-2"}


def test_what_was_posted_and_is_not_wanted_any_more_is_reversed() -> None:
    reversal = delta([], journal(SALE))

    assert amounts(reversal) == {
        nominal: -amount for nominal, amount in amounts(journal(SALE)).items()
    }


def test_an_account_that_changed_is_taken_back_there_and_posted_here() -> None:
    moved = journal(SALE, accounts=ACCOUNTS | {"sales": "4100"})

    change = delta(moved, journal(SALE))

    assert amounts(change) == {"4000": Decimal("115.00"), "4100": Decimal("-115.00")}


@given(st.lists(st.integers(1, 5000), min_size=1, max_size=8), st.integers(0, 8))
def test_the_journals_of_a_day_together_say_the_whole_day(pence: list[int], first: int) -> None:
    receipts = [
        receipt(f"R-{n}", str(Decimal(each) / 100), "0", Card=str(Decimal(each) / 100))
        for n, each in enumerate(pence)
    ]
    early = journal(*receipts[:first])

    late = delta(journal(*receipts), early)

    both = amounts([*early, *late])
    assert {k: v for k, v in both.items() if v} == amounts(journal(*receipts))


def test_a_gift_card_sold_is_owed_and_no_revenue() -> None:
    sold = DayReceipt(
        number="R-9",
        net=Decimal("50.00"),
        tax=Decimal("0.00"),
        rounding=Decimal(0),
        tax_by_rate={},
        net_by_rate={},
        tenders=(DayTender("R-9", "1210", "Card", Decimal("50.00")),),
        gift_cards=Decimal("50.00"),
    )

    assert amounts(journal(sold, accounts=ACCOUNTS | {"gift-cards": "2110"})) == {
        "1210": Decimal("50.00"),
        "2110": Decimal("-50.00"),
    }
