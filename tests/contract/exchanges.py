"""Requests and answers held against the operations that describe them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.contract.openapi import Operation, Problem, Specs, check_value, read_text

NOT_DESCRIBED = "is described by no file"


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; bodies are parsed JSON, None when empty."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: Any
    status: int
    answer: Any


def check(specs: Specs, exchange: Exchange) -> tuple[str, list[Problem]]:
    """The operation's name and everything that does not fit it."""
    operation = specs.find(exchange.method, exchange.path)
    if operation is None:
        name = f"{exchange.method} {exchange.path}"
        return name, [Problem("path", NOT_DESCRIBED)]
    problems = [
        *_check_parameters(operation, exchange),
        *_check_request(operation, exchange),
        *_check_answer(operation, exchange),
    ]
    return operation.name, problems


def _check_parameters(operation: Operation, exchange: Exchange) -> list[Problem]:
    declared = {each.name: each for each in operation.parameters if each.place == "query"}
    problems = []
    for name, text in exchange.query:
        parameter = declared.get(name)
        if parameter is None:
            problems.append(Problem(f"query.{name}", "is not declared"))
            continue
        value = read_text(operation.document, parameter.schema, text)
        problems += check_value(operation.document, parameter.schema, value, f"query.{name}")
    given = {"query": {name for name, _ in exchange.query}, "header": set(exchange.headers)}
    for each in operation.parameters:
        name = each.name.lower() if each.place == "header" else each.name
        if each.required and each.place in given and name not in given[each.place]:
            problems.append(Problem(f"{each.place}.{each.name}", "is missing"))
    return problems


def _check_request(operation: Operation, exchange: Exchange) -> list[Problem]:
    schema = operation.request_schema
    if exchange.body is None:
        return [Problem("request", "is missing")] if operation.request_required else []
    if schema is None:
        return [Problem("request", "has a body, and none is described")]
    return check_value(operation.document, schema, exchange.body, "request", strict=True)


def _check_answer(operation: Operation, exchange: Exchange) -> list[Problem]:
    """An error that is not described is the vendor's omission; a success is not."""
    described = operation.response(exchange.status)
    if described is None:
        is_success = exchange.status < 300
        return [Problem("answer", f"{exchange.status} is not described")] if is_success else []
    schema = operation.document.json_schema(described)
    if schema is None or exchange.answer is None:
        return []
    return check_value(operation.document, schema, exchange.answer, "answer")
