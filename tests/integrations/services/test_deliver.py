"""Sending: once, in order of urgency, with each item ending in its own state."""

from datetime import timedelta

import pytest

from integrations.connectors.errors import (
    RejectedError,
    SchemaChangedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.models import Connection, Hold, Transfer
from integrations.services.claim import LEASE, claim_due, expire_leases
from integrations.services.deliver import deliver
from integrations.services.outcomes import BACKOFF
from integrations.services.settle import settle
from tests.conftest import NOW
from tests.factories.integrations import DocumentFactory, ShipFactory, TillsFactory, TransferFactory
from tests.fakes import LAG, Worker

pytestmark = pytest.mark.django_db
State = Transfer.State


def now_of(transfer: Transfer) -> Transfer:
    transfer.refresh_from_db()
    return transfer


def test_an_accepted_effect_is_posted_with_the_targets_own_number(hub: Worker) -> None:
    transfer = ShipFactory()

    deliver(hub.rt, transfer.connection)

    assert now_of(transfer).state == State.POSTED
    assert transfer.external_ref == "x-1"


def test_a_document_is_posted_when_its_last_effect_is(hub: Worker) -> None:
    document = DocumentFactory()
    transfer = ShipFactory(document=document)
    ShipFactory(document=document, not_before=NOW + timedelta(minutes=1))

    deliver(hub.rt, transfer.connection)
    document.refresh_from_db()
    first = document.state
    hub.clock.pass_time(minutes=1)
    deliver(hub.rt, transfer.connection)
    document.refresh_from_db()

    assert (first, document.state) == ("posting", "posted")


def test_delivering_twice_sends_once(hub: Worker) -> None:
    transfer = TransferFactory()

    deliver(hub.rt, transfer.connection)
    deliver(hub.rt, transfer.connection)

    assert len(hub.tills.created) == 1


def test_of_two_workers_only_one_gets_a_transfer(hub: Worker) -> None:
    transfer = TransferFactory()

    first = claim_due(hub.rt, transfer.connection, limit=10)
    second = claim_due(hub.another(), transfer.connection, limit=10)

    assert (len(first), len(second)) == (1, 0)


def test_what_waits_for_another_effect_cannot_be_claimed(hub: Worker) -> None:
    transfer = TransferFactory(waiting=True)

    deliver(hub.rt, transfer.connection)

    assert hub.tills.created == []


def test_urgent_work_goes_first_and_old_bulk_work_is_not_starved(hub: Worker) -> None:
    bulk_of_now = TransferFactory(lane=Transfer.Lane.CATALOGUE)
    sale_of_now = TransferFactory(lane=Transfer.Lane.SALES)
    old = NOW - timedelta(seconds=Transfer.Lane.CATALOGUE)
    bulk_of_before = TransferFactory(lane=Transfer.Lane.CATALOGUE, created_at=old)

    deliver(hub.rt, sale_of_now.connection)

    keys = [intent.key for intent in hub.tills.created]
    assert keys == [bulk_of_before.key, sale_of_now.key, bulk_of_now.key]


def test_one_refused_item_of_a_batch_does_not_hold_its_neighbours(hub: Worker) -> None:
    refused, accepted = TransferFactory(), TransferFactory()
    hub.tills.answers = [RejectedError("It says no.")]

    deliver(hub.rt, accepted.connection)

    assert now_of(accepted).state == State.POSTED
    assert now_of(refused).state == State.HELD
    assert Hold.objects.open().get().sentence == "It says no."


def test_a_refusal_is_never_retried(hub: Worker) -> None:
    transfer = TransferFactory()
    hub.tills.answers = [RejectedError("It says no.")]

    deliver(hub.rt, transfer.connection)
    hub.clock.pass_time(days=1)
    deliver(hub.rt, transfer.connection)

    assert (hub.tills.created, now_of(transfer).attempts) == ([], 1)


def test_an_answer_of_another_shape_names_the_field_and_holds_only_that_record(
    hub: Worker,
) -> None:
    odd, fine = TransferFactory(), TransferFactory()
    hub.tills.answers = [SchemaChangedError("It is not a number any more.", field="items[0].id")]

    deliver(hub.rt, fine.connection)

    assert Hold.objects.get(transfer=odd).field == "items[0].id"
    assert now_of(fine).state == State.POSTED


def test_an_outage_is_waited_out_longer_each_time_and_then_a_person_is_asked(hub: Worker) -> None:
    transfer = TransferFactory()
    waits = []

    for _ in range(len(BACKOFF) + 1):
        hub.tills.answers = [UnavailableError("Out of service.")]
        deliver(hub.rt, transfer.connection)
        waits.append(now_of(transfer).not_before - hub.clock.at)
        hub.clock.at = max(transfer.not_before, hub.clock.at)

    assert waits[:-1] == sorted(waits[:-1])
    assert all(wait >= least for wait, least in zip(waits, BACKOFF, strict=False))
    assert transfer.state == State.HELD


def test_two_records_of_one_outage_do_not_come_back_at_the_same_moment(hub: Worker) -> None:
    transfers = TransferFactory.create_batch(5)
    hub.tills.answers = [UnavailableError("Out of service.")] * 5

    deliver(hub.rt, transfers[0].connection)

    assert len({now_of(transfer).not_before for transfer in transfers}) > 1


def test_throttling_uses_up_nobodys_attempts_and_rests_the_lane(hub: Worker) -> None:
    transfer = TransferFactory()
    hub.tills.trouble = ThrottledError("Too many.", retry_after=timedelta(seconds=30))

    _, rest_until = deliver(hub.rt, transfer.connection)

    assert rest_until == NOW + timedelta(seconds=30)
    assert (now_of(transfer).state, transfer.attempts) == (State.READY, 0)


def test_an_expired_credential_pauses_the_lane_as_one_trouble_and_fails_nobody(
    hub: Worker,
) -> None:
    transfers = TransferFactory.create_batch(3)
    hub.tills.trouble = UnauthorisedError("The token has expired.")

    _, rest_until = deliver(hub.rt, transfers[0].connection)

    tills = Connection.objects.get(slug="tills")
    assert (tills.trouble, tills.circuit_open_until) == ("unauthorised", rest_until)
    assert {(now_of(t).state, t.attempts) for t in transfers} == {(State.READY, 0)}
    assert not Hold.objects.exists()


def test_a_lost_reply_does_not_create_a_second_record(hub: Worker) -> None:
    transfer = ShipFactory()
    hub.ledger.answers = ["lose"]

    deliver(hub.rt, transfer.connection)
    deliver(hub.rt, transfer.connection)  # nothing is sent while the outcome is unknown
    hub.clock.pass_time(seconds=LAG.total_seconds())
    settle(hub.rt, transfer.connection)

    assert now_of(transfer).state == State.POSTED
    assert len(hub.ledger.created) == 1


def test_a_zombies_late_answer_is_refused(hub: Worker) -> None:
    transfer = ShipFactory()

    def meanwhile() -> None:
        hub.clock.pass_time(seconds=LEASE.total_seconds() + 1)
        expire_leases(hub.another())

    hub.ledger.during_send = meanwhile

    deliver(hub.rt, transfer.connection)

    assert now_of(transfer).state == State.UNKNOWN
    assert transfer.external_ref == ""


def test_after_a_crash_while_sending_the_outcome_is_unknown(hub: Worker) -> None:
    transfer = ShipFactory()
    hub.ledger.during_send = lambda: (_ for _ in ()).throw(KeyboardInterrupt)

    with pytest.raises(KeyboardInterrupt):
        deliver(hub.rt, transfer.connection)
    hub.clock.pass_time(minutes=1)
    expire_leases(hub.rt)

    assert now_of(transfer).state == State.UNKNOWN


def test_after_a_crash_before_sending_it_is_simply_due_again(hub: Worker) -> None:
    transfer = ShipFactory()
    claim_due(hub.rt, transfer.connection, limit=1)

    hub.clock.pass_time(minutes=1)
    expire_leases(hub.rt)

    assert now_of(transfer).state == State.READY


def test_a_claim_that_expired_before_sending_sends_nothing(hub: Worker) -> None:
    transfer = TransferFactory()
    tills = TillsFactory()
    claimed = claim_due(hub.rt, tills, limit=1)
    hub.clock.pass_time(minutes=1)
    expire_leases(hub.rt)

    deliver(hub.another(), tills)

    assert len(hub.tills.created) == 1
    assert now_of(transfer).lease_token != claimed[0].lease_token
