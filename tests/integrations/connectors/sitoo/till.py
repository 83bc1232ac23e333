"""A Sitoo whose answers are given by the test, and the connector that talks to it."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from integrations.connectors.sitoo.config import SitooConfig
from integrations.connectors.sitoo.spec import SPEC
from tests.integrations.connectors.kit import Bench, bench

BASE = "/v2/accounts/99900"
FIXTURES = Path("tests/fixtures/sitoo")
Answer = Any  # JSON, an httpx.Response, an exception, or a function of the request


def fixture(name: str) -> Any:
    return json.loads((FIXTURES / f"{name}.json").read_text())


def listed(*rows: Any, total: int | None = None) -> dict[str, Any]:
    return {"totalcount": len(rows) if total is None else total, "items": list(rows)}


class Till:
    """Answers by "METHOD path"; a list of answers is used up one by one. `asked` is the log."""

    def __init__(self, answers: Mapping[str, Answer], **settings: Any) -> None:
        self.asked: list[httpx.Request] = []
        self.answers = dict(answers)
        self.desk: Bench = bench(self._handle)
        config = {
            "base_url": f"https://tills.example{BASE}",
            "api_id": "99900-1",
            "password": "not-a-secret",
            **settings,
        }
        self.connector = SPEC.build(SitooConfig.model_validate(config), self.desk.context)

    def queries(self, call: str) -> list[dict[str, str]]:
        """The parameters of each request to "METHOD path"."""
        return [dict(request.url.params) for request in self.asked if _name(request) == call]

    def bodies(self, call: str) -> list[Any]:
        return [json.loads(request.content) for request in self.asked if _name(request) == call]

    def calls(self) -> list[str]:
        return [_name(request) for request in self.asked]

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.get(_name(request), httpx.Response(404, json=NOT_FOUND))
        if isinstance(answer, Queue):
            answer = answer.pop(0)
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, Callable):
            answer = answer(request)
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)


class Queue(list[Any]):
    """Answers to be given one after the other."""


NOT_FOUND = {"statuscode": 404, "errortext": "Resource not found."}


def refused(status: int, text: str) -> httpx.Response:
    return httpx.Response(status, json={"statuscode": status, "errortext": text})


def _name(request: httpx.Request) -> str:
    return f"{request.method} {request.url.path.removeprefix(BASE)}"
