"""What the frame says about the house itself: connection lights and the sentences on top."""

from datetime import datetime, timedelta

from django.http import HttpRequest
from django.urls import reverse

from integrations.public import Connection, Sweep
from monitoring.kit import formats
from monitoring.kit.clock import now_of
from monitoring.kit.frame import Light, Notice, Status
from monitoring.kit.permissions import Capability, can
from monitoring.pages.background import sweep_words
from monitoring.pages.states import State, connection_state
from monitoring.words import listed

SILENT = timedelta(minutes=2)  # the shortest time in which stopped background work must be seen


def status(request: HttpRequest) -> Status:
    """Return the lights and notices: two queries, however many connections there are."""
    if not request.user.is_authenticated:
        return Status()
    now = now_of(request)
    connections = list(Connection.objects.all())
    states = [(connection, connection_state(connection, now=now)) for connection in connections]
    opens = can(request.user, Capability.VIEW_CONNECTIONS)
    lights = [_light(connection, state, now=now, opens=opens) for connection, state in states]
    notices = [_notice(*pair, opens=opens) for pair in states if pair[1].tone in NOTICED]
    return Status(lights, [*_workers(now), *notices])


NOTICED = ("wrong", "waiting")


def _light(connection: Connection, state: State, *, now: datetime, opens: bool) -> Light:
    last = connection.last_success_at
    heard = f"Last answer {formats.relative(last, now=now)}." if last else "No answer yet."
    url = reverse("connection", args=[connection.pk]) if opens else ""
    detail = f"{connection.label} {state.word}. {state.sentence} {heard}"
    return Light(connection.label, state.tone, state.word, detail, url)


def _notice(connection: Connection, state: State, *, opens: bool) -> Notice:
    text = f"{connection.label}: {state.sentence} What is meant for it is kept until it answers."
    url = reverse("connection", args=[connection.pk]) if opens else ""
    return Notice(text, state.tone, url, "See the connection" if url else "")


def _workers(now: datetime) -> list[Notice]:
    """Say that the background work stands still; else which of its lanes does. One query."""
    sweeps = list(Sweep.objects.all())
    finished = max((each.finished_at for each in sweeps if each.finished_at), default=None)
    if finished is None:
        return [Notice("The background work has not started yet, so nothing moves.", "wrong")]
    if now - finished >= SILENT:
        words = formats.relative(finished, now=now)
        text = f"The background work last ran {words}. What you see may be old; nothing is lost."
        return [Notice(text, "wrong")]
    late = [each for each in sweeps if _stands_still(each, now=now)]
    return [_lanes(late)] if late else []


def _stands_still(sweep: Sweep, *, now: datetime) -> bool:
    """Due for too long, and nobody is at it."""
    at_work = sweep.leased_until is not None and sweep.leased_until > now
    return not at_work and now - sweep.due_at > SILENT


def _lanes(late: list[Sweep]) -> Notice:
    words = [" ".join(sweep_words(each.name)).strip() for each in late]
    text = f"This has not run for more than two minutes: {listed(words)}. What it feeds may be old."
    return Notice(text, "soon")
