import pytest
from django.contrib.auth.models import User

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
LOGIN = "/accounts/login/"


@pytest.fixture
def olive():
    return User.objects.create_user("olive", password=PASSWORD)


def attempt(client, password: str, *, address: str = "192.0.2.1", name: str = "olive", **headers):
    form = {"username": name, "password": password}
    return client.post(LOGIN, form, REMOTE_ADDR=address, headers=headers)


def test_guessing_pauses_that_name_from_that_address(client, olive, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        attempt(client, "wrong")

    assert attempt(client, PASSWORD).status_code == 429


def test_the_rightful_person_gets_in_from_elsewhere(client, olive, settings):
    for _ in range(settings.AXES_FAILURE_LIMIT):
        attempt(client, "wrong", address="203.0.113.9")

    assert attempt(client, PASSWORD).status_code == 302


def test_a_forged_address_does_not_buy_more_guesses(client, olive, settings):
    for number in range(settings.AXES_FAILURE_LIMIT):
        attempt(client, "wrong", **{"X-Forwarded-For": f"198.51.100.{number}"})

    assert attempt(client, PASSWORD, **{"X-Forwarded-For": "198.51.100.99"}).status_code == 429


def test_a_wrong_password_and_an_unknown_name_look_the_same(client, olive):
    known = attempt(client, "wrong")
    unknown = attempt(client, "wrong", name="nobody")

    assert known.status_code == unknown.status_code
    strip = lambda page: page.content.replace(b"olive", b"").replace(b"nobody", b"")  # noqa: E731
    assert len(strip(known)) == len(strip(unknown))


def test_after_login_people_stay_on_this_site(client, olive):
    form = {"username": "olive", "password": PASSWORD, "next": "//evil.example/"}

    assert client.post(LOGIN, form).url == "/"


def test_signing_out_needs_a_click_of_the_persons_own(client, olive):
    client.force_login(olive)

    assert client.get("/accounts/logout/").status_code == 405
