"""A written floor for what faces the network: an advisory service cannot fail a build offline."""

import re

import pytest
from packaging.version import Version

from tests.architecture.source import ROOT

# The lowest version we ship, and what the ones below it would bring back.
FLOORS = {
    "django": "5.2.19",  # the long-term line with its security fixes
    "gunicorn": "27.0.1",  # request smuggling and stuck workers before
    "httpx": "0.28.1",
    "h11": "0.16.0",  # chunked bodies were read too generously before
    "certifi": "2026.10.18",
    "whitenoise": "6.12.0",
    "django-axes": "8.3.1",
    "django-csp": "4.0",
    "psycopg": "3.3.9",
    "pydantic": "2.14.3",
}


@pytest.mark.parametrize("package", FLOORS)
def test_no_lock_goes_below_the_floor(package):
    line = re.compile(rf"^{package}(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)
    for name in ("requirements.txt", "requirements-dev.txt"):
        pinned = line.search((ROOT / name).read_text())

        assert pinned, f"{package} is not in {name}"
        assert Version(pinned[1]) >= Version(FLOORS[package])
