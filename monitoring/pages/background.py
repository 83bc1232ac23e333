"""The background work behind the flows: when each piece ran, and running it now."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from integrations import public
from integrations.public import CommandError, Sweep
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, person
from monitoring.kit.permissions import Capability
from monitoring.pages.states import State

LATE = timedelta(minutes=2)
WORDS = {
    "heartbeat": "Sign of life",
    "intake": "Read news",
    "plan": "Check and prepare",
    "deliver": "Send",
    "publish": "Work out stock levels",
    "settle": "Settle unknown outcomes",
    "stock": "Read stock",
    "housekeep": "Tidy up",
    "choices": "Read lists of values",
    "watch": "Look for exceptions",
    "tally": "Count what was sent",
    "remember": "Keep figures and facts",
    "notice": "Note who must be told",
    "tell": "Tell the teams",
    "journals": "Build day journals",
}


@dataclass(frozen=True)
class Work:
    """One periodic piece of work, as its row shows it."""

    sweep: Sweep
    words: str
    about: str
    state: State


def background(*, now: datetime) -> list[Work]:
    """Return every periodic piece of work with its state. One query."""
    return [_work(sweep, now=now) for sweep in public.sweeps()]


def _work(sweep: Sweep, *, now: datetime) -> Work:
    words, about = sweep_words(sweep.name)
    return Work(sweep, words, about, _state(sweep, now=now))


def sweep_words(name: str) -> tuple[str, str]:
    """Return what a sweep does in words, and what it does it for (empty: for everything)."""
    kind, _, about = name.partition(":")
    return WORDS.get(kind, kind.capitalize()), about


def _state(sweep: Sweep, *, now: datetime) -> State:
    if sweep.leased_until and sweep.leased_until > now:
        return State("Running", "waiting")
    if sweep.last_error:
        return State("Failed last time", "wrong", sweep.last_error)
    if now - sweep.due_at > LATE:
        return State("Late", "soon", "It is due and has not started.")
    if sweep.finished_at is None:
        return State("Not run yet", "unknown")
    return State("On time", "agrees")


def run(request: HttpRequest) -> HttpResponse:
    """Make one piece of work due at once."""
    try:
        public.run_flow(
            sweep_name=request.POST.get("name", ""), by=person(request), now=now_of(request)
        )
    except CommandError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, "It runs now. The page shows it within seconds.")
    return redirect("flows")


RUN = Action("flows/run/", "flow-run", run, Capability.RUN_FLOW)
