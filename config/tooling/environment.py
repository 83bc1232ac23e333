"""The virtual environment: made once, filled from the hashed lock, quick the second time."""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Mapping, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "plumbline-stamp"
LOCKS = {"runtime": ROOT / "requirements.txt", "dev": ROOT / "requirements-dev.txt"}
UV = "uv>=0.9,<1"
DEFAULTS = {
    "PATH": os.defpath,
    "PYTHONUTF8": "1",
    "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    "UV_SYSTEM_CERTS": "1",  # behind a company's proxy only the system knows its certificate
}


def prepare(kind: str) -> None:
    """Have `kind` ("runtime" or "dev") installed. "dev" contains "runtime"."""
    if _stamp() in {_wanted("dev"), _wanted(kind)} and _works():
        return
    print("Setting up .venv (the first time takes a minute) …", flush=True)
    if not _works():
        _create()
    # Never shrink: what was once set up for development stays so.
    kind = "dev" if _stamp().startswith("dev ") else kind
    if not _install_with_uv(LOCKS[kind]) and not _install_with_pip(LOCKS[kind]):
        sys.exit("The packages could not be installed; the lines above say why.")
    if run("manage.py", "build_static") != 0:
        sys.exit("The chart stylesheet could not be made; the lines above say why.")
    STAMP.write_text(_wanted(kind), encoding="ascii")


def run(*arguments: str, env: Mapping[str, str] | None = None) -> int:
    """Run the environment's Python in the project root and return its exit code."""
    return subprocess.call([str(PYTHON), *arguments], cwd=ROOT, env=environment(env))


def become(*arguments: str) -> None:
    """Replace this process, so that Ctrl-C and SIGTERM reach the command itself."""
    if os.name == "nt":
        sys.exit(run(*arguments))
    os.chdir(ROOT)
    os.execve(PYTHON, [str(PYTHON), *arguments], environment())


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return our environment made usable: a PATH and UTF-8 even under `env -i`."""
    return {**DEFAULTS, **os.environ, **(extra or {})}


def _works() -> bool:
    """Say whether .venv holds a Python that starts (an upgrade of the system's may break it)."""
    if not PYTHON.exists():
        return False
    probe = "import sys; sys.exit(sys.version_info < (3, 11))"
    return subprocess.call([str(PYTHON), "-c", probe], stderr=subprocess.DEVNULL) == 0


def _create() -> None:
    if importlib.util.find_spec("ensurepip") is None:
        sys.exit(
            "This Python cannot make virtual environments.\n"
            "On Debian or Ubuntu: sudo apt-get install python3-venv, then run this again."
        )
    if not sys.executable:  # an empty environment hides the path of the running Python
        sys.executable = sys._base_executable = _own_path()  # type: ignore[attr-defined]
    if VENV.exists():
        shutil.rmtree(VENV)
    venv.EnvBuilder(with_pip=True, symlinks=os.name != "nt").create(VENV)


def _own_path() -> str:
    link = Path("/proc/self/exe")
    found = str(link.resolve()) if link.exists() else shutil.which("python3", path=os.defpath)
    return found or sys.exit("Start this with the full path of Python.")


def _install_with_uv(lock: Path) -> bool:
    return _ok("pip", "install", "--quiet", UV) and _ok(
        "uv", "pip", "sync", "--quiet", "--require-hashes", "--python", str(PYTHON), str(lock)
    )


def _install_with_pip(lock: Path) -> bool:
    print("uv could not do it; installing with pip instead …", flush=True)
    return _ok("pip", "install", "--quiet", "--require-hashes", "--requirement", str(lock))


def _ok(module: str, *arguments: str) -> bool:
    return run("-m", module, *arguments) == 0


def _stamp() -> str:
    return STAMP.read_text(encoding="ascii") if STAMP.is_file() else ""


def _wanted(kind: str) -> str:
    content = LOCKS[kind].read_bytes()
    return f"{kind} {hashlib.sha256(content).hexdigest()}"


def tool(*command: str) -> Sequence[str]:
    """Return the command line of a console tool that is installed in .venv."""
    return [str(PYTHON.parent / command[0]), *command[1:]]
