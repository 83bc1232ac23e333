"""The manual says what the configuration says, and notices when that changes."""

from dataclasses import replace

import pytest

from monitoring.checklist import checks_of
from monitoring.kit.permissions import ROLES
from monitoring.manual import CHAPTERS, digest_of
from monitoring.manual.owners import in_time, matrix
from monitoring.manual.truth import cadence, truth
from monitoring.manual.words import words
from monitoring.registry import TYPES
from monitoring.setup import Crew, Exemption, Setup, Shop, Wiring
from monitoring.working_time import Wait

WIRING = Wiring(
    slug="sitoo-brightpearl",
    channel="Tills",
    channel_role="pos",
    owner="Ledger",
    owner_role="erp",
    accounting="daily_journal",
    journal="on_ready",
    cadence="hybrid",
    interval_minutes=15,
    merged_seconds=1,
    nightly_at="02:30",
    parked_hours=4,
)
CREWS = tuple(
    Crew(code, name, "08:00–18:00", (), "", "", ())
    for code, name in (("FIN", "Finance"), ("OPS", "Operations"), ("MER", "Merchandising"))
)
SETUP = Setup(
    retailer="Harbour & Vale",
    currency="GBP",
    owners={"products": "Ledger", "prices": "Ledger", "finance": "Ledger", "inventory": "Ledger"},
    stock_elsewhere={},
    wirings=(WIRING,),
    shops=(Shop("LDS01", "Leeds", "Europe/London", "19:00"),),
    crews=CREWS,
    exemptions=(),
    types=tuple(TYPES.values()),
)


def row(setup, key):
    return next(each for each in matrix(setup) if each.type.key == key).cells


def test_every_thing_is_decided_in_one_place_and_somebody_answers_for_it():
    register = {thing.name: thing for thing in truth(SETUP)}

    assert register["Products"].decided_in == "Ledger"
    assert register["Products"].copied_to == "Tills"
    assert register["Store sales and returns"].decided_in == "Tills"
    assert register["Day totals"].answerable == "Finance"
    assert all(thing.decided_in and thing.answerable for thing in register.values())


def test_stock_that_another_system_owns_is_named():
    setup = replace(SETUP, stock_elsewhere={"3": "Warehouse"})

    stock = next(thing for thing in truth(setup) if thing.name == "Stock")
    assert stock.decided_in == "Ledger; Warehouse for 3"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"cadence": "event"}, "As it happens"),
        ({"cadence": "interval", "interval_minutes": 30}, "Every 30 minutes"),
        ({"cadence": "hybrid", "interval_minutes": 10}, "every 10 minutes whatever was missed"),
    ],
)
def test_the_pace_of_stock_is_said_as_it_is_set(change, words):
    assert words in cadence(replace(WIRING, **change))


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.key)
def test_a_chapter_with_the_same_facts_has_the_same_name(chapter):
    assert digest_of(chapter.facts(SETUP)) == digest_of(chapter.facts(replace(SETUP)))


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("truth", {"owners": {**SETUP.owners, "products": "Shop"}}),
        ("truth", {"wirings": (replace(WIRING, cadence="interval"),)}),
        ("sales", {"wirings": (replace(WIRING, accounting="per_order"),)}),
        ("sales", {"shops": ()}),
        ("alerts", {"exemptions": (Exemption("", "from £1,000.00", "Finance"),)}),
        ("alerts", {"crews": (replace(CREWS[0], lead="Farah"), *CREWS[1:])}),
    ],
)
def test_a_chapter_changes_with_its_facts(key, change):
    chapter = next(each for each in CHAPTERS if each.key == key)

    assert digest_of(chapter.facts(SETUP)) != digest_of(chapter.facts(replace(SETUP, **change)))


def test_every_type_has_exactly_one_owner_without_rules():
    everybody = [Crew(c, c, "", (), "", "", ()) for c in ("OPS", "FIN", "CX", "WH", "STORE", "MER")]
    setup = replace(SETUP, crews=(*everybody, Crew("ADM", "ADM", "", (), "", "", ())))

    assert {row.cells.count("Owns") for row in matrix(setup)} == {1}


def test_a_rule_without_a_condition_takes_the_type_over():
    setup = replace(SETUP, exemptions=(Exemption("PAYMENT_UNMAPPED", "", "Operations"),))

    assert row(setup, "PAYMENT_UNMAPPED") == ("", "Owns", "")
    assert row(setup, "SKU_UNMAPPED") == ("", "", "Owns")


def test_a_rule_with_a_condition_stands_beside_the_owner():
    setup = replace(SETUP, exemptions=(Exemption("", "from £1,000.00", "Finance"),))

    assert row(setup, "SKU_UNMAPPED") == ("from £1,000.00", "", "Owns")
    assert row(setup, "PAYMENT_UNMAPPED") == ("Owns", "", "")


def test_a_condition_that_a_later_rule_overrules_is_not_shown():
    rules = (Exemption("", "from £1,000.00", "Finance"), Exemption("", "", "Operations"))

    assert row(replace(SETUP, exemptions=rules), "SKU_UNMAPPED") == ("", "Owns", "")


@pytest.mark.parametrize(
    ("wait", "said"),
    [
        (Wait(minutes=30), "30 min of working time"),
        (Wait(minutes=240), "4 h of working time"),
        (Wait(days=1), "1 day of working time"),
        (Wait(minutes=5, round_the_clock=True), "5 min, day and night"),
        (Wait(same_day=True), "the same working day"),
    ],
)
def test_a_time_limit_is_said_in_words(wait, said):
    assert in_time(wait) == said


def test_the_words_of_the_pages_are_all_explained():
    assert all(meaning for _, meaning in words())


@pytest.mark.parametrize("role", [role.slug for role in ROLES])
def test_every_role_has_a_checklist_with_keys_of_its_own(role):
    keys = [check.key for check in checks_of(role, SETUP)]

    assert keys
    assert len(set(keys)) == len(keys)


def test_the_checklist_follows_the_configuration():
    bare = replace(SETUP, wirings=(), shops=(), owners={})

    full = {check.key for check in checks_of("operator", SETUP)}
    assert full - {check.key for check in checks_of("operator", bare)} == {
        "flows:sitoo-brightpearl",
        "drift",
    }
    [prepare] = [each for each in checks_of("finance_preparer", SETUP) if each.key == "prepare"]
    assert prepare.text == "Prepare yesterday for Leeds"
