"""Writing many messages in few requests, with an outcome for each.

Source: Brightpearl help, "Multi-message"; one bundle counts as one request. Bundles were once out
of order for most of a day, so single calls always remain the way out.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from integrations.connectors.bodies import parse, read_body
from integrations.connectors.brightpearl.calls import Calls, Message
from integrations.connectors.brightpearl.envelope import LABEL, classify, response_of
from integrations.connectors.brightpearl.parallel import run_parallel
from integrations.connectors.brightpearl.schemas import MultiMessageAnswer, ProcessedMessage
from integrations.connectors.errors import (
    AmbiguousError,
    ConnectorError,
    RejectedError,
    SchemaChangedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.connectors.http import Reply
from integrations.connectors.statuses import status_error, unknown_outcome
from integrations.ports import Limiter

LARGEST_BUNDLE = 10  # messages, the vendor's limit
WORTH_BUNDLING = 3  # messages waiting: below that, single calls are as quick and less fragile
STRIKES = 3  # bundles in a row without a usable answer before we stop making them
COOL_DOWN = timedelta(minutes=2)

# The rest of a call would meet the same fate, and nothing of it has been sent.
STOPS = (ThrottledError, UnauthorisedError, UnavailableError)

Answer = Any  # the `response` of a message; an error is its outcome instead
Clock = Callable[[], datetime]


class Bundler:
    """Sends messages in bundles while bundles work, in parallel while the limiter allows it."""

    def __init__(
        self, calls: Calls, *, limiter: Limiter, clock: Clock, bundle: bool, parallel: int
    ) -> None:
        self._calls = calls
        self._limiter = limiter
        self._clock = clock
        self._bundle = bundle
        self._parallel = parallel
        self._strikes = 0
        self._singles_until: datetime | None = None

    def run(self, messages: Sequence[Message]) -> list[Answer | ConnectorError]:
        """The answer or error of each message, in order. Nothing is sent twice, nothing raised.

        After a throttle, a lost connection or a refused credential nothing more is sent: what is
        left carries the same error.
        """
        run = _Run(self)
        parts = self._parts(messages)
        done = run_parallel(run.send, parts, threads=self._parallel)
        return [outcome for outcomes in done for outcome in outcomes]

    def _parts(self, messages: Sequence[Message]) -> list[Sequence[Message]]:
        if not self._makes_bundles() or len(messages) < WORTH_BUNDLING:
            return [[message] for message in messages]
        return [
            messages[start : start + LARGEST_BUNDLE]
            for start in range(0, len(messages), LARGEST_BUNDLE)
        ]

    def _makes_bundles(self) -> bool:
        if self._singles_until and self._clock() >= self._singles_until:
            self._singles_until, self._strikes = None, 0
        return self._bundle and self._singles_until is None

    def single(self, message: Message) -> Answer | ConnectorError:
        """One message in its own request."""
        try:
            return self._calls.send(message)
        except ConnectorError as error:
            return error

    def bundled(self, messages: Sequence[Message]) -> list[Answer | ConnectorError]:
        """Several messages in one request. Raises RejectedError when bundles are not taken, and
        then nothing of it was processed."""
        try:
            reply = self._calls.send_bundle(messages)
            outcomes = self._understood(reply, len(messages))
        except RejectedError:
            self._cool_down()
            raise
        except (AmbiguousError, SchemaChangedError) as error:
            self._strike()
            return [_ambiguous(error)] * len(messages)
        except ConnectorError as error:
            return [error] * len(messages)
        self._strikes = 0
        return outcomes

    def _understood(self, reply: Reply, count: int) -> list[Answer | ConnectorError]:
        endpoint = "POST /multi-message"
        data = response_of(reply.data)
        answer = parse(MultiMessageAnswer, data, system=LABEL, endpoint=endpoint)
        processed = {each.label: each for each in answer.processedMessages}
        left = set(answer.unprocessedMessages)
        return [
            self._outcome(processed.get(label), reply, was_left=label in left)
            for label in map(str, range(count))
        ]

    def _outcome(
        self, message: ProcessedMessage | None, reply: Reply, *, was_left: bool
    ) -> Answer | ConnectorError:
        if message is None and was_left:
            return UnavailableError("Brightpearl did not get to it.", detail="unprocessed")
        if message is None:
            return AmbiguousError("Brightpearl's answer does not mention it.")
        outcome = judge(message, reply, now=self._clock())
        if isinstance(outcome, ThrottledError):
            self._limiter.refuse(retry_after=outcome.retry_after)
        return outcome

    def _strike(self) -> None:
        self._strikes += 1
        if self._strikes >= STRIKES:
            self._cool_down()

    def _cool_down(self) -> None:
        self._singles_until = self._clock() + COOL_DOWN


class _Run:
    """One call of `run`: remembers what stopped it."""

    def __init__(self, bundler: Bundler) -> None:
        self._bundler = bundler
        self._stopped_by: ConnectorError | None = None

    def send(self, part: Sequence[Message]) -> list[Answer | ConnectorError]:
        if self._stopped_by:
            return [self._stopped_by] * len(part)
        if len(part) == 1:
            return [self._single(part[0])]
        try:
            outcomes = self._bundler.bundled(part)
        except RejectedError:  # the bundle was refused as a whole: one by one, then
            return [self._single(message) for message in part]
        self._notice(outcomes)
        return outcomes

    def _single(self, message: Message) -> Answer | ConnectorError:
        if self._stopped_by:
            return self._stopped_by
        outcome = self._bundler.single(message)
        self._notice([outcome])
        return outcome

    def _notice(self, outcomes: Sequence[Answer | ConnectorError]) -> None:
        """Stop when all of it failed alike; a single message of a bundle says nothing."""
        if outcomes and all(isinstance(outcome, STOPS) for outcome in outcomes):
            self._stopped_by = outcomes[-1]


def judge(message: ProcessedMessage, reply: Reply, *, now: datetime) -> Answer | ConnectorError:
    """One processed message: its `response`, or its error by the same rules as a single call."""
    body = read_body("application/json", message.body.content.encode())
    error = classify(message.statusCode, reply.headers, body.data) or status_error(
        message.statusCode,
        reply.headers,
        system=LABEL,
        may_repeat=False,
        problem=body.problem,
        detail=f"POST /multi-message: {message.statusCode}",
        now=now,
    )
    return error or response_of(body.data)


def _ambiguous(error: ConnectorError) -> ConnectorError:
    """An unreadable answer to a bundle says nothing of what was done."""
    if isinstance(error, AmbiguousError):
        return error
    return unknown_outcome(error.sentence, False, error.detail)
