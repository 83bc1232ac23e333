import pytest
from pydantic import ValidationError

from integrations.connectors.brightpearl.config import Access
from tests.integrations.connectors.brightpearl.vendor import config

OAUTH = {
    "account_token": None,
    "access_token": "a",
    "refresh_token": "r",
    "dev_ref": "dev",
    "token_url": "https://oauth.erp.example/token/acme",
}


@pytest.mark.parametrize(
    ("changes", "access"),
    [
        pytest.param({}, Access.SYSTEM, id="system"),
        pytest.param({"account_token": None, "staff_token": "s"}, Access.STAFF, id="staff"),
        pytest.param(OAUTH, Access.OAUTH, id="oauth"),
    ],
)
def test_the_token_given_says_what_kind_of_app_it_is(changes, access):
    assert config(**changes).access is access


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        pytest.param({"account_token": None}, "exactly one", id="no way in"),
        pytest.param({"staff_token": "s"}, "exactly one", id="two ways in"),
        pytest.param(OAUTH | {"dev_ref": ""}, "dev_ref", id="no developer"),
        pytest.param(OAUTH | {"token_url": ""}, "token_url", id="nowhere to renew"),
        pytest.param({"base_url": "https://erp.example"}, "base_url", id="no account in the URL"),
        pytest.param({"parallel": 0}, "parallel", id="nothing in flight"),
        pytest.param({"warehous": 1}, "warehous", id="a misspelt setting"),
    ],
)
def test_a_connection_that_cannot_work_is_refused_with_its_reason(changes, sentence):
    with pytest.raises(ValidationError, match=sentence):
        config(**changes)


def test_secrets_are_not_shown():
    assert "not-a-real-token" not in repr(config())


def test_the_secret_of_webhooks_is_empty_until_it_is_set():
    assert config().webhook_secret == ""
    assert config(webhook_token="t0ken").webhook_secret == "t0ken"
