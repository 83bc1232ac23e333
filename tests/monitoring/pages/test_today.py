"""Each role opens the page that it needs, and nothing on it pretends to be fresh."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from integrations.public import Connection, Retailer, StreamCursor
from monitoring import public
from monitoring.kit.permissions import ROLES, Capability
from monitoring.kit.tiles import TILES, Tile, register_tiles
from monitoring.models import CheckTick, DetectorRun, ExceptionCase, Measurement
from monitoring.pages.health import dots
from monitoring.pages.today_panels import LAYOUT
from tests.conftest import NOW
from tests.monitoring import rows

HOUR = timedelta(hours=1)
HEADINGS = {
    "checklist": "To look at today",
    "systems": "Fresh, complete, clear",
    "map": "Your systems",
    "unmapped": "In use and not mapped",
    "changes": "Latest changes",
}


def body(client: Client) -> str:
    return client.get("/").content.decode()


@pytest.fixture
def retailer(trouble: Callable[[int], None]) -> None:
    trouble(2)
    owners = {"products": "brightpearl", "inventory": {"default": "brightpearl"}}
    Retailer.objects.create(name="Harbour", currency="GBP", owners=owners)


@pytest.mark.parametrize("role", [role.slug for role in ROLES])
def test_every_role_opens_its_own_page(
    browser: Any, user_in: Callable[..., Any], retailer: None, role: str
) -> None:
    page = body(browser(user_in(role)))

    assert "Money at risk" in page
    for key, heading in HEADINGS.items():
        if key not in LAYOUT[role]:
            assert f">{heading}<" not in page, key
    if role not in ("auditor",):
        assert "To look at today" in page


def test_panels_stand_in_the_order_of_the_role(ops: Client, admin: Client, retailer: None) -> None:
    operator, administrator = body(ops), body(admin)

    assert operator.index("To look at today") < operator.index("In use and not mapped")
    assert administrator.index("In use and not mapped") < administrator.index("To look at today")


def test_the_sentence_names_the_next_deadline(ops: Client, retailer: None) -> None:
    case = ExceptionCase.objects.get()
    ExceptionCase.objects.update(first_action_due=timezone.now() + timedelta(minutes=50, seconds=5))

    page = body(ops)

    assert f'The next deadline is in 50 m: <a href="{case.get_absolute_url()}">' in page
    ExceptionCase.objects.update(first_action_due=timezone.now() - timedelta(minutes=5))
    assert "has been over for 5 m" in body(ops)


def test_a_figure_that_nobody_has_is_not_zero(ops: Client, db: None) -> None:
    page = body(ops)

    assert "No figure yet" in page
    assert "Nothing has been looked for yet." in page
    assert "£0.00" not in page


def test_a_figure_whose_source_has_stopped_says_so(ops: Client, retailer: None) -> None:
    DetectorRun.objects.update(checked_at=timezone.now())
    fresh = body(ops)

    DetectorRun.objects.update(checked_at=timezone.now() - timedelta(minutes=3))

    assert "Old:" not in fresh.split("Oldest sale")[0]
    assert "Old:" in body(ops).split("Oldest sale")[0]


def test_a_figure_stands_beside_the_same_weekday(ops: Client, retailer: None) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    Measurement.objects.create(
        key="money-at-risk", currency="GBP", hour=hour - timedelta(days=7), value=1204
    )

    page = body(ops)

    assert "£1,204.00 a week ago at this hour" in page
    assert "chart--spark" in page


def test_a_shop_that_is_quieter_than_usual_is_named(ops: Client, retailer: None) -> None:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for week in range(5):
        for back in range(1, 25):
            at = hour - timedelta(weeks=week) - back * HOUR
            Measurement.objects.create(key="heard", hour=at, value=9)
            if week:
                Measurement.objects.create(key="heard:LDS01", hour=at, value=9)

    page = body(ops)

    assert "Quieter than usual: Leeds" in page
    assert "usually 9 an hour" in page


def test_what_somebody_wrote_to_me_is_on_my_page(
    ops: Client, finance_user: Any, retailer: None
) -> None:
    case = ExceptionCase.objects.get()

    public.comment(case_id=case.pk, text="@olive is this yours?", by=finance_user)

    assert "frank wrote to you: @olive is this yours?" in body(ops)


def test_a_tick_on_today_comes_back_to_today(ops: Client, retailer: None) -> None:
    sent = {"role": "operator", "key": "team", "next": "today"}

    response = ops.post("/manual/checklist/tick/", sent)

    assert response["Location"] == "/"
    assert CheckTick.objects.count() == 1
    assert "1 of 5 done" in body(ops)


def test_another_application_brings_its_panel_for_who_may_see_it(
    finance: Client, browser: Any, user_in: Any, monkeypatch: Any, db: None
) -> None:
    monkeypatch.setattr("monitoring.kit.tiles.TILES", TILES)
    tile = Tile("days", Capability.VIEW_DAYS, "components/empty.html", lambda _: {"a": 1})
    before = dict(TILES)
    register_tiles([tile])

    seen = finance.get("/").context["panels"]
    warehouse = browser(user_in("warehouse")).get("/").context["panels"]
    TILES.clear()
    TILES.update(before)

    assert "components/empty.html" in [panel.template for panel in seen]
    assert "components/empty.html" not in [panel.template for panel in warehouse]


# --- Fresh, complete, clear --------------------------------------------------------------------


def health() -> list[str]:
    [found] = dots(Connection.objects.all(), now=NOW)
    return [dot.tone for dot in found.dots]


def feed(**fields: Any) -> None:
    read = {"read_at": NOW, "caught_up_at": NOW, "due_at": NOW}
    StreamCursor.objects.create(connection=rows.till(), stream="orders", **{**read, **fields})


@pytest.mark.django_db
def test_a_system_is_well_when_all_three_dots_are() -> None:
    rows.till(last_success_at=NOW)
    feed()

    assert health() == ["agrees", "agrees", "agrees"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "fields",
    [
        {"caught_up_at": NOW - HOUR},
        {"last_error": "refused"},
        {"read_at": None},
        {"due_at": NOW - timedelta(minutes=10, seconds=1)},
    ],
    ids=["behind", "failing", "never read", "overdue"],
)
def test_a_feed_that_is_not_read_to_its_end_is_not_complete(fields: dict[str, Any]) -> None:
    rows.till(last_success_at=NOW)
    feed(**fields)

    assert health()[1] == "soon"


@pytest.mark.django_db
def test_old_answers_are_not_fresh_and_held_work_is_not_clear() -> None:
    rows.till(last_success_at=NOW - timedelta(minutes=5, seconds=1))
    feed()
    rows.ledger(state="disabled")
    rows.transfer(connection=rows.till(), state="held")

    assert health() == ["soon", "agrees", "soon"]
