"""The sandbox without a socket: an httpx transport that calls it in this process."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import httpx

from integrations.sandbox.core.faults import ConnectionDropped, TimedOut
from integrations.sandbox.core.http import Request, Response


class SandboxTransport(httpx.BaseTransport):
    """`prefix` is put before each path, for connections that know nothing of the sandbox's own."""

    def __init__(self, sandbox: Any, prefix: str = "") -> None:
        self._sandbox = sandbox
        self._prefix = prefix

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            answer = self._sandbox.handle(self._asked(request))
        except ConnectionDropped as error:
            raise httpx.ReadError(str(error), request=request) from error
        except TimedOut as error:
            raise httpx.ReadTimeout(str(error), request=request) from error
        return httpx.Response(
            answer.status, headers=dict(answer.headers), stream=_Answer(answer), request=request
        )

    def _asked(self, request: httpx.Request) -> Request:
        path, _, query = request.url.raw_path.decode().partition("?")
        return Request(
            method=request.method,
            path=self._prefix + path,
            query=parse_qsl(query, keep_blank_values=True),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=request.read(),
        )


class _Answer(httpx.SyncByteStream):
    """The body; one that was cut short ends the way a dropped connection does."""

    def __init__(self, answer: Response) -> None:
        self._answer = answer

    def __iter__(self) -> Iterator[bytes]:
        yield self._answer.body
        declared = self._answer.declared_length
        if declared is not None and declared > len(self._answer.body):
            raise httpx.RemoteProtocolError("peer closed connection without a complete body")
