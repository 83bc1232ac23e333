"""Day-ends over the API: figures, what keeps a day open, prepare and sign."""

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any, TypeVar

from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel, Field

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
    Scope,
    caller,
    choice,
    dropped,
    listing,
    money,
    named,
    one,
)
from monitoring.kit.clock import now_of
from monitoring.kit.permissions import Capability
from reconciliation import services
from reconciliation.figures import FigureRow, Variance
from reconciliation.models import SignOff, StoreDay
from reconciliation.services import DayError, RefusedError

Done = TypeVar("Done")
State = Annotated[StoreDay.State, choice(StoreDay.State)]


class DayFilters(Paging):
    store: Name | None = None
    day: date | None = None
    state: State | None = None


class DayRow(BaseModel):
    """One store's trading day. `variance` is Σ |difference| by tender, explained or not."""

    id: int
    store: str
    business_date: date
    state: StoreDay.State
    round: int
    receipts: int
    gross: Money | None
    variance: Money | None
    unexplained: int
    blockers: int
    late: int
    seal_broken_at: datetime | None
    checked_at: datetime | None


class CellRow(BaseModel):
    """One row of the matrix; a column that has nothing to say is null, never zero."""

    row: str
    till: Money | None
    receipts: Money | None
    erp: Money | None
    journal: Money | None


class VarianceRow(BaseModel):
    """Two columns that differ, or a drawer. amount = actual − expected."""

    key: str
    sentence: str
    amount: Money
    is_explained: bool
    receipts: list[str]


class StepRow(BaseModel):
    step: SignOff.Step
    by: str
    at: datetime
    statement: str


class DayStory(DayRow):
    """`seen` names what is shown: send it back with prepare and sign."""

    seen: str
    figures: list[CellRow]
    variances: list[VarianceRow]
    open: list[str]  # what keeps the day from being prepared
    steps: list[StepRow]


class StepRequest(Given):
    """`seen` is that of the day as it was shown."""

    seen: str = Field(pattern=r"^[0-9a-f]{64}$")


class Signed(BaseModel):
    """The day's evidence: its place in the chain and its hash."""

    sequence: int
    hash: str
    previous_hash: str
    day: DayStory


def list_day_ends(request: HttpRequest, filters: Query[DayFilters]) -> Listing[DayRow]:
    """Store-days in the order of their ids."""
    wanted: dict[str, object] = {"business_date": filters.day, "state": filters.state}
    if filters.store:
        store = named(public.stores(), filters.store, by="code", field="store")
        wanted["store_code"] = store.code
    rows = StoreDay.objects.defer("content", "prepared_facts").filter(**dropped(wanted))
    return listing(Listing[DayRow], rows, filters, lambda row: DayRow(**_day(row)))


def read_day_end(request: HttpRequest, day_id: Id) -> DayStory:
    """One day with its figures side by side, its variances and who signed it."""
    return _story(one(StoreDay.objects.all(), day_id, "store-day"))


def prepare_day_end(request: HttpRequest, day_id: Id, given: StepRequest) -> DayStory:
    """Hand a day over for signing, as it was shown. Conflict when it changed meanwhile."""
    by, now = caller(request).user, now_of(request)
    one(StoreDay.objects.all(), day_id, "store-day")
    return _story(_do(lambda: services.prepare(day_id, seen=given.seen, by=by, now=now)))


def sign_day_end(request: HttpRequest, day_id: Id, given: StepRequest) -> Signed:
    """Sign a prepared day. Never by who prepared or explained it, nor by their other account."""
    by, now = caller(request).user, now_of(request)
    one(StoreDay.objects.all(), day_id, "store-day")
    pack = _do(lambda: services.sign(day_id, seen=given.seen, by=by, now=now))
    return Signed(
        sequence=pack.sequence,
        hash=pack.hash,
        previous_hash=pack.previous_hash,
        day=_story(StoreDay.objects.get(pk=day_id)),
    )


def _do(act: Callable[[], Done]) -> Done:
    try:
        return act()
    except RefusedError as error:
        raise ApiError(403, error.sentence) from error
    except DayError as error:
        raise ApiError(409, error.sentence) from error


def _story(row: StoreDay) -> DayStory:
    look = services.look(row)
    content = look.content
    rows = content.figures.rows if content.figures else ()
    currency = content.figures.currency if content.figures else row.currency
    return DayStory(
        **_day(row),
        seen=look.seen,
        figures=[_cells(each, currency) for each in rows],
        variances=[_variance(each, content.unexplained, currency) for each in content.variances],
        open=[blocker.sentence for blocker in content.blockers],
        steps=[
            StepRow(step=SignOff.Step(s.step), by=s.by_name, at=s.at, statement=s.statement)
            for s in SignOff.objects.filter(day=row)
        ],
    )


def _cells(row: FigureRow, currency: str) -> CellRow:
    def said(amount: Decimal | None) -> Money | None:
        return None if amount is None else money(amount, currency)

    return CellRow(
        row=row.key,
        till=said(row.till),
        receipts=said(row.receipts),
        erp=said(row.erp),
        journal=said(row.journal),
    )


def _variance(each: Variance, unexplained: tuple[str, ...], currency: str) -> VarianceRow:
    return VarianceRow(
        key=each.key,
        sentence=each.sentence,
        amount=money(each.amount, currency),
        is_explained=each.key not in unexplained,
        receipts=list(each.receipts),
    )


def _day(row: StoreDay) -> dict[str, Any]:
    same = ("business_date", "round", "receipts", "unexplained", "blockers", "late")
    return {
        "id": row.pk,
        "store": row.store_code,
        "state": StoreDay.State(row.state),
        "gross": money(row.gross, row.currency) if row.currency else None,
        "variance": money(row.variance, row.currency) if row.currency else None,
        "seal_broken_at": row.seal_broken_at,
        "checked_at": row.checked_at,
        **{name: getattr(row, name) for name in same},
    }


_SEE, _ONE = Capability.VIEW_DAYS, "/day-ends/{day_id}"
_PREPARE, _SIGN = Capability.PREPARE_DAY, Capability.SIGN_DAY
OPERATIONS = (
    Operation("GET", "/day-ends", list_day_ends, Listing[DayRow], _SEE, Scope.READ),
    Operation("GET", _ONE, read_day_end, DayStory, _SEE, Scope.READ),
    Operation("POST", f"{_ONE}/prepare", prepare_day_end, DayStory, _PREPARE, Scope.SIGN_OFF),
    Operation("POST", f"{_ONE}/sign", sign_day_end, Signed, _SIGN, Scope.SIGN_OFF),
)
