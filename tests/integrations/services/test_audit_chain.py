"""The audit cannot be rewritten without it showing: the first entry that was is named."""

from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction

from integrations.models import AuditEntry, AuditSeal
from integrations.services.audit import record_audit
from integrations.services.audit_chain import seal_entries, verify_audit
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


def write(count: int = 3) -> list[AuditEntry]:
    return [
        record_audit(by="ada", action="mapping.set", subject=f"row {n}", after={"n": n}, now=NOW)
        for n in range(count)
    ]


def test_a_chain_that_nobody_touched_is_whole() -> None:
    write()
    assert seal_entries() == 3

    state = verify_audit()

    assert (state.position, state.problem) == (3, "")
    assert state.head == AuditSeal.objects.get(position=3).hash


def test_an_empty_audit_is_whole() -> None:
    assert verify_audit().problem == ""


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "another row"},
        {"actor_name": "eve"},
        {"after": {"n": 7}},
        {"reason": "because"},
        {"at": NOW.replace(year=2025)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_first_entry_that_was_changed_is_named(change: dict[str, Any]) -> None:
    entries = write()
    seal_entries()

    AuditEntry.objects.filter(pk=entries[1].pk).update(**change)

    state = verify_audit()
    assert state.position == 1
    assert f"entry {entries[1].pk}" in state.problem


def test_a_link_that_was_taken_out_is_missed() -> None:
    write()
    seal_entries()

    AuditSeal.objects.filter(position=2).delete()

    assert verify_audit().problem == "Link 2 of the audit chain is gone."


def test_an_entry_is_chained_as_soon_as_its_transaction_commits(
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        write(1)

    assert AuditSeal.objects.count() == 1


def test_an_entry_that_commits_after_a_later_number_is_chained_too() -> None:
    first, second = write(2)
    AuditEntry.objects.filter(pk=first.pk).delete()
    seal_entries()

    AuditEntry.objects.create(pk=first.pk, at=NOW, actor_name="ada", action="late", subject="late")

    assert seal_entries() == 1
    assert list(AuditSeal.objects.values_list("entry_id", flat=True)) == [second.pk, first.pk]
    assert verify_audit().problem == ""


def test_removing_a_person_breaks_nothing(user_in: Callable[..., Any]) -> None:
    person = user_in("admin", name="ada")
    record_audit(by=person, action="person.add", subject="bo", now=NOW)
    seal_entries()

    person.delete()

    assert verify_audit().problem == ""


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_writers_at_the_same_moment_make_one_chain() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("SQLite in memory has one connection; PostgreSQL shows this")

    def change() -> None:
        for _ in range(10):
            with transaction.atomic():
                write(1)
        connections.close_all()

    threads = [Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    seal_entries()
    state = verify_audit()
    assert (state.position, state.problem) == (40, "")
