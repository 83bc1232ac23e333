"""A login ends by itself, and its pages are kept by no cache."""

import pytest
from django.contrib.auth.models import User

from config.middleware import QUIET_HEADER, SEEN, STARTED

pytestmark = pytest.mark.django_db


@pytest.fixture
def signed_in(client):
    client.force_login(User.objects.create_user("olive"))
    client.get("/healthz")
    return client


def shift(client, key: str, seconds: int) -> None:
    session = client.session
    session[key] -= seconds
    session.save()


def is_signed_in(client) -> bool:
    return "_auth_user_id" in client.session


def test_an_hour_without_a_click_ends_it(signed_in, settings):
    shift(signed_in, SEEN, settings.SESSION_IDLE_SECONDS)

    signed_in.get("/healthz")

    assert not is_signed_in(signed_in)


def test_a_click_before_that_keeps_it(signed_in, settings):
    shift(signed_in, SEEN, settings.SESSION_IDLE_SECONDS - 5)
    before = signed_in.session[SEEN]

    signed_in.get("/healthz")

    assert is_signed_in(signed_in)
    assert signed_in.session[SEEN] > before


def test_a_tile_that_refreshes_itself_is_not_a_click(signed_in, settings):
    shift(signed_in, SEEN, settings.SESSION_IDLE_SECONDS - 5)
    before = signed_in.session[SEEN]

    signed_in.get("/healthz", headers={QUIET_HEADER: "1"})

    assert signed_in.session[SEEN] == before


def test_a_working_day_ends_it_whatever_is_clicked(signed_in, settings):
    shift(signed_in, STARTED, settings.SESSION_COOKIE_AGE)

    signed_in.get("/healthz")

    assert not is_signed_in(signed_in)


def test_a_new_login_has_a_new_session_id(client):
    client.get("/accounts/login/")
    client.cookies["sessionid"] = "preset-by-a-stranger"
    user = User.objects.create_user("olive", password="a long enough one")

    client.post("/accounts/login/", {"username": user.username, "password": "a long enough one"})

    assert client.cookies["sessionid"].value != "preset-by-a-stranger"
    assert is_signed_in(client)


def test_no_cache_keeps_a_page(signed_in):
    response = signed_in.get("/accounts/login/")

    assert "no-store" in response["Cache-Control"]


def test_after_signing_out_the_old_cookie_is_worth_nothing(signed_in):
    old = signed_in.cookies["sessionid"].value
    signed_in.post("/accounts/logout/")

    signed_in.cookies["sessionid"] = old

    assert not is_signed_in(signed_in)


def test_a_new_password_ends_every_other_session(signed_in, client):
    olive = User.objects.get(username="olive")
    olive.set_password("quite another long one")
    olive.save(update_fields=["password"])

    assert signed_in.get("/accounts/password/").status_code == 302


@pytest.mark.parametrize("path", ["/healthz", "/accounts/login/", "/static/css/base.css"])
def test_nobody_gets_their_request_echoed(client, path):
    assert client.trace(path).status_code == 405
