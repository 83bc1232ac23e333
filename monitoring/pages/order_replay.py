"""Sending several orders again: first what that would do, then the replay itself."""

from collections.abc import Iterable
from decimal import Decimal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from integrations import public as hub
from integrations.public import ReplayPreview, Verdict
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability
from monitoring.pages.mapping_reads import totals
from monitoring.pages.states import State
from monitoring.words import counted

MOST = 200  # orders of one replay: more is a cause, and a cause is mended once
WORDS = {
    Verdict.GOES: State("Goes again", "agrees", "Read at its source, and sent if nothing changed."),
    Verdict.CHANGED: State("Changed since", "soon", "Its newer version is checked instead."),
    Verdict.KEPT: State("Not by this door", "waiting", "It is approved where its mapping is."),
    Verdict.LOST: State("Not known there", "wrong", "Asked again; sent only if it is back."),
    Verdict.SETTLED: State("Nothing to send", "unknown", "It does not wait for anybody."),
}


def preview(request: HttpRequest) -> HttpResponse:
    """Show what would be sent again. Nothing happens by looking."""
    found = hub.preview_replay(_ids(request.GET.getlist("pk")))
    sending = [each for each in found if each.hold_ids]
    context = {
        "page": PAGE,
        "rows": [(each, WORDS[each.verdict]) for each in found],
        "sending": len(sending),
        "money": _money(sending),
        "stores": len({each.document.store_code for each in sending}),
        "days": len({each.document.business_date for each in sending}),
        "lines": [(WORDS[verdict], count) for verdict, count in _counts(found)],
    }
    partial = "monitoring/partials/_order_replay.html"
    return render(request, "monitoring/order_replay.html", context, partial=partial)


def _ids(texts: Iterable[str]) -> list[int]:
    return [int(text) for text in list(texts)[:MOST] if text.isascii() and text.isdigit()]


def _money(found: Iterable[ReplayPreview]) -> list[tuple[Decimal, str]]:
    return totals((each.document.gross, each.document.currency) for each in found)


def _counts(found: Iterable[ReplayPreview]) -> list[tuple[Verdict, int]]:
    verdicts = [each.verdict for each in found]
    return [(each, verdicts.count(each)) for each in Verdict if each in verdicts]


def replay(request: HttpRequest) -> HttpResponse:
    """Ask the source how each is now, and send what is unchanged. Twice changes nothing."""
    found = hub.preview_replay(_ids(request.POST.getlist("pk")))
    sending = [each for each in found if each.hold_ids]
    if sending:
        hub.replay_holds(
            hold_ids=[pk for each in sending for pk in each.hold_ids],
            by=person(request),
            reason=request.POST.get("reason", ""),
            now=now_of(request),
        )
        sent = counted(len(sending), "order")
        messages.success(request, f"{sent} asked for: the source is read before anything is sent.")
    if len(sending) < len(found):
        rest = counted(len(found) - len(sending), "order")
        messages.warning(request, f"{rest} left as they are: nothing may be sent again by hand.")
    if not found:
        messages.warning(request, "Nothing was ticked, so nothing was changed.")
    return redirect("orders")


PAGE = Page(
    path="orders/replay/",
    name="orders-replay",
    title="Send again",
    view=preview,
    capability=Capability.REPLAY,
    section="Orders",
    actions=(Action("orders/replay/send/", "orders-send-again", replay, Capability.REPLAY),),
)
