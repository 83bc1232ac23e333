"""Settings from the environment. A wrong value stops the start with a sentence that names it."""

from collections.abc import Collection
from pathlib import Path
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

_READER = environ.Env()
_YES = {"1", "true", "yes", "on"}
_NO = {"0", "false", "no", "off"}


def load_file(path: Path) -> None:
    """Read `path` when it exists. What the process already has in its environment wins."""
    if path.is_file():
        _READER.read_env(str(path), overwrite=False)


def env_text(name: str, *, default: str = "") -> str:
    value: str = _READER.ENVIRON.get(name, "").strip()
    return value or default


def env_choice(name: str, *, default: str, choices: Collection[str]) -> str:
    value = env_text(name, default=default)
    if value not in choices:
        raise ImproperlyConfigured(f"{name} is {value!r}; it must be one of: {', '.join(choices)}.")
    return value


def env_bool(name: str, *, default: bool) -> bool:
    value = env_text(name).lower()
    if not value:
        return default
    if value not in _YES | _NO:
        raise ImproperlyConfigured(f"{name} is {value!r}; write true or false.")
    return value in _YES


def env_int(name: str, *, default: int, least: int = 0, most: int | None = None) -> int:
    text = env_text(name, default=str(default))
    try:
        value = int(text)
    except ValueError:
        raise ImproperlyConfigured(f"{name} is {text!r}; it must be a whole number.") from None
    if value < least or (most is not None and value > most):
        upper = f" and at most {most}" if most is not None else ""
        raise ImproperlyConfigured(f"{name} is {value}; it must be at least {least}{upper}.")
    return value


def env_list(name: str, *, default: Collection[str] = ()) -> list[str]:
    """Comma-separated values, trimmed, empty ones dropped."""
    values = [part.strip() for part in env_text(name).split(",")]
    return [value for value in values if value] or list(default)


def env_secret(name: str, *, default: str = "") -> str:
    """`NAME`, or the content of the file that `NAME_FILE` points at. Both at once is refused."""
    direct, path = env_text(name), env_text(f"{name}_FILE")
    if direct and path:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set; keep one of them.")
    if not path:
        return direct or default
    try:
        secret = Path(path).read_text(encoding="utf-8").strip()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise ImproperlyConfigured(f"{name}_FILE cannot be read: {reason}.") from None
    if not secret:
        raise ImproperlyConfigured(f"{name}_FILE points at an empty file.")
    return secret


def env_origins(name: str) -> list[str]:
    """Exact origins such as `https://erp.example:8443`, lower-cased, without path or user name."""
    return [_origin(name, value) for value in env_list(name)]


def _origin(name: str, value: str) -> str:
    sentence = f"{name} contains {value!r}; write scheme://host or scheme://host:port."
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(sentence) from None
    extras = parts.path.strip("/") or parts.query or parts.fragment or parts.username
    if parts.scheme not in {"http", "https"} or not parts.hostname or extras:
        raise ImproperlyConfigured(sentence)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{parts.scheme}://{host}" + (f":{port}" if port else "")
