from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory

from config.health import metrics, readyz, server_error
from config.metrics import exposition
from integrations.models import Sweep
from tests.conftest import NOW


def database_down(*args: object) -> None:
    raise OperationalError("connection to server at db.example failed")


def fail(error: Exception):
    """Answer as Django does after `error` escaped from a view."""
    try:
        raise error
    except type(error):
        return server_error(RequestFactory().get("/orders/"))


def test_alive_is_answered_without_asking_the_database(client):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_ready_when_the_database_answers(client):
    assert client.get("/readyz").status_code == 200


@pytest.mark.django_db
def test_not_ready_without_the_database_and_says_when_to_ask_again():
    with connection.execute_wrapper(database_down):
        response = readyz(RequestFactory().get("/readyz"))

    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_nobody_changes_anything_through_the_health_pages(client):
    assert client.post("/healthz").status_code == 405


def test_figures_are_hidden_from_strangers(settings):
    settings.METRICS_TOKEN = ""
    stranger = RequestFactory().get("/metrics", REMOTE_ADDR="203.0.113.9")
    proxied = RequestFactory().get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})

    assert metrics(stranger).status_code == 404
    assert metrics(proxied).status_code == 404


@pytest.mark.parametrize("given", ["", "Bearer", "Bearer wrong", "Bearer tökén"])
def test_figures_need_the_whole_token_when_there_is_one(settings, given):
    settings.METRICS_TOKEN = "right"
    request = RequestFactory().get("/metrics", HTTP_AUTHORIZATION=given)

    assert metrics(request).status_code == 404


def test_an_error_page_has_a_reference_and_nothing_of_the_inside(settings):
    response = fail(ValueError("secret detail"))

    assert response.status_code == 500
    assert b"secret detail" not in response.content
    assert response["Cache-Control"] == "no-store"


def test_a_lost_database_is_a_plain_page_that_says_try_again():
    response = fail(OperationalError("connection to server at db.example failed"))

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert b"db.example" not in response.content


@pytest.mark.django_db
def test_figures_are_read_from_the_tables_at_this_moment(client, settings):
    settings.METRICS_TOKEN = "right"

    response = client.get("/metrics", headers={"authorization": "Bearer right"})

    lines = response.content.decode().splitlines()
    assert "plumbline_waiting_events 0.0" in lines
    assert not [line for line in lines if line.startswith("plumbline_heartbeat_age_seconds ")]


@pytest.mark.django_db
def test_the_heartbeat_ages(settings):
    Sweep.objects.create(name="heartbeat", every_seconds=10, due_at=NOW, finished_at=NOW)

    body, _ = exposition(NOW + timedelta(seconds=95))

    assert b"\nplumbline_heartbeat_age_seconds 95.0\n" in body


@pytest.mark.django_db
def test_figures_without_a_database_are_not_zero_but_absent():
    request = RequestFactory().get("/metrics")
    with connection.execute_wrapper(database_down):
        response = metrics(request)

    assert (response.status_code, response["Retry-After"]) == (503, "5")
