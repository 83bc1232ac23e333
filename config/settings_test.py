"""The settings of the tests: the real ones, with what would make tests slow or reach outside."""

import os

os.environ.setdefault("PLUMBLINE_ALLOWED_ORIGINS", "http://127.0.0.1:8700")
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

if not DATABASES["default"]["ENGINE"].endswith("sqlite3"):  # SQLite is tested in memory
    _run = os.environ.get("PLUMBLINE_TEST_RUN", "alone")  # two runs may share one server
    DATABASES["default"]["TEST"] = {"NAME": f"test_plumbline_{_run}"}
    DATABASES["default"]["OPTIONS"]["options"] = "-c synchronous_commit=off"  # kept for no one
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
