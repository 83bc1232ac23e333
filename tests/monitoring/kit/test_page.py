from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from monitoring.kit.page import Action, Page, is_partial, urls_for
from monitoring.kit.permissions import Capability


def answer(request: HttpRequest) -> HttpResponse:
    return HttpResponse("done")


PAGE = Page(
    path="orders/",
    name="orders",
    title="Orders",
    view=answer,
    capability=Capability.VIEW_STOCK,
    actions=(Action("orders/replay/", "orders-replay", answer, Capability.REPLAY),),
)


@pytest.fixture
def ask(rf: RequestFactory) -> Callable[..., HttpResponse]:
    def send(user: Any, *, name: str = "orders", method: str = "get", **headers: str) -> Any:
        view = next(pattern.callback for pattern in urls_for([PAGE]) if pattern.name == name)
        request = getattr(rf, method)("/orders/", headers=headers)
        request.user = user
        return view(request)

    return send


def test_somebody_unknown_is_sent_to_sign_in(ask: Callable[..., Any]) -> None:
    response = ask(AnonymousUser())

    assert response.status_code == 302
    assert response.url.startswith("/accounts/login/")


def test_a_tile_that_refreshes_after_signing_out_moves_the_whole_browser(
    ask: Callable[..., Any],
) -> None:
    response = ask(AnonymousUser(), **{"HX-Request": "true"})

    assert response.headers["HX-Redirect"].startswith("/accounts/login/")


def test_a_role_that_may_look_sees_the_page(ask: Callable[..., Any], ops_user: Any) -> None:
    assert ask(ops_user).content == b"done"


def test_a_role_that_may_not_is_refused_by_name(ask: Callable[..., Any], finance_user: Any) -> None:
    response = ask(finance_user)

    assert response.status_code == 403
    assert b"Warehouse" in response.content


def test_a_person_without_a_role_is_told_what_to_do(ask: Callable[..., Any], outsider: Any) -> None:
    response = ask(outsider)

    assert response.status_code == 403
    assert b"no role yet" in response.content


def test_an_action_needs_its_own_capability(ask: Callable[..., Any], auditor_user: Any) -> None:
    response = ask(auditor_user, name="orders-replay", method="post")

    assert response.status_code == 403


def test_an_action_answers_only_to_post(ask: Callable[..., Any], ops_user: Any) -> None:
    assert ask(ops_user, name="orders-replay").status_code == 405
    assert ask(ops_user, name="orders-replay", method="post").status_code == 200


@pytest.mark.parametrize(
    ("headers", "partial"),
    [
        ({"HX-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, False),
        ({}, False),
    ],
    ids=["a tile", "a whole page over htmx", "the back button", "a browser"],
)
def test_only_a_tile_gets_a_partial(
    rf: RequestFactory, headers: dict[str, str], partial: bool
) -> None:
    assert is_partial(rf.get("/", headers=headers)) is partial
