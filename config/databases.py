"""The one database: SQLite in a file by default, PostgreSQL when a URL says so."""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

_PRAGMAS = (
    "PRAGMA journal_mode=WAL",  # readers do not wait for the one writer
    "PRAGMA synchronous=NORMAL",  # a power cut may lose the last commit, never the file
    "PRAGMA cache_size=-65536",  # KiB
    "PRAGMA temp_store=MEMORY",
)
_ENGINES = {"django.db.backends.sqlite3", "django.db.backends.postgresql"}


def database(url: str, *, default_file: Path) -> dict[str, Any]:
    """Return Django's entry for `url`, or for SQLite at `default_file` when it is empty."""
    config: dict[str, Any] = _parse(url) if url else {"ENGINE": "django.db.backends.sqlite3"}
    if config["ENGINE"].endswith("sqlite3"):
        return _sqlite(str(config.get("NAME") or default_file))
    # No pool: psycopg's pool does not survive the fork of the worker cluster.
    lifetime = {"CONN_MAX_AGE": 300, "CONN_HEALTH_CHECKS": True}
    # Our questions take milliseconds; compiling one, which PostgreSQL does by its guess of the
    # cost, takes a hundred. A pooler that refuses this takes `?options=` in DATABASE_URL.
    options = {"connect_timeout": 5, "options": "-c jit=off", **config.get("OPTIONS", {})}
    return config | lifetime | {"OPTIONS": options}


def _parse(url: str) -> dict[str, Any]:
    try:
        config: dict[str, Any] = dict(environ.Env.db_url_config(url))
    except Exception:  # the parser raises several kinds; none may echo the password
        config = {}
    if config.get("ENGINE") not in _ENGINES:
        raise ImproperlyConfigured(
            "DATABASE_URL is not understood; write sqlite:///path/to/file "
            "or postgres://user:password@host:5432/name."
        )
    return config


def _sqlite(name: str) -> dict[str, Any]:
    options = {
        "transaction_mode": "IMMEDIATE",  # the lock is taken at the start, so none is lost midway
        "timeout": 20,
        "init_command": ";".join(_PRAGMAS),
    }
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": name, "OPTIONS": options}
