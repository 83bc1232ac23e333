"""How complete the mapping tables are, their versions, and what saving them let go."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import Count, Sum
from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel

from integrations import public
from integrations.api.kit import (
    ApiError,
    Given,
    Id,
    Listing,
    Money,
    Name,
    Operation,
    Paging,
    Reason,
    Scope,
    caller,
    choice,
    dropped,
    listing,
    money,
    named,
    one,
)
from integrations.public import MappingChange, desk
from monitoring.api.mappings import pair_of
from monitoring.kit.clock import now_of
from monitoring.kit.permissions import Capability
from monitoring.pages.mapping_reads import MONEY_TABLES

RunState = Annotated[desk.ReplayRun.State, choice(desk.ReplayRun.State)]


class UnmappedValue(BaseModel):
    """A value that holds records up; a record counts once for each value that it waits for."""

    source_value: str
    records: int
    money: list[Money]
    since: datetime | None


class CoverageShape(BaseModel):
    """Values seen in the last 90 days; `share` is the percent of them that are mapped.

    `counted_at` null: not counted yet, and nothing is called unused.
    """

    seen: int
    mapped: int
    share: int | None
    seen_money: list[Money]
    mapped_money: list[Money]
    unmapped: list[UnmappedValue]
    unused: list[int]
    counted_at: datetime | None


class ChangeShape(BaseModel):
    """One row in one save; the rows of a save share its `version`. `after` null: removed."""

    id: int
    version: int
    source_value: str
    effective_from: date | None
    before: dict[str, str] | None
    after: dict[str, str] | None
    at: datetime
    by: str
    reason: str


class ReplayFilters(Paging):
    link: Name | None = None
    state: RunState | None = None


class ReplayRow(BaseModel):
    """What one save let go. `content_hash` names what an approval is about."""

    id: int
    link: str
    table: str
    values: list[str]
    state: RunState
    reason: str
    content_hash: str
    asked_by: str
    asked_at: datetime
    decided_by: str
    decided_at: datetime | None
    ended_at: datetime | None


class ReplayStory(ReplayRow):
    """With its records by outcome; `open` ones have none yet."""

    records: int
    money: list[Money]
    outcomes: dict[str, int]


class Approval(Given):
    """`content_hash` as it was read: an edit in between makes another, and is refused."""

    content_hash: Name


class Refusal(Given):
    reason: Reason


def read_coverage(request: HttpRequest, link: Name, table: Name) -> CoverageShape:
    """How complete a table is, what waits for a row, and which rows nothing uses."""
    pair = pair_of(link, table)
    found = desk.coverage(pair[0], pair[1].key)
    return CoverageShape(
        seen=found.seen,
        mapped=found.mapped,
        share=found.share,
        seen_money=_monies(found.seen_money),
        mapped_money=_monies(found.mapped_money),
        unmapped=[
            UnmappedValue(
                source_value=each.source_value,
                records=each.records,
                money=_monies(each.value),
                since=each.first_seen,
            )
            for each in found.unmapped
        ],
        unused=[row.pk for row in found.unused],
        counted_at=found.counted_at,
    )


def list_mapping_changes(
    request: HttpRequest, link: Name, table: Name, filters: Query[Paging]
) -> Listing[ChangeShape]:
    """Every change of a table in the order of their ids; nothing is ever left out."""
    pair = pair_of(link, table)
    rows = public.mapping_changes().filter(link=pair[0], table=pair[1].key)
    return listing(Listing[ChangeShape], rows, filters, _change)


def list_replays(request: HttpRequest, filters: Query[ReplayFilters]) -> Listing[ReplayRow]:
    """What saves let go, in the order of their ids."""
    wanted: dict[str, object] = {"state": filters.state}
    if filters.link:
        wanted["link"] = named(public.links(), filters.link, by="slug", field="link")
    rows = desk.runs().filter(**dropped(wanted)).select_related("link")
    return listing(Listing[ReplayRow], rows, filters, lambda run: ReplayRow(**_run(run)))


def read_replay(request: HttpRequest, replay_id: Id) -> ReplayStory:
    """One replay with its records counted by outcome."""
    return _story(one(desk.runs().select_related("link"), replay_id, "replay"))


def approve_replay(request: HttpRequest, replay_id: Id, given: Approval) -> ReplayStory:
    """Let go what waits for a second person. 409 with the reason when you are not one."""
    try:
        run = desk.approve(
            run_id=replay_id,
            seen=given.content_hash,
            by=caller(request).user,
            now=now_of(request),
        )
    except desk.RunError as error:
        raise ApiError(409, str(error)) from error
    return _story(run)


def refuse_replay(request: HttpRequest, replay_id: Id, given: Refusal) -> ReplayStory:
    """Do not let it go; the mapping stays as saved, what waits goes on waiting."""
    try:
        run = desk.refuse(
            run_id=replay_id, by=caller(request).user, reason=given.reason, now=now_of(request)
        )
    except desk.RunError as error:
        raise ApiError(409, str(error)) from error
    return _story(run)


def _monies(value: Mapping[str, Decimal]) -> list[Money]:
    return [money(amount, currency) for currency, amount in sorted(value.items())]


def _change(row: MappingChange) -> ChangeShape:
    same = ("source_value", "effective_from", "before", "after", "at", "reason")
    return ChangeShape(
        id=row.pk,
        version=row.number,
        by=row.actor_name,
        **{name: getattr(row, name) for name in same},
    )


def _run(run: desk.ReplayRun) -> dict[str, Any]:
    same = ("table", "state", "reason", "content_hash", "asked_at", "decided_at", "ended_at")
    return {
        "id": run.pk,
        "link": run.link.slug,
        "values": [row["value"] for row in run.content],
        "asked_by": run.asked_name,
        "decided_by": run.decided_name,
        **{name: getattr(run, name) for name in same},
    }


def _story(run: desk.ReplayRun) -> ReplayStory:
    rows = desk.items().filter(run=run).order_by().values_list("outcome", "currency")
    outcomes: dict[str, int] = {}
    sums: dict[str, Decimal] = {}
    for outcome, currency, records, worth in rows.annotate(Count("pk"), Sum("value")):
        key = outcome or "open"
        outcomes[key] = outcomes.get(key, 0) + records
        sums[currency] = sums.get(currency, Decimal(0)) + worth
    return ReplayStory(
        **_run(run), records=sum(outcomes.values()), money=_monies(sums), outcomes=outcomes
    )


def _deciding(path: Mapping[str, Any]) -> str:
    """Replays of tables that decide about money are finance's to approve."""
    key = str(path.get("replay_id", ""))
    runs = desk.runs().filter(pk=int(key) if key.isascii() and key.isdigit() else 0)
    table = runs.values_list("table", flat=True).first()
    money_matters = table is None or table in MONEY_TABLES
    return Capability.APPROVE_MONEY_REPLAY if money_matters else Capability.APPROVE_REPLAY


_TABLE, _RUN = "/mappings/{link}/{table}", "/replays/{replay_id}"
_SEE, _APPROVE = Capability.VIEW_MAPPINGS, Capability.APPROVE_REPLAY
OPERATIONS = (
    Operation("GET", f"{_TABLE}/coverage", read_coverage, CoverageShape, _SEE, Scope.READ),
    Operation(
        "GET", f"{_TABLE}/changes", list_mapping_changes, Listing[ChangeShape], _SEE, Scope.READ
    ),
    Operation("GET", "/replays", list_replays, Listing[ReplayRow], _SEE, Scope.READ),
    Operation("GET", _RUN, read_replay, ReplayStory, _SEE, Scope.READ),
    Operation(
        "POST", f"{_RUN}/approve", approve_replay, ReplayStory, _APPROVE, Scope.MAPPINGS, _deciding
    ),
    Operation(
        "POST", f"{_RUN}/refuse", refuse_replay, ReplayStory, _APPROVE, Scope.MAPPINGS, _deciding
    ),
)
