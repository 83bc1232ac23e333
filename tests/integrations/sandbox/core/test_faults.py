"""Faults are decided from the seed, stay bounded, and are acted out where they happen."""

import pytest

from integrations.sandbox.core.faults import (
    Boundary,
    Everything,
    Fault,
    FaultScript,
    HookFault,
    NoFaults,
    named_plan,
)


def decisions(plan, count=5000):
    return [plan.decide(Boundary(n, "sitoo", n, "GET /")) for n in range(1, count + 1)]


def test_the_same_seed_breaks_the_same_requests():
    assert decisions(Everything(7)) == decisions(Everything(7))
    assert decisions(Everything(7)) != decisions(Everything(8))


def test_everything_uses_every_kind_of_fault():
    assert {fault for fault in decisions(Everything(7)) if fault} == set(Fault)


def test_everything_leaves_most_requests_alone():
    broken = [fault for fault in decisions(Everything(7)) if fault]

    assert len(broken) < 5000 * Everything.PER_MILLE * 2 // 1000


def test_a_third_request_in_a_row_is_never_broken():
    broken = [fault is not None for fault in decisions(Everything(7), 50_000)]

    assert not any(all(broken[i : i + 3]) for i in range(len(broken) - 2))


def test_everything_troubles_webhooks_too():
    hooks = {Everything(7).decide_hook("sitoo", n) for n in range(1, 2000)}

    assert hooks == {None, *HookFault}


def test_a_script_breaks_exactly_the_request_it_names():
    script = FaultScript({3: "reset"})

    assert [fault for fault in decisions(script, 5)] == [None, None, Fault.RESET, None, None]


def test_a_script_for_one_system_leaves_the_others_alone():
    script = FaultScript({1: "html"}, system="brightpearl")

    assert script.decide(Boundary(1, "sitoo", 1, "")) is None
    assert script.decide(Boundary(9, "brightpearl", 1, "")) is Fault.HTML


def test_an_unknown_plan_is_refused_by_name():
    with pytest.raises(ValueError, match="no fault plan called 'some'"):
        named_plan("some", seed=1)


def test_nothing_is_broken_without_a_plan():
    assert set(decisions(NoFaults(), 100)) == {None}
