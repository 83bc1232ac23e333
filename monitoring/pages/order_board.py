"""The board over the list of orders: every open order, by the stage in which it stands."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.http import QueryDict
from django.urls import reverse

from integrations.public import Link
from monitoring.kit import formats
from monitoring.orders import Key, Limits, Standing
from monitoring.pipeline import Stage, stages_of

NOBODY = Standing()


@dataclass(frozen=True)
class Column:
    """One stage of one link: how many stand there, with how much money, and how long."""

    stage: Stage
    url: str
    found: int
    stuck: int
    oldest: datetime | None
    money: list[tuple[Decimal, str]]
    limit: str  # how long one may stand here

    @property
    def tone(self) -> str:
        if self.stuck:
            return "soon"
        return "waiting" if self.found else "agrees"


@dataclass(frozen=True)
class Board:
    """The stages of one link; `title` is empty where there is only one link."""

    title: str
    columns: Sequence[Column]

    @property
    def found(self) -> int:
        return sum(column.found for column in self.columns)


def boards(
    links: Iterable[Link], counts: Mapping[Key, Standing], limits: Limits, *, kind: str
) -> list[Board]:
    """Return a board for each link that is enabled or still has open orders of this kind."""
    counted = {key: value for key, value in counts.items() if key[1] == kind}
    known = {link.pk: link for link in links}
    busy = {link for link, _, _ in counted}
    wanted = [pk for pk, link in known.items() if link.enabled or pk in busy]
    shown = [*wanted, *([None] if None in busy else [])]
    return [
        Board(
            title="" if len(shown) == 1 else str(known[pk] if pk else "Without a link"),
            columns=_columns(known.get(pk or 0), counted, limits, kind=kind),
        )
        for pk in shown
    ]


def _columns(
    link: Link | None, counted: Mapping[Key, Standing], limits: Limits, *, kind: str
) -> list[Column]:
    """Stages that this link's policy never uses are left out unless something stands there."""
    pk = link.pk if link else None
    stages = stages_of(link.template if link else "", kind)
    mode = link.policy.get("accounting_mode", "daily_journal") if link else ""
    return [
        _column(stage, pk, counted.get((pk, kind, stage.key), NOBODY), limits, kind=kind)
        for stage in stages
        if not stage.mode or stage.mode == mode or (pk, kind, stage.key) in counted
    ]


def _column(
    stage: Stage, link: int | None, count: Standing, limits: Limits, *, kind: str
) -> Column:
    query = QueryDict(mutable=True)
    query.update({"kind": kind, "stage": stage.key} | ({"link": str(link)} if link else {}))
    patience = limits.get((link, kind, stage.key))
    return Column(
        stage=stage,
        url=f"{reverse('orders')}?{query.urlencode()}",
        found=count.found,
        stuck=count.stuck,
        oldest=count.oldest,
        money=[(count.money[code], code) for code in sorted(count.money)],
        limit=formats.age(patience.limit) if patience and patience.limit else "",
    )
