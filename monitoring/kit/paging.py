"""Paging that stays quick over millions of rows: a capped count, then older and newer by key."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import Model, Q, QuerySet
from django.utils.dateparse import parse_datetime

CAP = 10_000  # beyond this a count costs more than it says
PER_PAGE = 25


class CappedPaginator(Paginator):  # type: ignore[type-arg,unused-ignore]
    """A paginator that never counts past the cap; `capped` says that there is more."""

    cap = CAP

    @cached_property
    def found(self) -> int:
        rows: Any = self.object_list
        while not hasattr(rows, "query") and hasattr(rows, "data"):
            rows = rows.data  # tables2 hands over its own wrapper
        if not hasattr(rows, "query"):
            return len(rows)
        return int(rows.order_by().values("pk")[: self.cap + 1].count())

    @cached_property
    def count(self) -> int:
        return min(self.found, self.cap)

    @property
    def capped(self) -> bool:
        return self.found > self.cap

    @property
    def total(self) -> str:
        return f"{self.cap:,}+" if self.capped else f"{self.count:,}"


@dataclass(frozen=True)
class Slice:
    """One keyset page: its rows, and the keys that lead to its neighbours (empty: none)."""

    rows: list[Any]
    older: str
    newer: str


def keyset(
    rows: QuerySet[Any], *, field: str, after: str = "", before: str = "", size: int = PER_PAGE
) -> Slice:
    """Cut one page out of `rows`, newest `field` first, then highest id.

    `field` must be indexed and never null. Keys are `value~id` as given back by the last slice;
    a key that does not parse starts from the top. One query, whatever the depth.
    """
    backwards = bool(before) and _parse(rows.model, field, before) is not None
    key = _parse(rows.model, field, before if backwards else after)
    ordered = rows.order_by(*((field, "pk") if backwards else (f"-{field}", "-pk")))
    if key is not None:
        ordered = ordered.filter(_beyond(field, key, "gt" if backwards else "lt"))
    found = list(ordered[: size + 1])
    more, page = len(found) > size, found[:size]
    if backwards:
        page.reverse()
        return Slice(page, older=_key(page, field, -1), newer=_key(page, field, 0) if more else "")
    newer = _key(page, field, 0) if key is not None else ""
    return Slice(page, older=_key(page, field, -1) if more else "", newer=newer)


def _beyond(field: str, key: tuple[Any, int], side: str) -> Q:
    value, pk = key
    return Q(**{f"{field}__{side}": value}) | Q(**{field: value, f"pk__{side}": pk})


def _key(page: list[Any], field: str, index: int) -> str:
    if not page:
        return ""
    value = getattr(page[index], field)
    return f"{value.isoformat() if hasattr(value, 'isoformat') else value}~{page[index].pk}"


def _parse(model: type[Model], field: str, key: str) -> tuple[Any, int] | None:
    text, _, pk = key.rpartition("~")
    if not text or not pk.isascii() or not pk.isdigit():
        return None
    try:
        column: Any = model._meta.get_field(field)
        value = parse_datetime(text) or column.to_python(text)
    except (ValueError, ValidationError):
        return None
    return (value, int(pk))
