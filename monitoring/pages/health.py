"""Three dots for each system: its news is fresh, everything was read, nothing waits for a person.

A system is well only when all three are; otherwise the one that is not says why.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count

from integrations import public
from integrations.public import Connection, StreamCursor, Transfer
from monitoring.kit import formats
from monitoring.pages.states import State, connection_state
from monitoring.words import counted

OVERDUE = timedelta(minutes=10)  # a feed that should have been read so long ago is incomplete


@dataclass(frozen=True)
class Health:
    """One system and its three dots, each a state with a sentence."""

    connection: Connection
    fresh: State
    complete: State
    clear: State

    @property
    def dots(self) -> tuple[State, State, State]:
        return self.fresh, self.complete, self.clear


def dots(connections: Iterable[Connection], *, now: datetime) -> list[Health]:
    """Return every system that is not switched off. Two queries."""
    feeds: dict[int, list[StreamCursor]] = {}
    for cursor in public.cursors():
        feeds.setdefault(cursor.connection_id, []).append(cursor)
    held = dict(
        public.transfers()
        .filter(state=Transfer.State.HELD)
        .values_list("connection")
        .annotate(Count("pk"))
        .order_by()
    )
    return [
        Health(
            each,
            _fresh(each, now=now),
            _complete(feeds.get(each.pk, ()), now=now),
            _clear(held.get(each.pk, 0)),
        )
        for each in connections
        if each.state != Connection.State.DISABLED
    ]


def _fresh(connection: Connection, *, now: datetime) -> State:
    state = connection_state(connection, now=now)
    last = connection.last_success_at
    heard = f" Last answer {formats.relative(last, now=now)}." if last else ""
    if state.tone == "agrees":
        return State("Fresh", "agrees", f"It answers as it should.{heard}")
    return State(f"Not fresh: {state.word}", state.tone, f"{state.sentence}{heard}")


def _complete(feeds: Sequence[StreamCursor], *, now: datetime) -> State:
    """Say whether every feed was read to its end, and lately."""
    if not feeds:
        return State("Nothing is read from it", "unknown")
    behind = [feed.stream for feed in feeds if _is_behind(feed, now=now)]
    if behind:
        words = f"{counted(len(behind), 'feed')} not read to the end"
        return State(words, "soon", ", ".join(sorted(behind)))
    return State("Complete", "agrees", f"{counted(len(feeds), 'feed')} read to the end.")


def _is_behind(feed: StreamCursor, *, now: datetime) -> bool:
    if feed.last_error or feed.caught_up_at is None or feed.read_at is None:
        return True
    late = feed.due_at is not None and now - feed.due_at > OVERDUE
    return late or feed.caught_up_at < feed.read_at


def _clear(held: int) -> State:
    if held:
        return State(f"{held:,} for it need a person", "soon", "They are held until it is mended.")
    return State("Clear", "agrees", "Nothing that is meant for it waits for a person.")
