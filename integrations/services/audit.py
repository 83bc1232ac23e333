"""The record of every change a person makes."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from integrations.models import AuditEntry
from integrations.services.audit_chain import seal_entries

# A person, or the name of what acts without one: a command, a file.
By = AbstractBaseUser | str


def actor_name(by: By) -> str:
    return by if isinstance(by, str) else by.get_username()


def actor(by: By) -> Any:
    """The user row for a foreign key; None when no person acts."""
    return None if isinstance(by, str) else by


def record_audit(
    *,
    by: By,
    action: str,
    subject: str,
    before: Any = None,
    after: Any = None,
    reason: str = "",
    now: datetime,
) -> AuditEntry:
    """Append one entry. Call it inside the transaction of the change; it is chained after that."""
    transaction.on_commit(seal_entries, robust=True)
    return AuditEntry.objects.create(
        at=now,
        actor=actor(by),
        actor_name=actor_name(by)[:150],
        action=action,
        subject=subject[:200],
        before=before,
        after=after,
        reason=reason[:300],
    )
