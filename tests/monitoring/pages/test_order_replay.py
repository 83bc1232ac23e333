"""Sending several orders again: looked at first, and the source is asked before anything goes."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.models import ReplayRun
from integrations.public import AuditEntry, Document, Hold, InboundEvent
from tests.monitoring import rows


@pytest.fixture
def held(trouble: Callable[[int], None]) -> Document:
    """A sale that waits for the payment type Klarna."""
    trouble(1)
    ReplayRun.objects.all().delete()
    sale = Document.objects.get(state="held")
    Document.objects.filter(pk=sale.pk).update(event=rows.event(external_id=sale.external_id))
    return Document.objects.get(pk=sale.pk)


def preview(client: Client, *documents: Document) -> str:
    return client.get("/orders/replay/", {"pk": [each.pk for each in documents]}).content.decode()


def send(client: Client, *documents: Document) -> Any:
    return client.post("/orders/replay/send/", {"pk": [each.pk for each in documents]})


def test_looking_says_how_many_how_much_and_why_they_wait(ops: Client, held: Document) -> None:
    page = preview(ops, held)

    assert "would be read again and sent" in page
    assert "£12.00" in page
    assert "Klarna is not right." in page
    assert not InboundEvent.objects.filter(source="replay").exists()


def test_sending_asks_the_source_first_and_is_recorded(ops: Client, held: Document) -> None:
    send(ops, held)

    hint = InboundEvent.objects.get(source="replay")
    assert (hint.kind, hint.external_id) == ("hint", held.external_id)
    assert AuditEntry.objects.get(action="holds.replay").actor_name == "olive"


def test_what_changed_at_its_source_since_is_marked(ops: Client, held: Document) -> None:
    rows.event(external_id=held.external_id, version="2")

    assert "Its newer version is checked instead." in preview(ops, held)


def test_what_its_source_did_not_know_any_more_is_marked(ops: Client, held: Document) -> None:
    InboundEvent.objects.update(
        reason="The source does not know this record any more; it was not sent."
    )

    assert "Not known there" in preview(ops, held)


def test_what_is_settled_meanwhile_is_left_alone(ops: Client, held: Document) -> None:
    Hold.objects.update(closed_at=held.placed_at, closed_reason="mended")

    assert "There is nothing to send again by hand." in preview(ops, held)
    send(ops, held)
    assert not InboundEvent.objects.filter(source="replay").exists()


def test_what_a_second_person_has_to_approve_does_not_go_by_this_door(
    ops: Client, trouble: Callable[[int], None]
) -> None:
    trouble(1)
    waiting = Document.objects.get(state="held")

    assert "approval" in preview(ops, waiting)
    send(ops, waiting)
    assert not InboundEvent.objects.filter(source="replay").exists()


def test_nonsense_is_nobodys_order(ops: Client, held: Document) -> None:
    page = ops.get("/orders/replay/?pk=x&pk=-1&pk=²").content.decode()

    assert "Nothing was ticked" in page


def test_a_role_that_may_not_replay_neither_looks_nor_sends(
    browser: Any, user_in: Any, held: Document
) -> None:
    store = browser(user_in("store"))

    assert store.get("/orders/replay/").status_code == 403
    assert send(store, held).status_code == 403
    assert "Send again" not in store.get("/orders/").content.decode()
