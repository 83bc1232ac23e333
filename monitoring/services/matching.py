"""Findings against known cases: what opens, stays, comes back or goes away. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from monitoring.findings import Finding
from monitoring.models import ExceptionCase

State = ExceptionCase.State


@dataclass(slots=True)
class Matches:
    """What a refresh does. Each finding is in exactly one of `opening`, `returning`, `staying`."""

    opening: list[Finding] = field(default_factory=list)
    returning: list[tuple[ExceptionCase, Finding]] = field(default_factory=list)
    staying: list[tuple[ExceptionCase, Finding]] = field(default_factory=list)
    waking: list[ExceptionCase] = field(default_factory=list)  # also in `staying`
    clearing: list[ExceptionCase] = field(default_factory=list)  # open, and the cause is gone
    verifying: list[ExceptionCase] = field(default_factory=list)  # closed, and the cause is gone


def match(findings: Iterable[Finding], known: Iterable[ExceptionCase], *, now: datetime) -> Matches:
    """Compare what is wrong now with what was known. `known` holds every case in doubt of the type.

    Two findings with one fingerprint are one cause: the first is taken.
    """
    cases = {case.fingerprint: case for case in known}
    matches = Matches()
    seen = set()
    for finding in findings:
        if finding.fingerprint in seen:
            continue
        seen.add(finding.fingerprint)
        _place(finding, cases.get(finding.fingerprint), matches, now)
    for case in cases.values():
        if case.fingerprint not in seen and case.cause_gone_at is None:
            (matches.verifying if case.closed_at else matches.clearing).append(case)
    return matches


def _place(finding: Finding, case: ExceptionCase | None, matches: Matches, now: datetime) -> None:
    if case is None:
        matches.opening.append(finding)
    elif _is_back(case, finding):
        matches.returning.append((case, finding))
    else:
        matches.staying.append((case, finding))
        if case.snoozed_until is not None and case.snoozed_until <= now:
            matches.waking.append(case)


def _is_back(case: ExceptionCase, finding: Finding) -> bool:
    """Closed with the cause still there is not closed; dismissed is, until something new comes."""
    if case.closed_at is None:
        return False
    if case.state == State.DISMISSED and case.cause_gone_at is None:
        return finding.newest is not None and finding.newest > case.closed_at
    return True
