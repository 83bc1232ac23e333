"""What may not be readable in the database: encrypted under SECRET_KEY, bound to its owner."""

import base64

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings


class SealBrokenError(ValueError):
    """None of our keys opens it: another SECRET_KEY sealed it, or it was moved from its owner."""


def seal(plain: str, *, purpose: str, owner: str) -> str:
    """Return `plain` encrypted. A copy of it under another owner or purpose does not open."""
    return _cipher(purpose, owner).encrypt(plain.encode()).decode()


def unseal(sealed: str, *, purpose: str, owner: str) -> str:
    """Return what was sealed. Raises SealBrokenError."""
    try:
        return _cipher(purpose, owner).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBrokenError("It cannot be decrypted with this SECRET_KEY.") from error


def _cipher(purpose: str, owner: str) -> MultiFernet:
    """The newest key seals; former keys still open while a rotation lasts."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([_key(str(secret), purpose, owner) for secret in secrets])


def _key(secret: str, purpose: str, owner: str) -> Fernet:
    derived = HKDF(algorithm=SHA256(), length=32, salt=owner.encode(), info=purpose.encode())
    return Fernet(base64.urlsafe_b64encode(derived.derive(secret.encode())))
