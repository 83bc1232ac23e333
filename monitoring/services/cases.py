"""Findings become cases: opened, kept up to date, cleared, reopened. Safe to run twice at once."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from monitoring import registry
from monitoring.findings import Detector, ExceptionType, Finding
from monitoring.models import CaseEvent, DetectorRun, ExceptionCase
from monitoring.services import occurrences
from monitoring.services.figures import figures_in_force
from monitoring.services.matching import Matches, match
from monitoring.services.ownership import Ownership
from monitoring.services.standing import COLUMNS, Standing, changed
from monitoring.services.timeline import append, line
from monitoring.value import Assumptions
from monitoring.words import counted

TRIES = 3  # how often a run starts again because another was faster
CHUNK = 500

_log = logging.getLogger(__name__)

State = ExceptionCase.State
Kind = CaseEvent.Kind


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh did. `failed` names types that could not be looked for."""

    opened: int = 0
    returned: int = 0
    cleared: int = 0
    present: int = 0
    failed: tuple[str, ...] = ()

    def __add__(self, other: "Refreshed") -> "Refreshed":
        return Refreshed(
            self.opened + other.opened,
            self.returned + other.returned,
            self.cleared + other.cleared,
            self.present + other.present,
            self.failed + other.failed,
        )


def refresh_cases(*, now: datetime, types: Iterable[str] | None = None) -> Refreshed:
    """Look for every type, or for `types` at once, and bring the cases up to date.

    Repeating it changes nothing. A detector that fails does not stop the others: its cases stay
    as they were, and after some minutes the failure is a case itself.
    """
    figures = figures_in_force()
    ownership = Ownership.read()
    total = Refreshed()
    for key in registry.DETECTORS if types is None else types:
        detector = registry.DETECTORS[key]
        if types is not None or _is_due(detector.TYPE, now):
            total += _look(detector, now=now, figures=figures, ownership=ownership)
    return total


def _is_due(type: ExceptionType, now: datetime) -> bool:
    if not type.every:
        return True
    recent = DetectorRun.objects.filter(type_key=type.key, checked_at__gt=now - type.every)
    return not recent.exists()


def _look(
    detector: Detector, *, now: datetime, figures: Assumptions, ownership: Ownership
) -> Refreshed:
    key = detector.TYPE.key
    try:
        for _ in range(TRIES):
            done = _look_once(detector, now=now, figures=figures, ownership=ownership)
            if done is not None:
                return done
    except Exception as error:  # one detector must not blind the others; the failure is recorded
        _log.exception("detector failed type=%s", key)
        _record_failure(key, error, now)
        return Refreshed(failed=(key,))
    return Refreshed()  # another run was faster every time: what it wrote is as new as ours


def _look_once(
    detector: Detector, *, now: datetime, figures: Assumptions, ownership: Ownership
) -> Refreshed | None:
    """Read outside the transaction, write inside it; None when somebody wrote meanwhile."""
    type = detector.TYPE
    run, _ = DetectorRun.objects.get_or_create(type_key=type.key)
    facts = detector.gather(now=now, figures=figures)
    findings = detector.detect(facts, now=now, figures=figures)
    with transaction.atomic():
        mine = DetectorRun.objects.filter(pk=run.pk, turns=run.turns).update(
            turns=F("turns") + 1,
            checked_at=now,
            findings=len(findings),
            failing_since=None,
            last_error="",
        )
        if not mine:
            return None
        standing = Standing(now, figures, ownership)
        return _write(type, findings, standing)


def _record_failure(key: str, error: Exception, now: datetime) -> None:
    run = DetectorRun.objects.filter(type_key=key)
    run.update(last_error=f"{type(error).__name__}: {error}"[:300])
    run.filter(failing_since__isnull=True).update(failing_since=now)


def _write(type: ExceptionType, findings: Sequence[Finding], standing: Standing) -> Refreshed:
    now = standing.now
    matches = match(findings, _known(type.key, findings), now=now)
    opened = _open(matches.opening, standing)
    _reopen(matches, standing)
    _wake(matches, now)
    _touch(matches, standing)
    _clear(matches, now)
    found = [*opened, *matches.returning, *matches.staying]
    occurrences.sync(type.key, found, now=now)
    return Refreshed(len(opened), len(matches.returning), len(matches.clearing), len(found))


