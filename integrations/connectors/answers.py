"""What became of each intent of one `send`, and of the rest when the connection is in trouble."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeVar

from integrations.connectors.errors import (
    AmbiguousError,
    ConnectorError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.ports import Done, Failed, Intent, Outcome

Value = TypeVar("Value")
Placed = tuple[int, Intent]  # an intent and its place among those given to `send`
WHOLE_CALL = (ThrottledError, UnavailableError, UnauthorisedError)


class Answers:
    """One outcome per intent. After trouble that concerns the connection nothing more is sent."""

    def __init__(self, intents: Sequence[Intent]) -> None:
        self._count = len(intents)
        self._outcomes: dict[int, Outcome] = {}
        self._trouble: ConnectorError | None = None

    def ask(self, places: Sequence[int], call: Callable[[], Value]) -> Value | None:
        """The call's value; None when it failed, which answers these places."""
        try:
            if self._trouble:
                raise self._trouble
            return call()
        except ConnectorError as error:
            self._note(error)
            self.give(places, [Failed(error)] * len(places))
            return None

    def give(self, places: Sequence[int], outcomes: Sequence[Outcome]) -> None:
        self._outcomes.update(zip(places, outcomes, strict=True))

    def all(self) -> list[Outcome]:
        """In the order of the intents. Raises the trouble when there is nothing else to tell."""
        outcomes = [self._outcomes[place] for place in range(self._count)]
        trouble = self._trouble
        if isinstance(trouble, WHOLE_CALL) and all(
            isinstance(outcome, Failed) and outcome.error is trouble for outcome in outcomes
        ):
            raise trouble
        return outcomes

    def _note(self, error: ConnectorError) -> None:
        if isinstance(error, WHOLE_CALL):
            self._trouble = error
        elif isinstance(error, AmbiguousError):
            self._trouble = UnavailableError(
                "Not sent, because an answer before it was lost.", detail=error.detail
            )


def unique_chunks(
    placed: Sequence[Placed], size: int, *, by: Callable[[Intent], str]
) -> Iterator[list[Placed]]:
    """In order, at most `size` at once, and no two with the same `by` in one chunk."""
    chunk: list[Placed] = []
    seen: set[str] = set()
    for place, intent in placed:
        name = by(intent)
        if chunk and (len(chunk) == size or name in seen):
            yield chunk
            chunk, seen = [], set()
        chunk.append((place, intent))
        seen.add(name)
    if chunk:
        yield chunk


def one_by_one(intents: Sequence[Intent], write: Callable[[Intent], Done]) -> list[Outcome]:
    """For vendors that take one record a request: what became of each."""
    answers = Answers(intents)
    for place, intent in enumerate(intents):
        done = answers.ask([place], partial(write, intent))
        if done is not None:
            answers.give([place], [done])
    return answers.all()
