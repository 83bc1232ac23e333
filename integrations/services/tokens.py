"""Renewed vendor tokens, shared by every process, never readable in the database."""

import hashlib
import json
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import connection as database

from integrations.connectors.errors import UnauthorisedError
from integrations.models import Connection, RenewedTokens
from integrations.ports import Tokens
from integrations.services.sealing import SealBrokenError, seal, unseal

PURPOSE = "plumbline renewed vendor tokens"


class StoredTokens:
    """ports.TokenStore over one row. Reading is from memory until a renewal asks for the newest."""

    def __init__(
        self, connection: Connection, configured: Tokens, *, clock: Callable[[], datetime]
    ) -> None:
        self._connection_id = connection.pk
        self._label = connection.label
        self._configured = configured
        self._clock = clock
        self._issued_from = hashlib.sha256(configured.refresh.encode()).hexdigest()
        self._home = threading.get_ident()
        self._tokens = self.load_fresh()

    def load(self) -> Tokens:
        return self._tokens

    def load_fresh(self) -> Tokens:
        """Raises UnauthorisedError when the stored tokens cannot be decrypted with our keys."""
        try:
            row = RenewedTokens.objects.filter(
                connection_id=self._connection_id, issued_from=self._issued_from
            ).first()
        finally:
            self._leave()
        self._tokens = self._opened(row) if row else self._configured
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        text = json.dumps([tokens.access, tokens.refresh])
        ciphertext = seal(text, purpose=PURPOSE, owner=str(self._connection_id))
        try:
            RenewedTokens.objects.update_or_create(
                connection_id=self._connection_id,
                defaults={
                    "ciphertext": ciphertext,
                    "issued_from": self._issued_from,
                    "renewed_at": self._clock(),
                },
            )
        finally:
            self._leave()
        self._tokens = tokens

    def _opened(self, row: RenewedTokens) -> Tokens:
        try:
            plain = unseal(row.ciphertext, purpose=PURPOSE, owner=str(self._connection_id))
        except SealBrokenError as error:
            raise UnauthorisedError(
                f"The stored access of {self._label} cannot be decrypted with this SECRET_KEY. "
                "Put the old key into SECRET_KEY_FALLBACKS, or connect the account again."
            ) from error
        access, refresh = json.loads(plain)
        return Tokens(access, refresh)

    def _leave(self) -> None:
        """A renewal may happen in a sender's thread, which must not keep a database connection."""
        if threading.get_ident() != self._home:
            database.close()
