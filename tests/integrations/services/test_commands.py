"""What people do to the hub: audited, safe to press twice, refused in a sentence."""

from typing import Any

import pytest

from integrations.connectors.errors import AmbiguousError, RejectedError
from integrations.models import AuditEntry, Connection, Document, Hold, Transfer
from integrations.services import commands
from integrations.services.commands import CommandError
from integrations.services.deliver import deliver
from tests.conftest import NOW
from tests.factories.integrations import DocumentFactory, ShipFactory, TillsFactory
from tests.fakes import Worker

pytestmark = pytest.mark.django_db
State = Transfer.State


@pytest.fixture
def unknown(hub: Worker) -> Transfer:
    transfer: Transfer = ShipFactory()
    hub.ledger.answers = [AmbiguousError("No answer came.")]
    deliver(hub.rt, transfer.connection)
    return transfer


@pytest.fixture
def refused(hub: Worker) -> Hold:
    transfer = ShipFactory(document=DocumentFactory(kind=Document.Kind.JOURNAL))
    hub.ledger.answers = [RejectedError("It says no.")]
    deliver(hub.rt, transfer.connection)
    return Hold.objects.open().get()


def test_what_a_person_found_at_the_target_is_adopted(unknown: Transfer, ops_user: Any) -> None:
    commands.adopt_unknown(transfer_id=unknown.pk, external_ref="777", by=ops_user, reason="Seen.")

    unknown.refresh_from_db()
    assert (unknown.state, unknown.external_ref) == (State.POSTED, "777")


def test_adopting_twice_is_refused_in_a_sentence(unknown: Transfer, ops_user: Any) -> None:
    commands.adopt_unknown(transfer_id=unknown.pk, external_ref="777", by=ops_user, reason="Seen.")

    with pytest.raises(CommandError, match="known by now"):
        commands.adopt_unknown(
            transfer_id=unknown.pk, external_ref="778", by=ops_user, reason="Seen."
        )


def test_adopting_needs_the_number_under_which_it_was_found(
    unknown: Transfer, ops_user: Any
) -> None:
    with pytest.raises(CommandError, match="number"):
        commands.adopt_unknown(transfer_id=unknown.pk, external_ref=" ", by=ops_user, reason="x")


def test_a_person_who_looked_may_send_an_unknown_effect_again(
    hub: Worker, unknown: Transfer, ops_user: Any
) -> None:
    commands.send_unknown_again(transfer_id=unknown.pk, by=ops_user, reason="Not there.", now=NOW)
    deliver(hub.rt, unknown.connection)

    unknown.refresh_from_db()
    assert unknown.state == State.POSTED
    assert AuditEntry.objects.get(action="transfer.send-again").reason == "Not there."


def test_sending_again_needs_a_reason(unknown: Transfer, ops_user: Any) -> None:
    with pytest.raises(CommandError, match="where you looked"):
        commands.send_unknown_again(transfer_id=unknown.pk, by=ops_user, reason=" ", now=NOW)


def test_pressing_replay_twice_replays_once_and_says_so(refused: Hold, ops_user: Any) -> None:
    first = commands.replay_holds(hold_ids=[refused.pk], by=ops_user, now=NOW)
    second = commands.replay_holds(hold_ids=[refused.pk], by=ops_user, now=NOW)

    assert (first.replayed, first.already_settled) == (1, 0)
    assert (second.replayed, second.already_settled) == (0, 1)


def test_dismissing_needs_a_reason(refused: Hold, ops_user: Any) -> None:
    with pytest.raises(CommandError, match="Say why"):
        commands.dismiss_hold(hold_id=refused.pk, by=ops_user, reason="", now=NOW)


def test_a_dismissed_effect_is_terminal_and_keeps_its_reason(refused: Hold, ops_user: Any) -> None:
    commands.dismiss_hold(hold_id=refused.pk, by=ops_user, reason="Posted by hand.", now=NOW)

    transfer = Transfer.objects.get()
    assert (transfer.state, transfer.closed_reason) == (State.DISMISSED, "Posted by hand.")
    with pytest.raises(CommandError, match="settled already"):
        commands.dismiss_hold(hold_id=refused.pk, by=ops_user, reason="Again.", now=NOW)


def test_pausing_a_connection_needs_a_reason_which_the_others_see(ops_user: Any) -> None:
    TillsFactory()

    with pytest.raises(CommandError):
        commands.pause_connection(slug="tills", by=ops_user, reason="", now=NOW)
    commands.pause_connection(slug="tills", by=ops_user, reason="Stocktake.", now=NOW)

    tills = Connection.objects.get()
    assert (tills.state, tills.state_reason) == ("paused", "Stocktake.")


def test_resuming_forgets_the_reason_and_opens_the_circuit(ops_user: Any) -> None:
    TillsFactory(state="paused", state_reason="Stocktake.", circuit_open_until=NOW)

    commands.resume_connection(slug="tills", by=ops_user, now=NOW)

    tills = Connection.objects.get()
    assert (tills.state, tills.state_reason, tills.circuit_open_until) == ("active", "", None)


def test_who_did_it_and_what_was_before_is_kept(ops_user: Any) -> None:
    TillsFactory()

    commands.pause_connection(slug="tills", by=ops_user, reason="Stocktake.", now=NOW)

    entry = AuditEntry.objects.get()
    assert (entry.before, entry.after) == ({"state": "active"}, {"state": "paused"})
    assert entry.actor_name
