"""Orders that are not finished: where each stands, since when, and which have stopped.

An order is finished when every effect of it is at its target and was read back as it was meant.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import (
    Case,
    Count,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from integrations import public
from integrations.public import Document, Transfer
from monitoring.models import StagePatience
from monitoring.pipeline import (
    CAPTURED,
    KEYS,
    LAST,
    OPEN,
    RETURN,
    SALE,
    Patience,
    operations_by_place,
    patience_of,
    stages_of,
)
from monitoring.value import Assumptions

State = Document.State
UNSENT = (State.OPEN, State.PARKED, State.HELD)
SENT = (State.POSTING, State.POSTED)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Key = tuple[int | None, str, str]  # link, kind, stage
Limits = Mapping[Key, Patience]


def unproved() -> QuerySet[Transfer]:
    """Effects at their target that are still to be read back.

    Connection and time are named for SQLite, which else reads everything that was ever posted.
    """
    posted = public.transfers().filter(state="posted", connection__in=public.connections())
    return posted.filter(
        verified_at__isnull=True, verify_after__isnull=False, verify_after__gt=EPOCH
    )


def open_orders(*kinds: str) -> QuerySet[Document]:
    """Return the orders of these kinds that are not finished, each as `standing` says.

    Costs one query: the ids of what is to be proved are fetched first, because with a subquery
    in their place every document would be read.
    """
    ids = unproved().order_by().values_list("document_id", flat=True).distinct()
    proving = Q(state=State.POSTED, pk__in=[pk for pk in ids if pk is not None])
    unfinished = Q(state__in=(*UNSENT, State.POSTING)) | proving
    return standing(public.documents().filter(unfinished, kind__in=kinds))


def standing(documents: QuerySet[Document]) -> QuerySet[Document]:
    """Give unfinished orders their `place`, counted in pipeline.KEYS, and their `since`.

    `since` is when the order last moved on.
    """
    return documents.annotate(place=_place(), since=_since())


def _place() -> Case:
    """Only what moves is asked for its transfers: what waits for a person was never sent."""
    mine = public.transfers().unfinished().filter(document=OuterRef("pk"))
    captured, last = KEYS.index(CAPTURED), KEYS.index(LAST)
    awaited = Case(
        *(When(operation__in=names, then=place) for place, names in operations_by_place()),
        default=captured,
        output_field=IntegerField(),
    )
    first = mine.annotate(place=awaited).order_by("place").values("place")[:1]
    return Case(
        When(state=State.OPEN, then=KEYS.index(OPEN)),
        When(state=State.POSTED, then=last),
        When(state=State.POSTING, then=Coalesce(Subquery(first), Value(captured))),
        default=captured,
        output_field=IntegerField(),
    )


def _since() -> Case:
    done = public.transfers().filter(document=OuterRef("pk"), posted_at__isnull=False)
    latest = done.order_by().values("document").annotate(at=Max("posted_at")).values("at")
    moved = Coalesce(Subquery(latest), F("received_at"))
    return Case(When(state__in=SENT, then=moved), default=F("received_at"))


def limits(figures: Assumptions) -> Limits:
    """Return how long an order may stand in each stage of each link. Two queries."""
    rows = {(row.link_id, row.kind, row.stage): row for row in StagePatience.objects.all()}
    return {
        (link.pk, kind, stage.key): _limit(rows.get((link.pk, kind, stage.key)), stage.key, figures)
        for link in public.links()
        for kind in (SALE, RETURN)
        for stage in stages_of(link.template, kind)
    }


def _limit(row: StagePatience | None, stage: str, figures: Assumptions) -> Patience:
    minutes = row.minutes if row else None
    seconds = row.usual_seconds if row else None
    return patience_of(
        stage,
        decided=None if minutes is None else timedelta(minutes=minutes),
        usual=None if seconds is None else timedelta(seconds=seconds),
        sample=row.sample if row else 0,
        least=figures.minutes("stuck-least-minutes"),
        unknown=figures.minutes("stuck-minutes"),
    )


def past_patience(limits: Limits, *, now: datetime) -> Q:
    """Match the open orders that have stood in their stage for its whole patience.

    What was never sent is told by its columns alone; only what moves is asked for its transfers.
    """
    found = _unsent_for_long(limits, now=now)
    for (link, kind, stage), patience in limits.items():
        if patience.limit is not None and stage != OPEN:
            ended, place = now - patience.limit, KEYS.index(stage)
            found |= Q(state__in=SENT, link=link, kind=kind, place=place, since__lte=ended)
    return found


def _unsent_for_long(limits: Limits, *, now: datetime) -> Q:
    found = Q(pk__in=())
    for (link, kind, stage), patience in limits.items():
        if patience.limit is not None and stage in (OPEN, CAPTURED):
            states = (State.OPEN,) if stage == OPEN else (State.PARKED, State.HELD)
            ended = now - patience.limit
            found |= Q(state__in=states, link=link, kind=kind, received_at__lte=ended)
    return found


@dataclass
class Standing:
    """The open orders of one link that stand in one place, with their money by currency."""

    found: int = 0
    stuck: int = 0
    oldest: datetime | None = None  # since when the one has stood there that stands longest
    money: dict[str, Decimal] = field(default_factory=dict)

    def add(self, found: int, stuck: int, oldest: datetime, currency: str, gross: Decimal) -> None:
        self.found += found
        self.stuck += stuck
        self.oldest = min(oldest, self.oldest or oldest)
        self.money[currency] = self.money.get(currency, Decimal(0)) + gross


def counted(limits: Limits, *, now: datetime) -> dict[Key, Standing]:
    """Count all open orders by link, kind and stage. Three queries.

    What was never sent is added up by the database: there may be many thousands of it. What is
    on its way is a short row each.
    """
    counts: dict[Key, Standing] = {}
    for link, kind, state, currency, found, stuck, gross, oldest in _unsent(limits, now=now):
        key = (link, kind, OPEN if state == State.OPEN else CAPTURED)
        counts.setdefault(key, Standing()).add(found, stuck, oldest, currency, gross)
    rows = open_orders(SALE, RETURN).filter(state__in=SENT)
    fields = ("link_id", "kind", "place", "since", "currency", "gross")
    for link, kind, place, since, currency, gross in rows.values_list(*fields):
        key = (link, kind, KEYS[place])
        late = is_stuck(limits, key, since, now=now)
        counts.setdefault(key, Standing()).add(1, late, since, currency, gross)
    return counts


def _unsent(limits: Limits, *, now: datetime) -> Any:
    rows = public.documents().receipts().filter(state__in=UNSENT).order_by()
    return rows.values_list("link", "kind", "state", "currency").annotate(
        found=Count("pk"),
        stuck=Count("pk", filter=_unsent_for_long(limits, now=now)),
        gross=Sum("gross"),
        oldest=Min("received_at"),
    )


def is_stuck(limits: Limits, key: Key, since: datetime, *, now: datetime) -> bool:
    """Say whether an order has stood in its stage for the whole of its patience."""
    patience = limits.get(key)
    return patience is not None and patience.limit is not None and now - since >= patience.limit
