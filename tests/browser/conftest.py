"""A real browser on the pages, with a retailer in trouble. Never together with xdist."""

import os
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.resources import files
from typing import Any

import pytest
from django.apps import apps

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # playwright runs an event loop

from tests.monitoring.pages.conftest import leeds, trouble

__all__ = ["leeds", "trouble"]

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--disable-dev-shm-usage",
)
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Any]:
    if not CHROMIUM:
        pytest.skip("chromium is not installed: no browser test was run")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def open_as(chromium: Any, live_server: Any, client: Any) -> Iterator[Callable[..., Any]]:
    """Open a page as somebody, in a width and a colour scheme; the console must stay clean."""
    contexts, said = [], list[str]()

    def open_page(user: Any, *, width: int = 1440, scheme: str = "light") -> Any:
        client.force_login(user)
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            color_scheme=scheme,
        )
        session = client.cookies["sessionid"].value
        context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("console", lambda line: said.append(line.text) if line.type == "error" else None)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture(scope="session")
def axe() -> Callable[[Any], list[Any]]:
    """Return the accessibility faults of a page: what, how bad, where."""
    source = (files("axe_playwright_python") / "axe.min.js").read_text()

    def look(page: Any) -> list[Any]:
        page.evaluate(source)
        run = "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})"
        found = page.evaluate(run, list(TAGS))["violations"]
        return [(each["id"], [n["target"] for n in each["nodes"]][:3]) for each in found]

    return look


@pytest.fixture(autouse=True)
def teams(transactional_db: None) -> None:
    """Make the teams again: they come with a migration, and each test leaves its tables empty."""
    import_module("monitoring.migrations.0002_teams").make_teams(apps, None)
