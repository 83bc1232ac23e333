"""Pausing, resuming and testing a connection."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from integrations import public
from integrations.public import CommandError, Connection
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, person
from monitoring.kit.permissions import Capability


def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Stop sending and reading. What arrives is still kept."""
    words = "is paused. News is kept; nothing is sent until it is resumed."
    return _change(request, pk, public.pause_connection, words)


def resume(request: HttpRequest, pk: int) -> HttpResponse:
    return _change(request, pk, public.resume_connection, "is resumed. What waited goes now.")


def _change(request: HttpRequest, pk: int, command: Callable[..., Any], words: str) -> HttpResponse:
    row = get_object_or_404(Connection, pk=pk)
    reason = request.POST.get("reason", "")
    try:
        command(slug=row.slug, by=person(request), reason=reason, now=now_of(request))
    except CommandError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"{row.label} {words}")
    return redirect("connection", pk=pk)


def test(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask the system once, now: the only page action that waits for a vendor."""
    row = get_object_or_404(Connection, pk=pk)
    probe = public.test_connection(slug=row.slug, by=person(request), now=now_of(request))
    say = messages.success if probe.ok else messages.error
    say(request, f"{row.label}: {probe.sentence}")
    return redirect("connection", pk=pk)


ACTIONS = (
    Action("connections/<int:pk>/pause/", "connection-pause", pause, Capability.PAUSE_FLOW),
    Action("connections/<int:pk>/resume/", "connection-resume", resume, Capability.PAUSE_FLOW),
    Action("connections/<int:pk>/test/", "connection-test", test, Capability.EDIT_CONNECTIONS),
)
