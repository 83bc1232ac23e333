"""The front door of monitoring: types, cases to read, triage, and how to add a detector."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from monitoring.day_standings import DayKey, DayStanding, register_day_standings
from monitoring.findings import ExceptionType, Finding, Occurrence, Severity, TeamCode
from monitoring.models import (
    CaseEvent,
    CaseOccurrence,
    ExceptionCase,
    ExceptionCaseQuerySet,
    RoutingRule,
    Team,
)
from monitoring.registry import TYPES, register_detectors
from monitoring.routing import Routable, Route
from monitoring.runbooks import Runbook, runbook
from monitoring.services.cases import Refreshed, refresh_cases
from monitoring.services.figures import change_figure, figures_in_force
from monitoring.services.gaps import receipt_gaps, waived_receipts
from monitoring.services.ownership import Ownership
from monitoring.services.routing_rules import (
    RuleLine,
    cases_matching,
    edit_rules,
    replace_rules,
    rules_in_force,
    version_of,
)
from monitoring.services.triage import (
    TriageError,
    acknowledge,
    assign,
    claim,
    comment,
    dismiss,
    move,
    resolve,
    snooze,
    wake,
)
from monitoring.services.undo import Batch, last_batch, undo
from monitoring.value import FIGURES, Assumptions, Figure, Stake

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser, AnonymousUser

TABS = ("mine", "team", "all", "snoozed", "closed")


def cases() -> ExceptionCaseQuerySet:
    """Every case, with what a list shows of it."""
    return ExceptionCase.objects.for_list()


def open_cases() -> ExceptionCaseQuerySet:
    """Cases that are not closed, snoozed ones too."""
    return ExceptionCase.objects.for_list().unresolved()


def cases_in_tab(tab: str, user: "AbstractBaseUser | AnonymousUser") -> ExceptionCaseQuerySet:
    """Cases of one tab of the list, the worst first. An unknown tab raises KeyError."""
    listed = ExceptionCase.objects.for_list()
    tabs = {
        "mine": lambda: listed.of(user).ranked(),
        "team": lambda: listed.of_teams(team_codes(user)).ranked(),
        "all": lambda: listed.queue().ranked(),
        "snoozed": lambda: listed.snoozed().order_by("snoozed_until", "pk"),
        "closed": lambda: listed.filter(closed_at__isnull=False).order_by("-closed_at", "-pk"),
    }
    return tabs[tab]()


def open_counts(user: "AbstractBaseUser | AnonymousUser", codes: Sequence[str]) -> dict[str, int]:
    """Count the open tabs of `user`, who is in the teams `codes`. Each count is out of an index."""
    cases = ExceptionCase.objects
    return {
        "mine": cases.of(user).count(),
        "team": cases.of_teams(codes).count() if codes else 0,
        "all": cases.queue().count(),
        "snoozed": cases.snoozed().count(),
    }


def team_codes(user: "AbstractBaseUser | AnonymousUser") -> list[str]:
    """Return the codes of the teams that `user` belongs to."""
    return list(Team.objects.filter(members=user.pk).values_list("code", flat=True))


def sealing_forbidden_by(store_id: int, on: date, *, besides: Collection[str]) -> list[str]:
    """Titles of open cases that name a receipt of this trading day and forbid its sealing.

    `besides`: the types of the caller's own, which judge the day themselves.
    """
    kinds = [key for key, type in TYPES.items() if "seal" in type.blocks and key not in besides]
    named = CaseOccurrence.objects.filter(
        cleared_at__isnull=True,
        case__closed_at__isnull=True,
        case__type_key__in=kinds,
        document__store=store_id,
        document__business_date=on,
    )
    return list(named.order_by("case_id").values_list("case__title", flat=True).distinct())


def teams() -> QuerySet[Team]:
    return Team.objects.all()


def occurrences(case_id: int) -> QuerySet[CaseOccurrence]:
    """What the case holds up now, oldest first, each with its document and hold."""
    current = CaseOccurrence.objects.filter(case_id=case_id, cleared_at__isnull=True)
    return current.select_related("document", "transfer", "hold", "event").order_by(
        "opened_at", "pk"
    )


def timeline(case_id: int) -> QuerySet[CaseEvent]:
    return CaseEvent.objects.filter(case_id=case_id).select_related("actor")


def similar_cases(case: ExceptionCase) -> ExceptionCaseQuerySet:
    """Closed cases of the same type, the latest first: how such things ended."""
    closed = ExceptionCase.objects.for_list().filter(type_key=case.type_key)
    return closed.filter(closed_at__isnull=False).exclude(pk=case.pk).order_by("-opened_at")


def who_would_own(case: Routable) -> Route:
    """Answer the routing tester: which team, by which rule."""
    return Ownership.read().route(case)


__all__ = [
    "FIGURES",
    "TABS",
    "TYPES",
    "Assumptions",
    "Batch",
    "CaseEvent",
    "CaseOccurrence",
    "DayKey",
    "DayStanding",
    "ExceptionCase",
    "ExceptionCaseQuerySet",
    "ExceptionType",
    "Figure",
    "Finding",
    "Occurrence",
    "Refreshed",
    "Routable",
    "Route",
    "RoutingRule",
    "RuleLine",
    "Runbook",
    "Severity",
    "Stake",
    "Team",
    "TeamCode",
    "TriageError",
    "acknowledge",
    "assign",
    "cases",
    "cases_in_tab",
    "cases_matching",
    "change_figure",
    "claim",
    "comment",
    "dismiss",
    "edit_rules",
    "figures_in_force",
    "last_batch",
    "move",
    "occurrences",
    "open_cases",
    "open_counts",
    "receipt_gaps",
    "refresh_cases",
    "register_day_standings",
    "register_detectors",
    "replace_rules",
    "resolve",
    "rules_in_force",
    "runbook",
    "sealing_forbidden_by",
    "similar_cases",
    "snooze",
    "team_codes",
    "teams",
    "timeline",
    "undo",
    "version_of",
    "waived_receipts",
    "wake",
    "who_would_own",
]


def named_records() -> list[dict[str, int | None]]:
    """Which documents, events and transfers the open cases name."""
    current = CaseOccurrence.objects.filter(cleared_at__isnull=True, case__closed_at__isnull=True)
    rows = current.values_list(
        "document_id", "hold__document_id", "event_id", "hold__event_id", "transfer_id"
    )
    return [
        {"document_id": own or held, "event_id": event or held_event, "transfer_id": transfer}
        for own, held, event, held_event, transfer in rows
    ]
