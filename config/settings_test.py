"""The settings of the tests: the real ones, with what would make tests slow or reach outside."""

import os

os.environ.setdefault("PLUMBLINE_ALLOWED_ORIGINS", "http://127.0.0.1:8700")
os.environ["DATABASE_URL"] = os.environ.get("TEST_DATABASE_URL", "")

from config.settings import *  # noqa: E402, F403
from config.settings import DATABASES  # noqa: E402

DATABASES["default"]["TEST"] = {"NAME": None}  # SQLite: in memory; PostgreSQL: test_<name>
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
