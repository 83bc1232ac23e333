"""Talk to a running sandbox about itself: seed, trade, misbehave, and what it accepted."""

import json
from decimal import Decimal
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

PATIENCE = 600  # seconds: ringing up a large file takes a while


class ControlError(RuntimeError):
    """The sandbox refused or did not answer; the message says why."""


class Control:
    """One sandbox at `url`."""

    def __init__(self, url: str) -> None:
        self.url = url

    def get(self, path: str) -> Any:
        return self._ask("GET", path, None)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._ask("POST", path, body or {})

    def delete(self, path: str) -> Any:
        return self._ask("DELETE", path, None)

    def _ask(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        data = json.dumps(body).encode() if body is not None else None
        headers = {"content-type": "application/json"}
        request = Request(f"{self.url}/_sandbox/{path}", data, headers, method=method)
        try:
            with urlopen(request, timeout=PATIENCE) as answer:
                return json.loads(answer.read(), parse_float=Decimal)
        except HTTPError as error:
            raise ControlError(_sentence(error)) from error
        except URLError as error:
            raise ControlError(f"The sandbox at {self.url} does not answer.") from error


def _sentence(error: HTTPError) -> str:
    try:
        return str(json.loads(error.read())["error"])
    except (ValueError, KeyError):
        return f"The sandbox answered {error.code}."
