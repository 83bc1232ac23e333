"""The rate budget as a row, shared by every process."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from integrations.connectors import budget as rules
from integrations.connectors.budget import Budget, Holder
from integrations.connectors.errors import ThrottledError
from integrations.models import Connection, RateBudget
from integrations.services.runtime import is_gone


def to_ms(at: datetime | None) -> int:
    return int(at.timestamp() * 1000) if at else 0


def from_ms(ms: int) -> datetime | None:
    return datetime.fromtimestamp(ms / 1000, UTC) if ms else None


class SharedLimiter:
    """ports.Limiter over the RateBudget row; each change is one short transaction."""

    def __init__(
        self, connection: Connection, *, clock: Callable[[], datetime], owner: Callable[[], str]
    ) -> None:
        self._connection_id = connection.pk
        self._label = connection.label
        self._clock = clock
        self._owner = owner
        self._counts_places = True  # until the row says that calls may overlap freely

    def acquire(self, cost: int = 1) -> None:
        """Take `cost` requests or raise ThrottledError with the time to wait. Never sleeps."""
        now_ms = to_ms(self._clock())
        with transaction.atomic():
            row = self._row()
            before = load(row)
            state, wait = rules.acquire(before, cost=cost, owner=self._owner(), now_ms=now_ms)
            if not wait and state != before:
                store(row, state)
        self._counts_places = row.concurrency is not None
        if wait:
            sentence = f"{self._label} allows no more requests just now."
            raise ThrottledError(sentence, retry_after=timedelta(milliseconds=wait))

    def release(self) -> None:
        if not self._counts_places:
            return
        with transaction.atomic():
            row = self._row()
            if row.concurrency is not None:
                store(row, rules.release(load(row), owner=self._owner()))

    def learn(
        self, *, limit: int | None, remaining: int | None, reset_after: timedelta | None
    ) -> None:
        """One statement, because every answer brings these headers; what was granted stays."""
        if limit is None and remaining is None:
            return
        news = rules.learn(
            Budget(limit=None, window_ms=0),
            limit=limit,
            remaining=remaining,
            reset_ms=int(reset_after.total_seconds() * 1000) if reset_after is not None else None,
            now_ms=to_ms(self._clock()),
        )
        changes: dict[str, Any] = {
            "remaining": news.remaining,
            "remaining_at": from_ms(news.remaining_at_ms),
            "resets_at": from_ms(news.resets_at_ms),
        }
        if limit is not None:
            changes["limit"] = limit
        RateBudget.objects.filter(connection_id=self._connection_id).update(**changes)

    def refuse(self, *, retry_after: timedelta) -> None:
        until = self._clock() + retry_after
        with transaction.atomic():
            row = self._row()
            row.refused += 1
            row.blocked_until = max(until, row.blocked_until or until)
            row.save(update_fields=("refused", "blocked_until"))

    def _row(self) -> RateBudget:
        return RateBudget.objects.select_for_update().get(connection_id=self._connection_id)


def load(row: RateBudget) -> Budget:
    """The row as a value; places held by processes that died here are free again."""
    return Budget(
        limit=row.limit,
        window_ms=row.window_seconds * 1000,
        concurrency=row.concurrency,
        grants=tuple(row.grants),
        holders=tuple(Holder(o, u) for o, u in row.holders if not is_gone(o)),
        blocked_until_ms=to_ms(row.blocked_until),
        remaining=row.remaining,
        remaining_at_ms=to_ms(row.remaining_at),
        resets_at_ms=to_ms(row.resets_at),
    )


def store(row: RateBudget, state: Budget) -> None:
    row.limit = state.limit
    row.grants = list(state.grants)
    row.holders = [[h.owner, h.until_ms] for h in state.holders]
    row.remaining = state.remaining
    row.remaining_at = from_ms(state.remaining_at_ms)
    row.resets_at = from_ms(state.resets_at_ms)
    row.save(update_fields=("limit", "grants", "holders", "remaining", "remaining_at", "resets_at"))
