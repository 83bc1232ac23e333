"""The stages of an order, and how long it usually stands in each."""

from datetime import timedelta

import pytest

from monitoring.pipeline import (
    ENOUGH,
    KEYS,
    TEMPLATES,
    Step,
    dwells,
    operations_by_place,
    patience_of,
    stage_named,
    stages_of,
    usual,
)
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(("template", "kind"), TEMPLATES)
def test_stages_follow_one_order_and_begin_and_end_alike(template, kind):
    keys = [stage.key for stage in stages_of(template, kind)]

    assert keys == sorted(keys, key=KEYS.index)
    assert (keys[0], keys[1], keys[-1]) == ("open", "captured", "complete")


def test_an_operation_leads_on_from_one_place_only():
    operations = [name for _, names in operations_by_place() for name in names]

    assert len(operations) == len(set(operations))


def test_a_link_without_stages_of_its_own_still_has_a_board():
    assert [stage.key for stage in stages_of("a-new-pair", "sale")] == [
        "open",
        "captured",
        "complete",
    ]
    assert stage_named("moved", template="a-new-pair", kind="sale").key == "captured"


def test_an_order_dwells_in_each_stage_until_the_last_effect_that_leads_on():
    steps = [
        Step("create-order", NOW + 2 * SECOND, NOW + 30 * SECOND),
        Step("issue-goods-out", NOW + 5 * SECOND),
        Step("ship-goods-out", NOW + 9 * SECOND, NOW + 40 * SECOND),
    ]

    found = dwells(NOW, steps, stages_of("sitoo-brightpearl", "sale"))

    assert {stage: span // SECOND for stage, span in found.items()} == {
        "captured": 2,
        "posted": 7,
        "complete": 31,
    }


def test_a_stage_that_an_earlier_one_overtook_took_no_time():
    steps = [Step("create-order", NOW + 2 * SECOND), Step("issue-goods-out", NOW + SECOND)]

    found = dwells(NOW, steps, stages_of("sitoo-brightpearl", "sale"))

    assert found["posted"] == timedelta()


def test_what_is_usual_is_the_time_within_which_99_of_100_went_on():
    spans = [number * SECOND for number in range(1, ENOUGH + 1)]

    assert usual(spans) == 198 * SECOND
    assert usual(spans[1:]) is None


def limit(stage="posted", *, decided=None, known=None):
    return patience_of(
        stage,
        decided=decided,
        usual=known,
        sample=300,
        least=timedelta(minutes=10),
        unknown=timedelta(hours=1),
    ).limit


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"decided": timedelta(minutes=2), "known": timedelta(hours=3)}, timedelta(minutes=2)),
        ({"known": timedelta(hours=3)}, timedelta(hours=3)),
        ({"known": timedelta(seconds=4)}, timedelta(minutes=10)),
        ({}, timedelta(hours=1)),
        ({"stage": "open"}, None),
        ({"stage": "open", "decided": timedelta(days=1)}, timedelta(days=1)),
    ],
    ids=["decided", "usual", "never under the least", "unknown", "the shopper's", "decided open"],
)
def test_patience_is_what_was_decided_then_what_is_usual_then_a_figure(given, expected):
    assert limit(**given) == expected
