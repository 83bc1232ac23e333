"""Every page in a real browser: accessible, within its width, silent console, in both themes."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from integrations.public import Connection, Document
from monitoring.models import AlertChannel, ExceptionCase
from reconciliation.models import StoreDay
from tests.conftest import NOW


def addresses() -> list[str]:
    sale = Document.objects.filter(state="posted").earliest("pk")
    erp = Connection.objects.get(role="erp")
    return [
        *("/", "/exceptions/?tab=all", "/orders/", "/stock/", "/flows/", "/connections/"),
        *("/settings/people/", "/settings/routing/", "/settings/alerts/", "/settings/changes/"),
        *("/manual/", "/manual/owners/", "/manual/checklist/", "/manual/alerts/sku-unmapped/"),
        f"/settings/alerts/{AlertChannel.objects.earliest('pk').pk}/",
        *("/mappings/", "/mappings/sitoo-brightpearl/payment-type/", "/search/", "/days/"),
        f"/exceptions/{ExceptionCase.objects.get().pk}/",
        f"/orders/{sale.pk}/",
        f"/stock/SKU-{sale.pk}/",
        f"/connections/{erp.pk}/",
        f"/days/LDS01/{NOW:%Y-%m-%d}/",
    ]


@pytest.mark.parametrize(
    ("width", "scheme"), [(1440, "light"), (1440, "dark"), (390, "light"), (390, "dark")]
)
def test_every_page_is_accessible_and_fits(
    open_as: Callable[..., Any],
    axe: Callable[[Any], list[Any]],
    admin_user: Any,
    trouble: Callable[[int], None],
    width: int,
    scheme: str,
) -> None:
    trouble(3)
    page = open_as(admin_user, width=width, scheme=scheme)

    for address in addresses():
        page.goto(address)

        assert axe(page) == [], address
        too_wide = "document.documentElement.scrollWidth > innerWidth"
        assert not page.evaluate(too_wide), address


def test_the_sign_in_page_is_accessible(
    open_as: Callable[..., Any], axe: Any, outsider: Any
) -> None:
    page = open_as(outsider)
    page.context.clear_cookies()

    page.goto("/accounts/login/")

    assert axe(page) == []


def test_the_theme_is_kept_over_pages(open_as: Callable[..., Any], ops_user: Any) -> None:
    page = open_as(ops_user)
    page.goto("/")

    page.get_by_role("button", name="Light or dark").click()
    page.goto("/orders/")

    assert page.locator("html").get_attribute("data-theme") == "dark"


def test_a_chart_is_fetched_when_opened_and_obeys_the_content_policy(
    open_as: Callable[..., Any], admin_user: Any, trouble: Callable[[int], None]
) -> None:
    trouble(2)
    StoreDay.objects.create(
        store_code="LDS01", store_name="Leeds", business_date=NOW, currency="GBP", gross=24
    )
    fetched = list[str]()
    page = open_as(admin_user)
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"/days/?month={NOW:%Y-%m}")
    before = [url for url in fetched if "plotly.min" in url]

    page.get_by_text("Takings by store and day").first.click()

    expect(page.locator(".plot .scatterlayer")).to_be_attached(timeout=20_000)
    assert before == []
