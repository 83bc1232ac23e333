"""A PostgreSQL for the tests: the one you name, the one that runs here, or one made for the run."""

import getpass
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from config.tooling.environment import PYTHON, ROOT, environment

START_SECONDS = 30
_PROBE = """
import sys, psycopg
with psycopg.connect(sys.argv[1], connect_timeout=2) as connection:
    row = connection.execute(
        "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user").fetchone()
sys.exit(not row[0])
"""


@contextmanager
def server() -> Iterator[str | None]:
    """Yield a database URL under which test databases may be made, or None."""
    url = os.environ.get("TEST_DATABASE_URL") or _running_here()
    if url:
        yield url
        return
    binaries = _binaries()
    if binaries is None:
        yield None
        return
    with _own_server(binaries) as own:
        yield own


def _running_here() -> str | None:
    """Find a local server that lets one of the usual users in without a password."""
    names = dict.fromkeys(["postgres", _user(), "root"])
    urls = (f"postgres://{quote(name)}@127.0.0.1:5432/postgres" for name in names)
    return next((url for url in urls if _answers(url)), None)


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "postgres"


def _answers(url: str) -> bool:
    command = [str(PYTHON), "-c", _PROBE, url]
    quiet = subprocess.DEVNULL
    return subprocess.call(command, cwd=ROOT, env=environment(), stdout=quiet, stderr=quiet) == 0


def _binaries() -> Path | None:
    """Return the folder that holds initdb and postgres, the newest version first."""
    folders = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"))]
    path = os.pathsep.join([*reversed(folders), environment()["PATH"]])
    found = shutil.which("initdb", path=path)
    folder = Path(found).resolve().parent if found else None
    return folder if folder and (folder / "postgres").exists() else None


@contextmanager
def _own_server(binaries: Path) -> Iterator[str | None]:
    """Start a throw-away server on a free port of 127.0.0.1; remove it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="plumbline-pg-"))
    account = _unprivileged(folder)
    process = None
    try:
        if _spawn(_initdb(binaries, folder), folder, account).wait() != 0:
            yield None
            return
        port = _free_port()
        process = _spawn(_postgres(binaries, folder, port), folder, account)
        url = f"postgres://plumbline@127.0.0.1:{port}/postgres"
        yield url if _wait_for(url, process) else None
    finally:
        if process is not None:
            _end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _unprivileged(folder: Path) -> tuple[int, int] | None:
    """PostgreSQL refuses to run as root: hand the folder to another account and run as that."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            entry = pwd.getpwnam(name)
            os.chown(folder, entry.pw_uid, entry.pw_gid)
            return entry.pw_uid, entry.pw_gid
    return None


def _initdb(binaries: Path, folder: Path) -> list[str]:
    options = ["--auth=trust", "--username=plumbline", "--encoding=UTF8", "--no-locale"]
    return [str(binaries / "initdb"), *options, "--no-sync", f"--pgdata={folder / 'data'}"]


def _postgres(binaries: Path, folder: Path, port: int) -> list[str]:
    settings = [f"port={port}", "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
    settings += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"]
    options = [part for setting in settings for part in ("-c", setting)]
    return [str(binaries / "postgres"), "-D", str(folder / "data"), *options]


def _spawn(
    command: list[str], folder: Path, account: tuple[int, int] | None
) -> "subprocess.Popen[bytes]":
    user, group = account or (None, None)
    with (folder / "log").open("ab") as log:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=environment(),
            stdout=log,
            stderr=log,
            start_new_session=True,
            user=user,
            group=group,
            extra_groups=[] if account else None,
        )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.send_signal(signal.SIGINT)  # a fast stop: open sessions are cut
    with suppress(subprocess.TimeoutExpired):
        process.wait(timeout=10)
    process.kill()
    process.wait()


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> bool:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        if _answers(url):
            return True
        time.sleep(0.2)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