def _known(type_key: str, findings: Sequence[Finding]) -> list[ExceptionCase]:
    """Cases whose cause may be there, and older ones that these findings bring back."""
    of_type = ExceptionCase.objects.select_related("team").filter(type_key=type_key)
    cases = list(of_type.in_doubt())
    missing = {each.fingerprint for each in findings} - {case.fingerprint for case in cases}
    wanted = sorted(missing)
    for start in range(0, len(wanted), CHUNK):
        batch = wanted[start : start + CHUNK]
        cases += of_type.filter(fingerprint__in=batch)
    return cases


def _open(findings: Sequence[Finding], standing: Standing) -> list[tuple[ExceptionCase, Finding]]:
    pairs = [(standing.new_case(finding), finding) for finding in findings]
    ExceptionCase.objects.bulk_create((case for case, _ in pairs), batch_size=CHUNK)
    append(
        line(
            case,
            Kind.OPENED,
            f"Seen for the first time; belongs to {case.team.name}.",
            at=standing.now,
            team=case.team.code,
            value=str(case.value_at_risk),
        )
        for case, _ in pairs
    )
    return pairs


def _reopen(matches: Matches, standing: Standing) -> None:
    """Each move is conditional on the state it starts from, so a person's click is not undone."""
    for case, finding in matches.returning:
        before = case.state
        standing.begin_again(case, finding)
        moved = ExceptionCase.objects.filter(pk=case.pk, state=before).update(
            state=State.OPEN,
            closed_at=None,
            cause_gone_at=None,
            acknowledged_at=None,
            opened_at=case.opened_at,
            first_action_due=case.first_action_due,
            resolve_due=case.resolve_due,
            reopened=F("reopened") + 1,
        )
        if moved:
            times = counted(case.reopened + 1, "time")
            text = f"Back after it was {before}: its cause is there again. Reopened {times}."
            append([line(case, Kind.REOPENED, text, at=standing.now)])


def _wake(matches: Matches, now: datetime) -> None:
    for case in matches.waking:
        state = State.ACKNOWLEDGED if case.acknowledged_at else State.OPEN
        moved = ExceptionCase.objects.filter(
            pk=case.pk, state=State.SNOOZED, snoozed_until__lte=now
        ).update(state=state, snoozed_until=None)
        if moved:
            text = "The snooze has ended and the cause is still there."
            append([line(case, Kind.WOKE, text, at=now)])


def _touch(matches: Matches, standing: Standing) -> None:
    """Bring figures and owner up to date. Only rows that differ are written."""
    moved, differing = [], []
    for case, finding in (*matches.staying, *matches.returning):
        before, team = changed(case), case.team_id
        standing.describe(case, finding)
        if changed(case) != before:
            differing.append(case)
        if case.team_id != team:
            moved.append(case)
    ExceptionCase.objects.bulk_update(differing, COLUMNS, batch_size=100)
    append(
        line(
            case,
            Kind.ROUTED,
            f"The routing table gives it to {case.team.name} now.",
            at=standing.now,
            team=case.team.code,
        )
        for case in moved
    )
    present = [case.pk for case, _ in (*matches.staying, *matches.returning)]
    for start in range(0, len(present), CHUNK):
        batch = present[start : start + CHUNK]
        ExceptionCase.objects.filter(pk__in=batch).update(last_seen=standing.now)


def _clear(matches: Matches, now: datetime) -> None:
    lines = []
    for case in matches.clearing:
        moved = ExceptionCase.objects.filter(pk=case.pk, closed_at__isnull=True).update(
            state=State.RESOLVED,
            closed_at=now,
            cause_gone_at=now,
            snoozed_until=None,
            occurrences=0,
        )
        if moved:
            text = "Its cause went away: looked for again and not found."
            lines.append(line(case, Kind.CLEARED, text, at=now))
    for case in matches.verifying:
        ExceptionCase.objects.filter(pk=case.pk).update(cause_gone_at=now, occurrences=0)
        text = "Verified: its cause was looked for and is gone."
        lines.append(line(case, Kind.VERIFIED, text, at=now))
    append(lines)
