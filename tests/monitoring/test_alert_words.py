"""Every alert names owner, value, deadline and first check, and cannot be made to lie."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from monitoring.alert_words import Item, say
from monitoring.registry import TYPES
from tests.conftest import NOW

ITEM = Item(
    case=7,
    type="PAYMENT_UNMAPPED",
    type_title="Payment type has no GL account",
    title="Payment type “KLARNA” has no GL account in Brightpearl.",
    why="It is new.",
    team="Finance",
    assignee="",
    severity="high",
    value=Decimal("4310.00"),
    currency="GBP",
    is_exact=True,
    held=37,
    due=NOW + timedelta(hours=1),
    zone="Europe/London",
    first_check="Map the payment type to its account.",
    url="https://plumbline.example/exceptions/7/",
)


@pytest.mark.parametrize("key", sorted(TYPES))
def test_every_alert_names_owner_value_deadline_and_first_check(key):
    kind = TYPES[key]
    item = replace(ITEM, type=key, type_title=kind.title, first_check=kind.first_step)

    words = say([item], to="Finance")

    assert "Owner: Finance, nobody has it yet" in words.text
    assert "At risk: £4,310.00 (exact), 37 records held" in words.text
    assert "Act by: Sat 28 Mar 2026 11:30:00 GMT" in words.text
    assert f"First check: {kind.first_step}" in words.text
    assert len(kind.first_step) > 15
    assert ITEM.url in words.text
    assert "£4,310.00 at risk, act by Sat 28 Mar 2026 11:30 GMT" in words.subject


def test_five_hundred_of_one_kind_are_one_paragraph_with_a_count():
    many = [replace(ITEM, case=n, title=f"SKU {n} is unknown.") for n in range(500)]

    words = say(many, to="Finance")

    assert words.text.count("First check:") == 1
    assert "500 causes, £2,155,000.00 at risk" in words.text
    assert "and 495 more of this kind" in words.text
    assert "500 exceptions" in words.subject
    assert len(words.items) == 500


def test_the_worst_stands_first():
    worse = replace(ITEM, type="SYSTEM_SILENT", severity="critical", title="Tills are silent.")

    assert say([ITEM, worse], to="Everybody").items[0]["title"] == "Tills are silent."


def test_currencies_are_never_added_up():
    euros = replace(ITEM, case=8, currency="EUR", value=Decimal("10.01"))

    assert "€10.01 + £4,310.00 at risk" in say([ITEM, euros], to="Finance").subject


@pytest.mark.parametrize(
    "name", ["x\r\nBcc: all@evil.example", "x\n.\nDATA", "x\x1b[2J", "x\u2028y"]
)
def test_a_name_cannot_add_a_line(name):
    words = say([replace(ITEM, title=name)], to="Finance")

    assert len(words.subject.splitlines()) == 1
    assert words.subject.isprintable()
    assert not any(line.startswith(("Bcc:", ".", "DATA")) for line in words.text.splitlines())


def test_what_went_away_by_itself_is_counted():
    words = say([ITEM], to="Finance", cleared=54)

    assert "54 exceptions came and went by itself" in words.text
