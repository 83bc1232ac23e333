"""Webhooks leave in time, in order where that is promised, and by each vendor's retry rules."""

from datetime import timedelta

import pytest

from integrations.sandbox.core.faults import FaultScript
from integrations.sandbox.core.webhooks import HookQueue, Lane, OutgoingCall, RetryRules
from tests.conftest import NOW

SECOND = timedelta(seconds=1)


class Receiver:
    """Answers with the given statuses, then 200."""

    def __init__(self, *statuses):
        self.bodies = []
        self._statuses = list(statuses)

    def __call__(self, call):
        self.bodies.append(call.body.decode())
        return self._statuses.pop(0) if self._statuses else 200


def lane(**options):
    def render(items):
        return OutgoingCall("POST", "http://127.0.0.1/", {}, "+".join(items).encode())

    return Lane("sitoo", "one", render, **options)


RETRY = RetryRules((SECOND, 5 * SECOND), lambda status: status in (None, 503))


def queue_of(*items, lane, faults=None):
    queue = HookQueue(faults)
    for item in items:
        queue.enqueue_item(lane, item, NOW)
    return queue


def test_nothing_leaves_before_its_time():
    queue, receiver = HookQueue(), Receiver()
    queue.enqueue("http://127.0.0.1/", {}, b"hello", NOW + SECOND)

    assert queue.pump(receiver, NOW) == 0
    assert queue.pump(receiver, NOW + SECOND) == 1
    assert receiver.bodies == ["hello"]


def test_items_of_a_lane_travel_in_batches():
    receiver = Receiver()

    queue_of("a", "b", "c", lane=lane(max_batch=2)).pump(receiver, NOW)

    assert receiver.bodies == ["a+b", "c"]


def test_an_ordered_lane_waits_for_the_call_that_failed():
    queue, receiver = queue_of("a", "b", lane=lane(ordered=True, retries=RETRY)), Receiver(503)

    queue.pump(receiver, NOW)
    queue.pump(receiver, NOW + SECOND)
    queue.pump(receiver, NOW + SECOND)

    assert receiver.bodies == ["a", "a", "b"]


def test_an_unordered_lane_goes_on_past_a_failure():
    queue, receiver = queue_of("a", "b", lane=lane(retries=RETRY)), Receiver(503)

    queue.pump(receiver, NOW)
    queue.pump(receiver, NOW + SECOND)

    assert receiver.bodies == ["a", "b", "a"]


def test_a_call_is_dropped_when_the_waits_are_used_up():
    queue, receiver = queue_of("a", lane=lane(retries=RETRY)), Receiver(503, None, 503)

    for wait in range(20):
        queue.pump(receiver, NOW + wait * SECOND)

    assert receiver.bodies == ["a", "a", "a"]
    assert queue.counts["dropped"] == 1
    assert queue.pending() == 0


def test_an_answer_that_deserves_no_retry_drops_the_call():
    queue, receiver = queue_of("a", lane=lane(retries=RETRY)), Receiver(400)

    queue.pump(receiver, NOW)

    assert queue.pending() == 0


@pytest.mark.parametrize(
    ("fault", "seen"),
    [("lose", ["b"]), ("duplicate", ["a", "b", "a"]), ("reorder", ["b", "a"])],
)
def test_a_fault_on_the_first_webhook_changes_what_arrives(fault, seen):
    queue = queue_of("a", "b", lane=lane(ordered=True), faults=FaultScript(hooks={1: fault}))
    receiver = Receiver()

    for wait in range(5):
        queue.pump(receiver, NOW + wait * SECOND)

    assert receiver.bodies == seen


def test_the_queue_says_when_its_next_call_is_due():
    queue = HookQueue()
    queue.enqueue("http://127.0.0.1/", {}, b"", NOW + SECOND)

    assert queue.next_due() == NOW + SECOND
