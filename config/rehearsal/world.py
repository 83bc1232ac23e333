"""One rehearsal: a fresh database, a sandbox in a process of its own, an example retailer in it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from config.rehearsal.control import Control, ControlError

START_PATIENCE = 20  # seconds
NAME = "rehearsal"


class RehearsalError(RuntimeError):
    """It cannot start; the message says why and what to do."""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(slots=True)
class Sandbox:
    """The simulated systems, served by a process that ends with us."""

    port: int
    root: Path
    seed: int = 1
    process: subprocess.Popen[bytes] | None = field(default=None)

    @property
    def control(self) -> Control:
        return Control(f"http://127.0.0.1:{self.port}")

    def start(self) -> None:
        """Start serving and wait until it answers. Raises RehearsalError when it does not."""
        command = [sys.executable, "manage.py", "sandbox"]
        command += ["--port", str(self.port), "--seed", str(self.seed)]
        self.process = subprocess.Popen(
            command, cwd=self.root, stdout=subprocess.DEVNULL, start_new_session=True
        )
        deadline = time.monotonic() + START_PATIENCE
        while time.monotonic() < deadline:
            try:
                self.control.get("state")
            except ControlError:
                time.sleep(0.1)
            else:
                return
        raise RehearsalError(f"The sandbox did not start on port {self.port}.")

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(timeout=10)


def environment(
    root: Path, *, base: Mapping[str, str], port: int, web_port: int | None = None
) -> dict[str, str]:
    """The environment of everything in a rehearsal: its own database, the sandbox at `port`
    allowed, and pages at `web_port` where the sandbox reaches them."""
    origin = f"http://127.0.0.1:{port}"
    allowed = [o for o in base.get("PLUMBLINE_ALLOWED_ORIGINS", "").split(",") if o]
    return {
        **base,
        "DATABASE_URL": fresh_database(base.get("DATABASE_URL", ""), root, name=f"{NAME}_{port}"),
        "PLUMBLINE_ALLOWED_ORIGINS": ",".join([*allowed, origin]),
        "PLUMBLINE_PUBLIC_URL": f"http://127.0.0.1:{web_port}" if web_port else "",
        "PLUMBLINE_REHEARSAL": str(port),
    }


def fresh_database(url: str, root: Path, *, name: str) -> str:
    """An empty database beside the configured one; the configured one is never touched."""
    parts = urlsplit(url)
    if parts.scheme in ("postgres", "postgresql"):
        _on_server(url, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _on_server(url, "CREATE DATABASE {}", name)
        return urlunsplit((parts.scheme, parts.netloc, f"/{name}", parts.query, ""))
    folder = Path(os.environ.get("PLUMBLINE_VAR") or root / "var")
    folder.mkdir(parents=True, exist_ok=True)
    _remove_files(folder / f"{name}.sqlite3")
    return f"sqlite:///{folder / name}.sqlite3"


def drop_database(url: str) -> None:
    """Remove what `fresh_database` made; everybody has let go of it."""
    parts = urlsplit(url)
    if parts.scheme in ("postgres", "postgresql"):
        server = urlunsplit((parts.scheme, parts.netloc, "/postgres", parts.query, ""))
        _on_server(server, "DROP DATABASE IF EXISTS {} WITH (FORCE)", parts.path.lstrip("/"))
    else:
        _remove_files(Path(parts.path))


def _remove_files(path: Path) -> None:
    for name in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
        name.unlink(missing_ok=True)


def _on_server(url: str, statement: LiteralString, name: str) -> None:
    try:
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(sql.SQL(statement).format(sql.Identifier(name)))
    except psycopg.Error as error:
        reason = str(error).strip().splitlines()[0]
        raise RehearsalError(
            f"A rehearsal needs a database of its own, {name}, beside the configured one: {reason}"
        ) from error
