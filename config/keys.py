"""The signing key of a local installation, made once and readable by its owner alone."""

import os
import secrets
from pathlib import Path


def local_key(path: Path) -> str:
    """Return the key stored at `path`, made on first use. Safe when two processes start at once."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return _stored(path)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_urlsafe(64))
    return _stored(path)


def _stored(path: Path) -> str:
    key = path.read_text(encoding="ascii").strip()
    if len(key) < 50:  # the other process has not finished writing, or someone emptied the file
        raise RuntimeError(f"{path} holds no usable key. Delete it and start again.")
    return key
