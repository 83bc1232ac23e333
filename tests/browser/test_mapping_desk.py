"""The morning of somebody in operations: claim it, map it in place, watch it verify."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from integrations.public import Connection, Link, desk
from integrations.services import replay_runs
from integrations.services.deliver import deliver
from integrations.services.fetch import fetch
from integrations.services.plan import plan
from integrations.services.verify import verify
from monitoring.models import ExceptionCase
from monitoring.services.cases import refresh_cases
from tests.factories.receipts import line, sale
from tests.fakes import Worker, worker
from tests.integrations.services.retail import arrive, open_shop


@pytest.fixture
def shop(transactional_db: None) -> Worker:
    """Four sales of a SKU that the ledger knows by another name."""
    hub = worker()
    open_shop("SOCK-RED")
    Link.objects.update(slug="main")
    numbers = ("1001", "1002", "1003", "1004")
    arrive(hub, *(sale(external_id=each, lines=(line("SOCK-RD"),)) for each in numbers))
    refresh_cases(now=hub.clock())
    return hub


def work(hub: Worker) -> None:
    """What the workers do meanwhile: read the source, plan, send, read back, follow."""
    hub.clock.pass_time(seconds=(timezone.now() - hub.clock()).total_seconds())
    tills, ledger = (Connection.objects.get(slug=slug) for slug in ("tills", "ledger"))
    for _ in range(12):
        fetch(hub.rt, tills)
        while plan(hub.rt):
            pass
        deliver(hub.rt, ledger)
        verify(hub.rt, ledger)
        replay_runs.advance(hub.clock())
        hub.rt.sleep(11)


def test_an_exception_is_claimed_mapped_in_place_and_watched_until_it_is_verified(
    open_as: Callable[..., Any],
    ops_user: Any,
    shop: Worker,
    axe: Callable[[Any], list[Any]],
) -> None:
    case = ExceptionCase.objects.get()
    page = open_as(ops_user)
    page.goto(f"/exceptions/{case.pk}/")

    page.keyboard.press("c")
    expect(page.locator("#case")).to_contain_text("olive")
    expect(page.locator(".suggestion").first).to_contain_text("similar SKU")
    expect(page.locator(".blast__panel")).to_contain_text("4 would go")
    page.get_by_role("button", name="Save and send").click()
    expect(page.locator("#case")).to_contain_text("is mapped")
    page.get_by_role("link", name="Watch every record").click()
    expect(page.locator("#replay")).to_contain_text("Asking its source")
    assert axe(page) == []
    work(shop)

    expect(page.locator("#replay")).to_contain_text("4 sent and verified", timeout=20_000)
    expect(page.get_by_text("Verified", exact=True)).to_have_count(4)
    assert desk.runs().get().state == "done"
