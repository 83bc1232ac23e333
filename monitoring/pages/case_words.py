"""Severities, states and clocks of exceptions in plain words. Pure."""

from datetime import datetime, timedelta

from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring.kit import formats
from monitoring.pages.states import State
from monitoring.public import ExceptionCase

SEVERITIES = {
    "critical": State("Harm now", "wrong"),
    "high": State("Harm soon", "soon"),
    "medium": State("Fix today", "waiting"),
    "low": State("Watch", "unknown"),
}
STATES = {
    "open": State("Nobody has it", "soon"),
    "acknowledged": State("In hand", "waiting"),
    "snoozed": State("Snoozed", "unknown"),
    "resolved": State("Put right", "agrees"),
    "dismissed": State("Dismissed", "unknown"),
}
SHORT = 25  # percent of the time left under which it is tight


def case_state(case: ExceptionCase) -> State:
    """Say where an exception stands: put right and looked for again is more than put right."""
    if case.state == ExceptionCase.State.RESOLVED and not case.verified:
        return State("Said to be put right, being checked", "waiting")
    return STATES[case.state]


def clock_tag(case: ExceptionCase, *, now: datetime) -> SafeString:
    """Show the clock that runs: how much of its time is left, or how long it is over."""
    if not case.is_open:
        return format_html('<span class="faint">{}</span>', case_state(case).word)
    due = case.next_due()
    left, whole = due - now, max(due - case.opened_at, timedelta(seconds=1))
    if left <= timedelta():
        words, tone, used = f"{formats.age(left)} over", "wrong", 100
    else:
        used = min(int((whole - left) * 100 / whole), 100)
        words, tone = formats.age(left), "soon" if 100 - used < SHORT else ""
    return format_html(
        '<span class="clock {}"><progress class="meter meter--{}" max="100" value="{}" '
        'aria-label="Time used"></progress>{}</span>',
        f"tone-{tone}" if tone else "",
        tone,
        used,
        words,
    )
