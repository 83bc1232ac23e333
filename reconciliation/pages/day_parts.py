"""What the page of a day reads beside its figures: explanations, late sales, cases, history."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from monitoring import public as monitoring
from monitoring.kit.formats import money
from monitoring.kit.permissions import Capability, can
from reconciliation.content import DayContent
from reconciliation.figures import Variance
from reconciliation.journals import UnbalancedError, UnmappedAccountError
from reconciliation.models import LateItem, ReasonCode, SignOff, StoreDay, VarianceNote
from reconciliation.pages.forms import ExplainForm
from reconciliation.services import DayError, LatePreview, late_preview

if TYPE_CHECKING:
    from django.contrib.auth.models import User

CASES = 20
STEPS = {
    SignOff.Step.PREPARED: ("prepared the day", "waiting"),
    SignOff.Step.SENT_BACK: ("sent it back", "soon"),
    SignOff.Step.SIGNED: ("signed the day", "agrees"),
    SignOff.Step.REOPENED: ("reopened the day", "soon"),
}
STANDING = (SignOff.Step.PREPARED, SignOff.Step.SIGNED)
DECISIONS = {
    LateItem.Decision.REOPEN: "decided to reopen the day for {}",
    LateItem.Decision.POST_TODAY: "decided to post {} on an open day",
}


@dataclass(frozen=True)
class Difference:
    """One variance, the explanation that holds for it, and the form to give one."""

    variance: Variance
    note: VarianceNote | None
    is_open: bool  # nobody has explained this amount, and no tolerance takes it
    form: ExplainForm | None


@dataclass(frozen=True)
class Event:
    """One line of a day's history."""

    at: datetime
    who: str
    did: str
    said: str
    tone: str


def name_of(user: "User") -> str:
    return user.get_full_name() or user.get_username()


def notes_of(day: StoreDay) -> list[VarianceNote]:
    """Return every explanation that the day ever had, oldest first. One query."""
    return list(day.notes.select_related("reason", "by"))


def differences(
    day: StoreDay,
    content: DayContent,
    notes: Sequence[VarianceNote],
    *,
    user: "User",
    sent: ExplainForm | None = None,
) -> list[Difference]:
    """Pair each variance with its newest explanation. One query at most.

    `sent` is a form that was not accepted: it comes back with what was typed.
    """
    newest = {note.key: note for note in notes}
    may = can(user, Capability.PREPARE_DAY) and day.state in EXPLAINABLE
    codes = reasons() if may and content.variances else []

    def form(key: str) -> ExplainForm:
        return sent if sent and sent.about == key else ExplainForm(codes=codes, key=key)

    return [
        Difference(
            variance=each,
            note=newest.get(each.key),
            is_open=each.key in content.unexplained,
            form=form(each.key) if may else None,
        )
        for each in content.variances
    ]


EXPLAINABLE = (
    StoreDay.State.COLLECTING,
    StoreDay.State.VARIANCE,
    StoreDay.State.READY,
    StoreDay.State.REOPENED,
)


def reasons() -> list[tuple[str, str]]:
    return list(ReasonCode.objects.filter(is_active=True).values_list("code", "label"))


def late_choice(day: StoreDay, *, now: datetime) -> tuple[LatePreview | None, str]:
    """Return both ways to take late receipts, or why neither can be shown."""
    if not day.late:
        return None, ""
    try:
        return late_preview(day, now=now), ""
    except (DayError, UnmappedAccountError, UnbalancedError) as error:
        return None, str(error)


def open_cases(day: StoreDay) -> list[Any]:
    """Return the open exceptions that hold up records of this day. One query."""
    held = monitoring.CaseOccurrence.objects.filter(
        cleared_at=None,
        document__store_code=day.store_code,
        document__business_date=day.business_date,
    )
    return list(monitoring.open_cases().filter(pk__in=held.values("case")).ranked()[:CASES])


def steps_of(day: StoreDay) -> list[SignOff]:
    """Return every step of the day's sign-offs, oldest first. One query."""
    return list(day.steps.select_related("by"))


def standing(day: StoreDay, steps: Sequence[SignOff]) -> list[SignOff]:
    """Return the steps that hold now: none before it is prepared, none that was sent back."""
    if day.state not in (StoreDay.State.PREPARED, StoreDay.State.SIGNED):
        return []
    latest = {each.step: each for each in steps if each.round == day.round}
    return [latest[step] for step in STANDING if step in latest]


def history(day: StoreDay, steps: Sequence[SignOff], notes: Sequence[VarianceNote]) -> list[Event]:
    """Return who did what with the day, the newest first. One query."""
    taken = [Event(each.at, name_of(each.by), *_did(each)) for each in steps]
    said = [
        Event(
            n.at,
            name_of(n.by),
            f"explained {money(n.amount, n.currency)}",
            f"{n.reason.label}. {n.text}",
            "waiting",
        )
        for n in notes
    ]
    decided = [
        Event(
            item.decided_at,
            name_of(item.decided_by),
            DECISIONS[LateItem.Decision(item.decision)].format(item.number),
            item.reason,
            "waiting",
        )
        for item in day.late_items.exclude(decision="").select_related("decided_by")
        if item.decided_at and item.decided_by
    ]
    return sorted([*taken, *said, *decided], key=lambda event: event.at, reverse=True)


def _did(step: SignOff) -> tuple[str, str, str]:
    did, tone = STEPS[SignOff.Step(step.step)]
    return did, step.statement, tone
