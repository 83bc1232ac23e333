"""What every page promises: it opens, it teaches when empty, it refuses, it stays quick."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from integrations.public import Connection, Document, desk
from monitoring.kit.permissions import Capability
from monitoring.models import AlertChannel, ExceptionCase
from monitoring.pages import PAGES as MONITORING
from reconciliation.pages import PAGES as RECONCILIATION
from tests.conftest import NOW

PAGES = (*MONITORING, *RECONCILIATION)
LISTS = {
    "today": "/",
    "exceptions": "/exceptions/?tab=all",
    "orders": "/orders/",
    "orders-replay": "/orders/replay/",
    "patience": "/orders/patience/",
    "stock": "/stock/",
    "levels": "/levels/",
    "stock-places": "/stock-places/",
    "exposure": "/exposure/",
    "pace": "/pace/",
    "flows": "/flows/",
    "connections": "/connections/",
    "mappings": "/mappings/",
    "search": "/search/?q=nothing-has-this",
    "days": "/days/",
    "days-clean": "/days/clean/",
    "days-prepared": "/days/prepared/",
    "journals": "/journals/",
    "people": "/settings/people/",
    "manual": "/manual/",
    "owners": "/manual/owners/",
    "checklist": "/manual/checklist/",
    "alert": "/manual/alerts/payment-unmapped/",
    "routing": "/settings/routing/",
    "alerts": "/settings/alerts/",
    "audit": "/settings/changes/",
}
# Queries of one page; 30 where nothing else is said. Today gathers what six pages show.
BUDGETS = {"today": 44}
EMPTY = {
    "today": "Nothing needs you",
    "exceptions": "Nothing needs anybody here",
    "orders": "No receipts here",
    "orders-replay": "Nothing was ticked",
    "patience": "No link is set up yet",
    "stock": "No link is set up yet",
    "levels": "No stock levels here",
    "stock-places": "No stocked products here",
    "exposure": "No sale was measured yet",
    "pace": "No link is set up yet",
    "flows": "Nothing has been sent yet",
    "connections": "No systems are connected yet",
    "mappings": "No link is set up yet",
    "search": "Nothing carries this id",
    "days": "No stores yet",
    "days-clean": "No clean days wait",
    "days-prepared": "Nothing waits for a signature",
    "journals": "No journals here",
    "people": "Add somebody",
    "manual": "There is nothing to describe yet",
    "owners": "Payment type has no GL account",
    "checklist": "Work your team",
    "alert": "none has been closed",
    "routing": "No rules yet",
    "alerts": "Nobody is told outside Plumbline yet",
    "audit": "No changes yet",
}


def details() -> dict[str, str]:
    """Return an address of each page about one thing."""
    sale = Document.objects.filter(state="posted").earliest("pk")
    return {
        "exception": f"/exceptions/{ExceptionCase.objects.get().pk}/",
        "trace": f"/orders/{sale.pk}/",
        "sku": f"/stock/SKU-{sale.pk}/",
        "connection": f"/connections/{Connection.objects.get(role='erp').pk}/",
        "mapping": "/mappings/sitoo-brightpearl/payment-type/",
        "mapping-version": "/mappings/sitoo-brightpearl/store-warehouse/versions/1/",
        "replay": f"/replays/{desk.runs().get().pk}/",
        "replay-effect": f"/replays/{desk.runs().get().pk}/effect/",
        "person": f"/settings/people/{User.objects.values_list('pk', flat=True).first() or 1}/",
        "channel": f"/settings/alerts/{AlertChannel.objects.earliest('pk').pk}/",
        "day": f"/days/LDS01/{NOW:%Y-%m-%d}/",
    }


def test_every_page_is_covered_here() -> None:
    assert {page.name for page in PAGES} == {
        *LISTS,
        *("exception", "trace", "sku", "connection", "mapping", "day", "person", "channel"),
        *("mapping-version", "replay", "replay-effect"),
        "mapping-file",  # a download: see test_mappings
        "orders-file",  # a download: see test_orders
        "stock-places-file",  # a download: see test_stock
        *("day-receipts", "journal"),  # of a settled day: see tests/reconciliation/pages
        *("day-receipts-file", "day-evidence", "month-evidence"),
    }


@pytest.mark.django_db
@pytest.mark.parametrize("name", LISTS)
def test_an_empty_page_teaches(admin: Client, name: str) -> None:
    response = admin.get(LISTS[name])

    assert response.status_code == 200
    assert EMPTY[name] in response.content.decode()


def test_every_page_opens_with_something_in_it(admin: Client, trouble: Callable[..., None]) -> None:
    trouble(2)

    for address in (LISTS | details()).values():
        assert admin.get(address).status_code == 200, address


def test_every_page_answers_htmx_with_a_piece(admin: Client, trouble: Callable[..., None]) -> None:
    trouble(2)

    for address in (LISTS | details()).values():
        response = admin.get(address, headers={"HX-Request": "true"})

        assert response.status_code == 200, address
        assert b"<html" not in response.content, address
        assert "HX-Request" in response["Vary"]


def test_somebody_without_a_role_opens_nothing(
    browser: Any, outsider: Any, trouble: Callable[..., None]
) -> None:
    trouble(1)
    client = browser(outsider)

    for address in (LISTS | details()).values():
        assert client.get(address).status_code == 403, address


def test_a_stranger_is_sent_to_sign_in(client: Client, trouble: Callable[..., None]) -> None:
    trouble(1)

    for address in (LISTS | details()).values():
        assert client.get(address)["Location"].startswith("/accounts/login/"), address


def queries(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(address).status_code == 200
    return len(captured)


def test_no_page_asks_more_when_there_is_more(admin: Client, trouble: Callable[..., None]) -> None:
    trouble(2)
    addresses = LISTS | details()
    admin.get("/")  # the first click of a session writes when it began
    few = {name: queries(admin, address) for name, address in addresses.items()}

    trouble(6)

    many = {name: queries(admin, address) for name, address in addresses.items()}
    assert many == few
    assert {name: asked for name, asked in many.items() if asked > BUDGETS.get(name, 30)} == {}


def test_the_menu_shows_only_what_the_role_may_open(
    ops: Client, browser: Any, user_in: Any
) -> None:
    store = browser(user_in("store")).get("/").content.decode()

    assert "Mappings</span>" in ops.get("/").content.decode()
    assert "Mappings</span>" not in store
    assert "Stock</span>" in store


def test_pages_keep_their_promise_to_the_browser(admin: Client) -> None:
    for address in LISTS.values():
        page = admin.get(address).content.decode()

        assert "<style" not in page, address
        assert " style=" not in page, address
        assert " onclick=" not in page, address


JARGON = ("payload", "HTTP ", "exception case", "null", "idempotency", "webhook", "None</")


def test_pages_speak_plainly(admin: Client, trouble: Callable[..., None]) -> None:
    trouble(2)

    for name, address in (LISTS | details()).items():
        page = admin.get(address).content.decode().split("<main", 1)[1]
        body = re.sub("<script.*?</script>", "", page, flags=re.DOTALL)
        text = re.sub("<[^>]*>", " ", body)  # a form's random token may spell anything
        found = [word for word in JARGON if word in text]
        assert found == [], name


def test_every_action_names_a_capability_that_somebody_holds() -> None:
    for page in PAGES:
        for action in page.actions:
            assert action.capability in Capability
            assert not action.capability.startswith("view_"), action.name
