"""The sandbox as a whole: faults applied before or after the system, and its own control."""

from datetime import timedelta

import pytest

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.faults import ConnectionDropped, FaultScript, TimedOut
from integrations.sandbox.core.http import BadJsonError, Request, write_json
from tests.conftest import NOW
from tests.integrations.sandbox.brightpearl.conftest import ROOT, SYSTEM_APP

ADDRESS = write_json({"addressLine1": "1 Quay"})
CONTACT = Request("POST", f"{ROOT}contact-service/postal-address", headers=SYSTEM_APP, body=ADDRESS)
PROBE = Request("GET", f"{ROOT}integration-service/account-configuration", headers=SYSTEM_APP)


def sandbox(faults="none", **options):
    return Sandbox(ManualClock(NOW), faults=faults, **options)


def applied(box):
    return len(box.brightpearl.world.addresses)


@pytest.mark.parametrize(
    ("fault", "error", "times"),
    [
        ("timeout_applied", TimedOut, 1),
        ("timeout_not_applied", TimedOut, 0),
        ("reset", ConnectionDropped, 1),
    ],
)
def test_a_broken_connection_says_whether_the_request_was_applied(fault, error, times):
    box = sandbox(FaultScript({1: fault}))

    with pytest.raises(error) as broken:
        box.handle(CONTACT)

    assert broken.value.applied is bool(times)
    assert applied(box) == times


@pytest.mark.parametrize(
    ("fault", "status"), [("http_500", 500), ("http_503", 503), ("throttle", 503), ("html", 200)]
)
def test_a_refusal_applies_nothing(fault, status):
    box = sandbox(FaultScript({1: fault}))

    assert box.handle(CONTACT).status == status
    assert applied(box) == 0


def test_a_truncated_answer_is_half_an_answer_to_something_that_was_applied():
    box = sandbox(FaultScript({1: "truncated"}))

    answer = box.handle(CONTACT)

    assert applied(box) == 1
    assert answer.declared_length > len(answer.body)
    with pytest.raises(BadJsonError):
        answer.json()


def test_a_delayed_answer_takes_time_and_is_right():
    waited = []
    box = sandbox(FaultScript({1: "delay"}), pause=waited.append)

    assert box.handle(PROBE).status == 200
    assert waited == [timedelta(milliseconds=1500)]


def test_the_next_request_after_a_scripted_fault_is_served():
    box = sandbox(FaultScript({1: "http_500"}, system="brightpearl"))

    assert [box.handle(PROBE).status for _ in range(2)] == [500, 200]


def test_the_same_seed_gives_the_same_bad_day():
    def day(seed):
        box = sandbox("everything", seed=seed, limits={"brightpearl": {"per_minute": None}})
        return [outcome(box) for _ in range(300)]

    def outcome(box):
        try:
            return box.handle(PROBE).status
        except (TimedOut, ConnectionDropped) as broken:
            return type(broken).__name__

    assert day(1) == day(1)
    assert day(1) != day(2)
    assert day(1).count(200) > 250


def control(box, method, path, body=None):
    path, _, query = path.partition("?")
    pairs = [tuple(pair.split("=")) for pair in query.split("&") if pair]
    raw = b"" if body is None else write_json(body)
    return box.handle(Request(method, f"/_sandbox/{path}", pairs, body=raw))


def test_requests_are_counted_by_system_and_endpoint():
    box = sandbox()
    box.handle(PROBE)

    shown = control(box, "GET", "requests").json()["brightpearl"]

    assert shown["by_endpoint"] == {"GET integration-service/account-configuration": 1}
    assert shown["answers"] == {"200": 1}


def test_the_ledger_can_be_read_from_outside():
    box = sandbox()
    box.ledger.record("sitoo", "level", 7, "k", {"sku": "A"}, NOW)

    shown = control(box, "GET", "ledger?system=sitoo").json()

    assert shown["entries"][0]["payload"] == {"sku": "A"}
    assert control(box, "GET", "ledger?system=brightpearl").json()["entries"] == []


def test_time_can_be_pushed_on():
    box = sandbox()

    control(box, "POST", "advance", {"seconds": 90})

    assert box.clock.now() == NOW + timedelta(seconds=90)


def test_limits_and_faults_can_be_changed_while_running():
    box = sandbox()
    control(box, "POST", "limits", {"brightpearl": {"per_minute": 1}, "latency_ms": 50})
    control(box, "POST", "faults", {"plan": "everything", "seed": 3})

    assert box.latency == timedelta(milliseconds=50)
    control(box, "POST", "faults", {"plan": "none"})
    assert [box.handle(PROBE).status for _ in range(2)] == [200, 503]


@pytest.mark.parametrize(
    ("path", "body"),
    [("faults", {"plan": "some"}), ("limits", {"shopify": {}}), ("advance", {"seconds": "soon"})],
)
def test_a_control_that_cannot_be_obeyed_says_why(path, body):
    answer = control(sandbox(), "POST", path, body)

    assert answer.status == 400
    assert answer.json()["error"]


def test_a_system_that_does_not_exist_is_not_found():
    assert sandbox().handle(Request("GET", "/shopify/orders")).status == 404
