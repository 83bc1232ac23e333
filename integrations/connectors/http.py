"""The only road to a vendor: limits, time and size caps, error classes, a record of each call."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, urlencode

import httpx

from integrations.connectors.bodies import Body, Model, parse, read_body, write_json
from integrations.connectors.errors import (
    AmbiguousError,
    ConnectorError,
    ThrottledError,
    UnavailableError,
)
from integrations.connectors.redaction import redact, redact_pairs
from integrations.connectors.spec import Context
from integrations.connectors.statuses import (
    LOST_CONNECTION,
    no_answer_error,
    status_error,
    unknown_outcome,
)
from integrations.ports import Call

TIMEOUT = httpx.Timeout(30, connect=5)
TIME_CAP = timedelta(seconds=40)  # an answer that trickles for longer is given up
SIZE_CAP = 20 * 1024 * 1024  # bytes, after decompression
UNENCODED = ",:/*"  # id sets, times and templates stay readable in queries

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer; header names are lower-case, `data` is JSON with Decimal fractions."""

    status: int
    headers: Mapping[str, str]
    data: Any


@dataclass(frozen=True, slots=True)
class Budget:
    """What the headers say of the rate limit."""

    limit: int | None = None
    remaining: int | None = None
    reset_after: timedelta | None = None


# (status, headers, data) → the vendor's own error, or None to let the common table decide.
# Asked about every answer, 200s included; `data` is text when the body was not JSON. An
# AmbiguousError becomes UnavailableError where asking again does no harm.
Classify = Callable[[int, Mapping[str, str], Any], ConnectorError | None]
Learn = Callable[[Mapping[str, str]], Budget | None]


@dataclass(frozen=True, slots=True)
class _Ask:
    """One request. `may_repeat`: sending it twice would do no harm."""

    method: str
    path: str
    endpoint: str
    params: Pairs = ()
    body: Any = None
    content: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    messages: int = 1
    may_repeat: bool = True


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: Body


