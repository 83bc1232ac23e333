"""Renewed vendor tokens outlive the process, and nobody can read them in the database."""

import pytest

from integrations.connectors.errors import UnauthorisedError
from integrations.models import Connection, RenewedTokens
from integrations.ports import Tokens
from integrations.services.tokens import StoredTokens
from tests.conftest import NOW

pytestmark = pytest.mark.django_db
CONFIGURED = Tokens("first-access", "first-refresh")
RENEWED = Tokens("second-access", "second-refresh")


@pytest.fixture
def connection():
    return Connection.objects.create(slug="erp", label="ERP", system="brightpearl", role="erp")


def store(connection, configured=CONFIGURED):
    return StoredTokens(connection, configured, clock=lambda: NOW)


def test_another_process_sees_the_renewed_tokens(connection):
    first, second = store(connection), store(connection)

    first.save(RENEWED)

    assert second.load() == CONFIGURED
    assert second.load_fresh() == RENEWED
    assert store(connection).load() == RENEWED


def test_a_newly_configured_account_wins_over_what_was_renewed_before(connection):
    store(connection).save(RENEWED)

    again = store(connection, Tokens("third-access", "third-refresh"))

    assert again.load().access == "third-access"


def test_the_database_shows_no_token(connection):
    store(connection).save(RENEWED)

    row = RenewedTokens.objects.get()

    assert "second" not in row.ciphertext


def test_a_row_moved_to_another_connection_does_not_open(connection):
    store(connection).save(RENEWED)
    other = Connection.objects.create(slug="other", label="Other", system="brightpearl", role="erp")
    RenewedTokens.objects.update(connection=other)

    with pytest.raises(UnauthorisedError, match="cannot be decrypted"):
        store(other)


def test_an_older_key_still_opens_them_while_it_is_kept(connection, settings):
    store(connection).save(RENEWED)

    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "a new key of more than fifty characters, made for this test"

    assert store(connection).load() == RENEWED
