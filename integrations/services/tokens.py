"""Renewed vendor tokens, shared by every process, never readable in the database."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from datetime import datetime

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import connection as database

from integrations.connectors.errors import UnauthorisedError
from integrations.models import Connection, RenewedTokens
from integrations.ports import Tokens

PURPOSE = b"plumbline renewed vendor tokens"


def _cipher(connection_id: int) -> MultiFernet:
    """Keys from SECRET_KEY and its fall-backs, bound to one connection: a swap does not decrypt."""
    return MultiFernet(
        [_key(secret, connection_id) for secret in [settings.SECRET_KEY, *_older_keys()]]
    )


def _older_keys() -> list[str]:
    return [str(key) for key in settings.SECRET_KEY_FALLBACKS]


def _key(secret: str, connection_id: int) -> Fernet:
    salt = str(connection_id).encode()
    derived = HKDF(algorithm=SHA256(), length=32, salt=salt, info=PURPOSE).derive(secret.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


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
        text = json.dumps([tokens.access, tokens.refresh]).encode()
        ciphertext = _cipher(self._connection_id).encrypt(text).decode()
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
            plain = _cipher(self._connection_id).decrypt(row.ciphertext.encode())
        except InvalidToken as error:
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
