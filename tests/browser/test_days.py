"""The day-end desk in a real browser: two people, the keyboard, a phone, and no JavaScript."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from integrations.models import Link
from reconciliation.models import EvidencePack, StoreDay
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.integrations.services.retail import open_shop
from tests.reconciliation.conftest import approver, hub, preparer
from tests.reconciliation.desk import TILL, closed_day
from tests.reconciliation.pages.browsing import ADDRESS

__all__ = ["approver", "hub", "preparer"]


@pytest.fixture
def link(transactional_db: None) -> Link:
    return open_shop()


@pytest.fixture
def short(hub: Worker, link: Link) -> StoreDay:
    return closed_day(hub, sale(**TILL), cash="-43.00")


def test_a_short_drawer_is_explained_prepared_and_signed_by_two_people(
    open_as: Callable[..., Any], short: StoreDay, preparer: Any, approver: Any
) -> None:
    petra = open_as(preparer)
    petra.goto(ADDRESS)
    petra.get_by_label("Reason").select_option("till-miscount")
    petra.get_by_label("Carry it forward").check()
    petra.get_by_label("Who clears it").fill("Stella Moss")
    petra.get_by_label("Expected on").fill("2026-04-02")
    petra.get_by_role("button", name="Explain").click()
    petra.get_by_role("button", name="Prepare").click()
    expect(petra.locator(".toast").last).to_contain_text("Somebody else has to sign it")

    arno = open_as(approver, width=390)
    arno.goto(ADDRESS)
    expect(arno.get_by_text("carried forward to Stella Moss")).to_be_visible()
    arno.get_by_role("button", name="Sign £12.00").click()

    expect(arno.locator(".toast").last).to_contain_text("The evidence is kept")
    expect(arno.get_by_text(EvidencePack.objects.get().hash)).to_be_visible()
    short.refresh_from_db()
    assert short.state == "signed"


def test_who_prepared_it_reads_why_somebody_else_must_sign(
    open_as: Callable[..., Any], hub: Worker, link: Link, user_in: Callable[..., Any]
) -> None:
    closed_day(hub, sale(**TILL))
    page = open_as(user_in("finance_preparer", "finance_approver", name="bo"))
    page.goto(ADDRESS)
    page.get_by_role("button", name="Prepare").click()

    expect(page.get_by_role("button", name="Sign £12.00")).to_be_disabled()
    reason = "so somebody else has to sign it."
    expect(page.get_by_text(reason)).to_be_visible()


def test_the_arrow_keys_walk_the_calendar_and_enter_opens_the_day(
    open_as: Callable[..., Any], short: StoreDay, preparer: Any
) -> None:
    before = StoreDay.objects.get(pk=short.pk)
    before.pk, before.business_date = None, short.business_date.replace(day=26)
    before.save()
    page = open_as(preparer)
    page.goto("/days/")
    days = page.locator("[data-grid] a")
    days.last.focus()

    page.keyboard.press("ArrowLeft")  # over a day without trade
    expect(days.first).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.press("Enter")

    page.wait_for_url(f"**{ADDRESS}")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_the_days_are_accessible_and_fit(
    open_as: Callable[..., Any],
    axe: Callable[[Any], list[Any]],
    short: StoreDay,
    preparer: Any,
    width: int,
    scheme: str,
) -> None:
    page = open_as(preparer, width=width, scheme=scheme)

    for address in ("/days/", ADDRESS, f"{ADDRESS}receipts/?row=gross", "/journals/"):
        page.goto(address)

        assert axe(page) == [], address
        too_wide = "document.documentElement.scrollWidth > innerWidth"
        assert not page.evaluate(too_wide), address


def test_a_day_is_prepared_without_javascript(
    chromium: Any, live_server: Any, client: Any, hub: Worker, link: Link, preparer: Any
) -> None:
    day = closed_day(hub, sale(**TILL))
    client.force_login(preparer)
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto(ADDRESS)

    page.get_by_role("button", name="Prepare").click()

    day.refresh_from_db()
    assert day.state == "prepared"
    context.close()