class VendorHttp:
    """HTTP for one connection; safe to share between threads. Close it when done."""

    def __init__(
        self,
        *,
        base_url: str,
        headers: Callable[[], Mapping[str, str]],
        context: Context,
        classify: Classify,
        system_label: str,
        learn: Learn | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._headers = headers
        self._context = context
        self._classify = classify
        self._learn = learn
        self._label = system_label
        self._client = httpx.Client(
            timeout=TIMEOUT, transport=context.transport, trust_env=False, follow_redirects=False
        )

    def close(self) -> None:
        """Release the pool."""
        self._client.close()

    def get(self, path: str, params: Pairs | None = None, *, endpoint: str) -> Reply:
        """Read. Repeated once, at once, when the connection was lost; otherwise any ConnectorError
        but AmbiguousError is the caller's to handle."""
        ask = _Ask(method="GET", path=path, endpoint=endpoint, params=params or ())
        try:
            return self._call(ask)
        except UnavailableError as error:
            if not isinstance(error.__cause__, LOST_CONNECTION):
                raise
        return self._call(ask)

    def send(
        self,
        method: str,
        path: str,
        *,
        endpoint: str,
        json: Any = None,
        form: Mapping[str, str] | None = None,
        params: Pairs = (),
        headers: Mapping[str, str] | None = None,
        keys: Sequence[str] = (),
        messages: int = 1,
        safe_to_repeat: bool = False,
    ) -> Reply:
        """Write, once. Raises AmbiguousError when it may have landed, unless `safe_to_repeat`."""
        content, content_type = _encode(json, form)
        ask = _Ask(
            method=method,
            path=path,
            endpoint=endpoint,
            params=params,
            body=dict(form) if form is not None else json,
            content=content,
            headers={**content_type, **(headers or {})},
            keys=tuple(keys),
            messages=messages,
            may_repeat=safe_to_repeat,
        )
        return self._call(ask)

    def parse(self, model: type[Model], data: Any, *, endpoint: str) -> Model:
        """`data` as a wire model. Raises SchemaChangedError naming the first wrong field."""
        return parse(model, data, system=self._label, endpoint=endpoint)

    def _call(self, ask: _Ask) -> Reply:
        limiter = self._context.limiter
        limiter.acquire()
        try:
            self._check_fence(ask)
            return self._exchange(ask)
        except ThrottledError as error:
            limiter.refuse(retry_after=error.retry_after)
            raise
        finally:
            limiter.release()

    def _check_fence(self, ask: _Ask) -> None:
        """The last look at the lease before a transfer leaves this machine."""
        if ask.keys and self._context.fence.holds_back(self._context.clock()):
            raise UnavailableError(
                "Not sent: this worker was held up for longer than it may keep its work."
            )

    def _exchange(self, ask: _Ask) -> Reply:
        started = self._context.clock()
        answer: _Answer | None = None
        result: Reply | ConnectorError
        try:
            answer = self._ask(ask, started=started)
            result = self._judge(ask, answer)
        except httpx.RequestError as cause:
            result = no_answer_error(
                cause, system=self._label, may_repeat=ask.may_repeat, detail=_detail(ask, cause)
            )
        except ConnectorError as error:
            result = error
        self._record(ask, answer, result, started=started)
        if isinstance(result, ConnectorError):
            raise result
        return result

    def _ask(self, ask: _Ask, *, started: datetime) -> _Answer:
        with self._client.stream(
            ask.method,
            self._base_url + ask.path + _query(ask.params),
            content=ask.content,
            headers={"Accept": "application/json", **self._headers(), **ask.headers},
        ) as response:
            headers = {name.lower(): value for name, value in response.headers.items()}
            self._tell_limiter(headers)
            raw = self._drain(ask, response, started=started)
        return _Answer(
            response.status_code, headers, read_body(headers.get("content-type", ""), raw)
        )

    def _drain(self, ask: _Ask, response: httpx.Response, *, started: datetime) -> bytes:
        received = bytearray()
        for chunk in response.iter_bytes():
            received += chunk
            if len(received) > SIZE_CAP:
                raise unknown_outcome(
                    f"{self._label} answered with more than {SIZE_CAP // 1024**2} MB.",
                    ask.may_repeat,
                    ask.endpoint,
                )
            if self._context.clock() - started > TIME_CAP:
                raise unknown_outcome(
                    f"{self._label} did not finish answering in time.", ask.may_repeat, ask.endpoint
                )
        return bytes(received)

    def _tell_limiter(self, headers: Mapping[str, str]) -> None:
        budget = self._learn(headers) if self._learn else None
        if budget:
            self._context.limiter.learn(
                limit=budget.limit, remaining=budget.remaining, reset_after=budget.reset_after
            )

    def _judge(self, ask: _Ask, answer: _Answer) -> Reply:
        status, headers, body = answer.status, answer.headers, answer.body
        error = self._classify(status, headers, body.data) or status_error(
            status,
            headers,
            system=self._label,
            may_repeat=ask.may_repeat,
            problem=body.problem,
            detail=f"{ask.endpoint}: {status} {redact(body.data, limit=300)}",
            now=self._context.clock(),
        )
        if isinstance(error, AmbiguousError) and ask.may_repeat:
            error = UnavailableError(error.sentence, detail=error.detail, code=error.code)
        if error:
            raise error
        return Reply(status, headers, body.data)

    def _record(
        self,
        ask: _Ask,
        answer: _Answer | None,
        result: Reply | ConnectorError,
        *,
        started: datetime,
    ) -> None:
        took = self._context.clock() - started
        self._context.recorder.record(
            Call(
                method=ask.method,
                path=ask.path + _query(redact_pairs(ask.params)),
                endpoint=ask.endpoint,
                status=answer.status if answer else None,
                started_at=started,
                milliseconds=took // timedelta(milliseconds=1),
                request=redact(ask.body),
                response=redact(answer.body.data) if answer else "",
                error=type(result).__name__ if isinstance(result, ConnectorError) else "",
                messages=ask.messages,
                keys=ask.keys,
            )
        )


def segment(value: str | int) -> str:
    """A value as one segment of a path: braces, slashes and spaces encoded."""
    return quote(str(value), safe="")


def _encode(json: Any, form: Mapping[str, str] | None) -> tuple[bytes | None, dict[str, str]]:
    if form is not None:
        return urlencode(form).encode(), {"Content-Type": "application/x-www-form-urlencoded"}
    if json is not None:
        return write_json(json), {"Content-Type": "application/json"}
    return None, {}


def _query(params: Pairs) -> str:
    return "?" + urlencode(list(params), quote_via=quote, safe=UNENCODED) if params else ""


def _detail(ask: _Ask, cause: Exception) -> str:
    return f"{ask.endpoint}: {type(cause).__name__}"
