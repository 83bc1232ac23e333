import io

import pytest
from django.core.management import CommandError, call_command

from integrations.management.commands.connections import budget_sentence, check
from integrations.models import RateBudget
from integrations.ports import Probe
from integrations.services.runtime import CallBuffer, Runtime
from tests.conftest import NOW
from tests.integrations.services.mapping_kit import make_link

pytestmark = pytest.mark.django_db


class Answers:
    def check(self) -> Probe:
        return Probe(ok=True, sentence="It answers.", facts={"clock": "3 s ahead"})


def opener(connection):
    return Answers(), CallBuffer()


def refuser(connection):
    raise ValueError("The address is wrong.")


def test_every_missing_secret_is_named_at_once(monkeypatch):
    ledger = make_link().owner
    ledger.credentials = {"token": "env:NOT_SET_B", "webhook": "env:NOT_SET_A"}
    monkeypatch.delenv("NOT_SET_A", raising=False)
    monkeypatch.delenv("NOT_SET_B", raising=False)

    probe = check(Runtime(open=opener), ledger)

    assert not probe.ok
    assert probe.sentence == "Not set in the environment: NOT_SET_A, NOT_SET_B."


def ledger_at(url: str):
    ledger = make_link().owner
    ledger.settings = {"base_url": url}
    return ledger


def test_a_connection_that_answers_is_ready():
    probe = check(Runtime(open=opener), ledger_at("https://erp.example/acme"))

    assert probe.sentence == "It answers."


def test_an_address_that_is_not_allowed_is_not_called():
    probe = check(Runtime(open=opener), ledger_at("http://127.0.0.1:22/"))

    assert not probe.ok
    assert "must be called by https" in probe.sentence


def test_a_connection_without_an_address_of_its_own_is_asked_all_the_same():
    ledger = make_link().owner
    ledger.settings = {"sender": "HUB"}  # a warehouse by files

    assert check(Runtime(open=opener), ledger).ok


def test_wrong_settings_are_said_and_not_raised():
    probe = check(Runtime(open=refuser), ledger_at("https://erp.example/acme"))

    assert probe == Probe(ok=False, sentence="Its settings are wrong: The address is wrong.")


def test_the_budget_is_told_as_far_as_it_is_known():
    ledger = make_link().owner
    assert budget_sentence(ledger, NOW) == "200 requests a window"

    RateBudget.objects.create(connection=ledger, limit=120, remaining=7, concurrency=4)

    assert budget_sentence(ledger, NOW) == (
        "120 requests in 60 s, 7 left by the vendor's count, 4 at a time"
    )


def test_a_connection_that_is_not_there_is_said():
    make_link()

    with pytest.raises(CommandError, match="There is no connection called shop"):
        call_command("connections", "check", "shop", stdout=io.StringIO())


def test_an_empty_deployment_says_what_to_do():
    with pytest.raises(CommandError, match="operating_model apply first"):
        call_command("connections", "check", stdout=io.StringIO())
