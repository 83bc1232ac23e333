"""Unknown outcomes: look first, prove an absence twice, and ask a person rather than guess."""

import pytest

from integrations.connectors.errors import AmbiguousError, ConflictError, UnavailableError
from integrations.models import Hold, Transfer
from integrations.services.deliver import deliver
from integrations.services.settle import settle
from tests.factories.integrations import ShipFactory
from tests.fakes import LAG, Worker

pytestmark = pytest.mark.django_db
State = Transfer.State


@pytest.fixture
def transfer(hub: Worker) -> Transfer:
    transfer: Transfer = ShipFactory(operation="take-payment", payload=PAYMENT)
    return transfer


PAYMENT = {
    "transaction_ref": "tills:1001:P0",
    "method_code": "CARD",
    "amount": "12.00",
    "currency": "GBP",
    "paid_at": "2026-03-28T10:00:00Z",
}


def send_and_settle(hub: Worker, transfer: Transfer, *, looks: int) -> Transfer:
    deliver(hub.rt, transfer.connection)
    for _ in range(looks):
        transfer.refresh_from_db()
        hub.clock.at = max(hub.clock.at, transfer.not_before)
        settle(hub.rt, transfer.connection)
    transfer.refresh_from_db()
    return transfer


def test_what_did_land_is_adopted(hub: Worker, transfer: Transfer) -> None:
    hub.ledger.answers = ["lose"]

    send_and_settle(hub, transfer, looks=1)

    assert (transfer.state, transfer.external_ref) == (State.POSTED, "x-1")


def test_what_did_not_land_is_sent_again_after_two_looks(hub: Worker, transfer: Transfer) -> None:
    hub.ledger.answers = [AmbiguousError("No answer came.")]

    after_one = send_and_settle(hub, transfer, looks=1).state
    after_two = send_and_settle(hub, transfer, looks=1).state
    deliver(hub.rt, transfer.connection)

    assert (after_one, after_two) == (State.UNKNOWN, State.READY)
    assert len(hub.ledger.created) == 1


def test_the_second_look_waits_for_the_targets_visibility_lag(
    hub: Worker, transfer: Transfer
) -> None:
    hub.ledger.answers = [AmbiguousError("No answer came.")]

    send_and_settle(hub, transfer, looks=1)

    assert transfer.not_before == hub.clock.at + LAG


def test_while_the_target_is_down_nothing_is_sent_blindly(hub: Worker, transfer: Transfer) -> None:
    hub.ledger.answers = ["lose"]
    deliver(hub.rt, transfer.connection)
    hub.ledger.trouble = UnavailableError("Out of service.")

    send_and_settle(hub, transfer, looks=5)

    assert transfer.state == State.UNKNOWN
    assert len(hub.ledger.created) == 1


def test_an_unclear_answer_is_shown_and_not_guessed(hub: Worker, transfer: Transfer) -> None:
    hub.ledger.answers = ["lose"]
    hub.ledger.unclear = "Two orders carry this reference."

    send_and_settle(hub, transfer, looks=3)

    assert transfer.state == State.UNKNOWN
    assert Hold.objects.open().get().kind == "OUTCOME_UNKNOWN"


def test_a_hold_goes_away_when_a_later_look_finds_it(hub: Worker, transfer: Transfer) -> None:
    hub.ledger.answers = ["lose"]
    hub.ledger.unclear = "Two orders carry this reference."
    send_and_settle(hub, transfer, looks=1)

    hub.ledger.unclear = ""
    send_and_settle(hub, transfer, looks=1)

    assert transfer.state == State.POSTED
    assert not Hold.objects.open().exists()


def test_a_conflict_that_no_look_up_finds_asks_a_person_instead_of_going_in_circles(
    hub: Worker, transfer: Transfer
) -> None:
    hub.ledger.answers = [ConflictError("It exists already.")] * 9

    send_and_settle(hub, transfer, looks=4)

    assert (transfer.state, transfer.attempts) == (State.UNKNOWN, 1)
    assert Hold.objects.open().get().kind == "OUTCOME_UNKNOWN"


def test_a_version_conflict_is_sent_again_and_not_for_ever(hub: Worker) -> None:
    transfer = ShipFactory()
    hub.ledger.answers = [ConflictError("Another version.")] * 9

    for _ in range(5):
        send_and_settle(hub, transfer, looks=2)

    assert (transfer.state, transfer.attempts) == (State.UNKNOWN, 3)


def test_only_one_worker_decides_about_an_unknown_outcome(hub: Worker, transfer: Transfer) -> None:
    hub.ledger.answers = ["lose"]
    deliver(hub.rt, transfer.connection)
    hub.clock.pass_time(seconds=LAG.total_seconds())
    looked: list[int] = []
    find = hub.ledger.look_up

    def meanwhile(intents):
        hub.ledger.look_up = find
        looked.append(settle(hub.another(), transfer.connection))
        return find(intents)

    hub.ledger.look_up = meanwhile

    looked.append(settle(hub.rt, transfer.connection))

    assert looked == [0, 1]
