"""What every test gets: a fixed moment, people by role, no way out to the network."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

NOW = datetime(2026, 3, 28, 10, 30, tzinfo=UTC)  # the day before the clocks change in Europe
LOCAL = {"127.0.0.1", "::1", "localhost"}
DB_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server"}

settings.register_profile(
    "plumbline",
    deadline=None,  # the machine may be busy; slowness is measured elsewhere
    derandomize=True,  # the same examples on every machine
    max_examples=50,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("plumbline")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the database, so that it can be run again on PostgreSQL."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if item.get_closest_marker("django_db") or fixtures & DB_FIXTURES:
            item.add_marker(pytest.mark.db)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let sockets connect to this machine only."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else None
        if host is not None and host not in LOCAL:
            raise RuntimeError(f"A test tried to reach {host}.")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture
def user_in(db: None, django_user_model: Any) -> Callable[..., Any]:
    """Make a user in the named roles: `user_in("operator")`."""
    from django.contrib.auth.models import Group

    def make(*roles: str, name: str = "") -> Any:
        user = django_user_model.objects.create_user(name or "-".join(roles) or "outsider")
        user.groups.set([Group.objects.get(name=role) for role in roles])
        return user

    return make


@pytest.fixture
def ops_user(user_in: Callable[..., Any]) -> Any:
    return user_in("operator", name="olive")


@pytest.fixture
def finance_user(user_in: Callable[..., Any]) -> Any:
    return user_in("finance_preparer", name="frank")


@pytest.fixture
def approver_user(user_in: Callable[..., Any]) -> Any:
    return user_in("finance_approver", name="farah")


@pytest.fixture
def admin_user(user_in: Callable[..., Any]) -> Any:
    return user_in("admin", name="ada")


@pytest.fixture
def auditor_user(user_in: Callable[..., Any]) -> Any:
    return user_in("auditor", name="audrey")


@pytest.fixture
def outsider(user_in: Callable[..., Any]) -> Any:
    """Signed in, but in no role."""
    return user_in(name="otto")
