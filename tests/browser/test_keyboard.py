"""An expert never needs the mouse; without JavaScript everything still works."""

from collections.abc import Callable
from typing import Any

from playwright.sync_api import expect

from monitoring.models import ExceptionCase
from tests.monitoring import rows


def test_an_exception_is_found_opened_and_claimed_by_keys_alone(
    open_as: Callable[..., Any], ops_user: Any, trouble: Callable[[int], None]
) -> None:
    trouble(2)
    page = open_as(ops_user)
    page.goto("/exceptions/?tab=all")

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/exceptions/*/")
    page.keyboard.press("c")

    expect(page.locator(".toast")).to_contain_text("1 exception claimed")
    assert ExceptionCase.objects.get().assignee == ops_user


def test_keys_act_on_the_row_that_is_current(
    open_as: Callable[..., Any], ops_user: Any, trouble: Callable[[int], None]
) -> None:
    trouble(1)
    page = open_as(ops_user)
    page.goto("/exceptions/?tab=all")

    page.keyboard.press("j")
    page.keyboard.press("c")

    expect(page.locator(".toast")).to_contain_text("1 exception claimed")


def test_slash_searches_and_a_number_opens_its_receipt(
    open_as: Callable[..., Any], ops_user: Any, leeds: Any
) -> None:
    sale = rows.receipt(store=leeds)
    page = open_as(ops_user)
    page.goto("/")

    page.keyboard.press("/")
    page.keyboard.type(sale.number)
    page.keyboard.press("Enter")

    page.wait_for_url(f"**/orders/{sale.pk}/")


def test_the_question_mark_lists_the_keys(open_as: Callable[..., Any], ops_user: Any) -> None:
    page = open_as(ops_user)
    page.goto("/")

    page.keyboard.press("?")

    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()


def test_filters_change_the_list_and_the_address_without_loading_the_page(
    open_as: Callable[..., Any], ops_user: Any, trouble: Callable[[int], None]
) -> None:
    trouble(2)
    page = open_as(ops_user)
    page.goto("/orders/")
    page.evaluate("window.stayed = true")

    page.get_by_label("Where it stands").select_option("held")

    expect(page.locator("#list tbody tr")).to_have_count(2)
    assert "state=held" in page.url
    assert page.evaluate("window.stayed")


def test_the_queue_is_worked_without_javascript(
    chromium: Any, live_server: Any, client: Any, ops_user: Any, trouble: Callable[[int], None]
) -> None:
    trouble(1)
    client.force_login(ops_user)
    context = chromium.new_context(base_url=live_server.url, java_script_enabled=False)
    session = client.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    page.goto("/exceptions/?tab=all")

    page.locator('tbody input[name="pk"]').check()
    page.get_by_role("button", name="Claim").click()

    assert "tab=all" in page.url
    assert ExceptionCase.objects.get().assignee == ops_user
    context.close()


def test_the_queue_is_handled_and_a_mistake_taken_back_by_keys_alone(
    open_as: Callable[..., Any], ops_user: Any, trouble: Callable[[int], None]
) -> None:
    trouble(1)
    page = open_as(ops_user)
    page.goto("/exceptions/?tab=all")
    page.keyboard.press("j")
    page.keyboard.press("c")
    expect(page.locator(".toast").first).to_contain_text("1 exception claimed")

    page.keyboard.press("u")

    expect(page.locator(".toast").first).to_contain_text("Taken back for 1 exception")
    assert ExceptionCase.objects.get().assignee is None
