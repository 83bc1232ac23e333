"""A shop with complete mappings and the people of the day-end."""

from collections.abc import Callable
from typing import Any

import pytest

from integrations.models import Link
from reconciliation.guards import drop_guards
from tests.fakes import Worker, worker
from tests.integrations.services.retail import open_shop


@pytest.fixture
def hub(db: None) -> Worker:
    return worker()


@pytest.fixture
def link(db: None) -> Link:
    return open_shop()


@pytest.fixture
def preparer(user_in: Callable[..., Any]) -> Any:
    return user_in("finance_preparer", name="petra")


@pytest.fixture
def approver(user_in: Callable[..., Any]) -> Any:
    return user_in("finance_approver", name="arno")


@pytest.fixture
def tamper(db: None) -> Callable[..., None]:
    """Change a row behind the application's back, past the triggers that guard it."""

    def change(row: Any, **values: Any) -> None:
        drop_guards()
        type(row).objects.filter(pk=row.pk).update(**values)

    return change
