"""The fix in place of an exception: map it, settle it, approve it, or send it again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from integrations import public as hub
from integrations.public import (
    TABLES,
    CommandError,
    Hold,
    Link,
    MappingRow,
    MappingTable,
    Transfer,
    desk,
    mapping_tables,
)
from monitoring import public
from monitoring.kit.clock import now_of
from monitoring.kit.page import Action, person
from monitoring.kit.permissions import Capability, can
from monitoring.pages.mapping_offer import Offer, offer
from monitoring.pages.mapping_reads import (
    capability_for,
    choices_of,
    totals,
    waiting,
)
from monitoring.pages.mappings import urls_of
from monitoring.pages.run_words import Line, run_line
from monitoring.public import ExceptionCase

MOST = 20  # unknown outcomes shown at once
LEVELS = 25  # lines of a before and after


@dataclass(frozen=True)
class Fix:
    """What a person can do about a case right on its page. Only one of the parts is filled."""

    may: bool = False
    allowed_to: str = ""
    table: MappingTable | None = None
    link: Link | None = None
    value: str = ""
    row: MappingRow | None = None  # saved already; what it held up is on its way
    run: Line | None = None
    offer: Offer | None = None
    urls: dict[str, str] = field(default_factory=dict)
    unknown: list[Transfer] = field(default_factory=list)
    levels: list[Hold] = field(default_factory=list)
    held: int = 0
    more: int = 0
    went_through: bool = False  # nothing is held any more; the case closes with the next look
    money: list[Any] = field(default_factory=list)


def fix_of(request: HttpRequest, case: ExceptionCase) -> Fix:
    """Return the fix that fits the case; an empty one when it lies elsewhere."""
    if not case.is_open:
        return Fix()
    holds = open_holds(case)
    first = holds.select_related("link__owner", "link__channel").order_by("opened_at").first()
    if first is None:
        return Fix(went_through=case.records.filter(hold__isnull=False).exists())
    if first.table in TABLES and first.link is not None:
        return _mapping(request, first.link, first)
    if case.type_key == "OUTCOME_UNKNOWN":
        return _unknown(request, holds)
    if case.type_key == "STOCK_WRITE_HELD":
        return _levels(request, holds)
    return _replay(request, holds)


def open_holds(case: ExceptionCase) -> Any:
    return Hold.objects.open().filter(
        caseoccurrence__case=case, caseoccurrence__cleared_at__isnull=True
    )


def _mapping(request: HttpRequest, link: Link, hold: Hold) -> Fix:
    table = mapping_tables(link)[hold.table]
    same = Hold.objects.filter(link=link, table=table.key, subject=hold.subject)
    waits = next(iter(waiting(same)), None)
    wanted = capability_for(table)
    rows = hub.mapping_rows().filter(link=link, table=table.key, source_value__iexact=hold.subject)
    run = desk.latest_run(link, table, hold.subject)
    return Fix(
        may=can(request.user, wanted),
        allowed_to=table.title.lower(),
        table=table,
        link=link,
        value=hold.subject,
        row=rows.order_by("-changed_at").first(),
        run=run_line(run) if run else None,
        offer=offer(request, link, table, waits, choices_of(link, table)) if waits else None,
        urls=urls_of(link, table),
        held=waits.records if waits else 0,
        money=waits.money if waits else [],
    )


def _unknown(request: HttpRequest, holds: Any) -> Fix:
    rows = Transfer.objects.filter(holds__in=holds, state=Transfer.State.UNKNOWN).distinct()
    found = list(rows.select_related("document", "connection").order_by("created_at")[: MOST + 1])
    may = can(request.user, Capability.REPLAY)
    return Fix(may=may, unknown=found[:MOST], held=len(found), more=max(len(found) - MOST, 0))


def _levels(request: HttpRequest, holds: Any) -> Fix:
    rows = holds.select_related("transfer", "link").order_by("opened_at")
    shown = [hold for hold in rows[:LEVELS] if hold.transfer is not None]
    return Fix(
        may=can(request.user, Capability.APPROVE_STOCK_WRITE), levels=shown, held=holds.count()
    )


def _replay(request: HttpRequest, holds: Any) -> Fix:
    pairs = holds.values_list("value", "currency")
    money = totals((value, currency) for value, currency in pairs if currency)
    return Fix(may=can(request.user, Capability.REPLAY), held=len(pairs), money=money)


def _done(
    request: HttpRequest, pk: int, do: Callable[[], Any], words: Callable[[Any], str]
) -> HttpResponse:
    """Do one thing; its sentence or its refusal is said on the case's page."""
    try:
        messages.success(request, words(do()))
    except CommandError as error:
        messages.warning(request, str(error))
    return redirect("exception", pk=pk)


def adopt(request: HttpRequest, pk: int) -> HttpResponse:
    """A person found the record at the target: its number is the outcome."""
    transfer = _transfer(request, pk)
    ref = request.POST.get("external_ref", "")
    return _done(
        request,
        pk,
        lambda: hub.adopt_unknown(
            transfer_id=transfer.pk,
            external_ref=ref,
            by=person(request),
            reason=request.POST.get("reason", ""),
            now=now_of(request),
        ),
        lambda _: f"Taken as sent under {ref.strip()}.",
    )


def again(request: HttpRequest, pk: int) -> HttpResponse:
    """A person looked and it is not there: send it once more."""
    transfer = _transfer(request, pk)
    return _done(
        request,
        pk,
        lambda: hub.send_unknown_again(
            transfer_id=transfer.pk,
            by=person(request),
            reason=request.POST.get("reason", ""),
            now=now_of(request),
        ),
        lambda _: "It will be sent again.",
    )


def _transfer(request: HttpRequest, pk: int) -> Transfer:
    case = get_object_or_404(public.cases(), pk=pk)
    rows = Transfer.objects.filter(holds__in=open_holds(case)).distinct()
    return get_object_or_404(rows, pk=request.POST.get("transfer") or 0)


def approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Let a held publication of stock go, as it was shown."""
    case = get_object_or_404(public.cases(), pk=pk)
    slug = case.link.slug if case.link else ""
    return _done(
        request,
        pk,
        lambda: hub.approve_levels(
            link_slug=slug,
            by=person(request),
            reason=request.POST.get("reason", ""),
            now=now_of(request),
        ),
        lambda count: f"{count:,} stock levels will be sent.",
    )


ACTIONS = (
    Action("exceptions/<int:pk>/adopt/", "exception-adopt", adopt, Capability.REPLAY),
    Action("exceptions/<int:pk>/again/", "exception-again", again, Capability.REPLAY),
    Action(
        "exceptions/<int:pk>/approve/", "exception-approve", approve, Capability.APPROVE_STOCK_WRITE
    ),
)
