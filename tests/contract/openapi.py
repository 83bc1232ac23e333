"""A folder of OpenAPI 3.0 files as operations, and values held against their schemas.

The part of OpenAPI that says something about JSON: references, types, required and declared fields,
enums, bounds, and the three ways of combining schemas. Formats and content types are not judged.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml

METHODS = ("get", "put", "post", "delete", "patch")
JSON = "json"
MOST_DEPTH = 40  # of schemas that contain themselves


@dataclass(frozen=True)
class Problem:
    """`where` is a path into the value, e.g. `answer.data[0].id`."""

    where: str
    says: str


@dataclass(frozen=True)
class Parameter:
    name: str
    place: str  # path, query, header
    required: bool
    schema: Mapping[str, Any]


@dataclass(frozen=True)
class Operation:
    """One method of one path. `template` is whole, with the path of its server."""

    file: str
    method: str
    template: str
    document: "Document"
    spec: Mapping[str, Any] = field(compare=False)
    shared: Sequence[Any] = field(compare=False, default=())

    @property
    def name(self) -> str:
        return f"{self.method.upper()} {self.template}"

    @cached_property
    def parameters(self) -> list[Parameter]:
        found = {}
        for each in (*self.shared, *self.spec.get("parameters", ())):
            row = self.document.resolved(each)
            schema = row.get("schema", {})
            parameter = Parameter(row["name"], row["in"], bool(row.get("required")), schema)
            found[parameter.place, parameter.name] = parameter
        return list(found.values())

    @property
    def request_schema(self) -> Mapping[str, Any] | None:
        return self.document.json_schema(self.spec.get("requestBody") or {})

    @property
    def request_required(self) -> bool:
        return bool(self.document.resolved(self.spec.get("requestBody") or {}).get("required"))

    def response(self, status: int) -> Mapping[str, Any] | None:
        """What is said of an answer with this status; None when nothing is."""
        said = self.spec.get("responses", {})
        for key in (str(status), status, f"{status // 100}XX", "default"):
            if key in said:
                return self.document.resolved(said[key])
        return None


class Document:
    """One file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._tree = yaml.load(path.read_text(encoding="utf-8"), _Loader)  # noqa: S506

    def operations(self) -> Iterator[Operation]:
        servers = self._tree.get("servers") or [{"url": ""}]
        base = urlsplit(re.sub(r"^https?://", "//", servers[0]["url"])).path.rstrip("/")
        for path, item in self._tree.get("paths", {}).items():
            for method in METHODS:
                if method in item:
                    template = f"{base}{path}"
                    shared = item.get("parameters", ())
                    yield Operation(
                        self.path.name, method, template, self, item[method], tuple(shared)
                    )

    def resolved(self, node: Any) -> Mapping[str, Any]:
        """The node, or what it refers to inside this file. Raises KeyError for a broken one."""
        while isinstance(node, Mapping) and "$ref" in node:
            target: Any = self._tree
            for step in node["$ref"].removeprefix("#/").split("/"):
                target = target[step.replace("~1", "/").replace("~0", "~")]
            node = target
        return node if isinstance(node, Mapping) else {}

    def json_schema(self, node: Any) -> Mapping[str, Any] | None:
        """The schema of a JSON body; None when there is none to hold it against."""
        for kind, media in (self.resolved(node).get("content") or {}).items():
            if JSON in kind:
                schema: Mapping[str, Any] = media.get("schema") or {}
                return schema
        return None


class _Loader(yaml.CSafeLoader):
    """Dates stay text: a schema's examples and enums hold them as they are written."""


_Loader.yaml_implicit_resolvers = {
    key: [(tag, pattern) for tag, pattern in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for key, resolvers in yaml.CSafeLoader.yaml_implicit_resolvers.items()
}


class Specs:
    """All operations of a folder."""

    def __init__(self, folder: Path) -> None:
        files = sorted([*folder.glob("*.yml"), *folder.glob("*.yaml"), *folder.glob("*.json")])
        if not files:
            raise ValueError(f"{folder} holds no OpenAPI files (*.yml, *.yaml, *.json).")
        self.operations = [each for file in files for each in Document(file).operations()]
        self._patterns = [(_pattern(each.template), each) for each in self.operations]

    def find(self, method: str, path: str) -> Operation | None:
        """The operation of a call: the one with the fewest variables in its path."""
        found = [
            each
            for pattern, each in self._patterns
            if each.method == method.lower() and pattern.search(path)
        ]
        return min(found, key=lambda each: each.template.count("{"), default=None)


def _pattern(template: str) -> re.Pattern[str]:
    """Matches the end of a path, so that a prefix before the server's own does not matter."""
    parts = re.split(r"\{[^}]*\}", template)
    return re.compile("[^/]+".join(re.escape(part) for part in parts) + "/?$")


def check_value(
    document: Document,
    schema: Any,
    value: Any,
    where: str,
    *,
    strict: bool = False,
    depth: int = 0,
) -> list[Problem]:
    """What is wrong with a value. `strict` also minds fields that the schema does not declare."""
    schema = document.resolved(schema)
    if depth > MOST_DEPTH or not schema:
        return []
    if value is None:
        may = schema.get("nullable") or _any_nullable(document, schema)
        return [] if may or not _is_typed(document, schema) else [Problem(where, "is null")]
    problems = _check_type(schema, value, where)
    if problems:
        return problems
    problems += _check_bounds(schema, value, where)
    for part in schema.get("allOf", ()):
        problems += check_value(document, part, value, where, depth=depth + 1)
    problems += _check_choice(document, schema, value, where, depth)
    if isinstance(value, Mapping):
        problems += _check_object(document, schema, value, where, depth)
        problems += _undeclared(document, schema, value, where) if strict else []
    if isinstance(value, list) and "items" in schema:
        for place, item in enumerate(value):
            problems += check_value(
                document, schema["items"], item, f"{where}[{place}]", strict=strict, depth=depth + 1
            )
    return problems


def _check_object(
    document: Document, schema: Mapping[str, Any], value: Mapping[str, Any], where: str, depth: int
) -> list[Problem]:
    problems = [
        Problem(f"{where}.{name}", "is missing")
        for name in schema.get("required", ())
        if name not in value
    ]
    for name, part in schema.get("properties", {}).items():
        if name in value:
            problems += check_value(document, part, value[name], f"{where}.{name}", depth=depth + 1)
    return problems


def _check_choice(
    document: Document, schema: Mapping[str, Any], value: Any, where: str, depth: int
) -> list[Problem]:
    """Of `anyOf` one must fit, of `oneOf` exactly one."""
    problems = []
    for word in ("anyOf", "oneOf"):
        options = schema.get(word)
        if not options:
            continue
        fitting = [
            each
            for each in options
            if not check_value(document, each, value, where, depth=depth + 1)
        ]
        if not fitting:
            problems.append(Problem(where, f"fits none of {word}"))
        elif word == "oneOf" and len(fitting) > 1:
            problems.append(Problem(where, f"fits {len(fitting)} of oneOf"))
    return problems


def _check_type(schema: Mapping[str, Any], value: Any, where: str) -> list[Problem]:
    wanted = schema.get("type") or ("object" if "properties" in schema else "")
    fits = {
        "": True,
        "object": isinstance(value, Mapping),
        "array": isinstance(value, list),
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, int | Decimal) and not isinstance(value, bool),
    }
    if not fits.get(str(wanted), True):
        return [Problem(where, f"is {_kind(value)}, not {wanted}")]
    return []


def _check_bounds(schema: Mapping[str, Any], value: Any, where: str) -> list[Problem]:
    problems = []
    choices = schema.get("enum")
    if choices and str(value) not in {str(each) for each in choices}:
        problems.append(Problem(where, f"is {value!r}, which is not in the enum"))
    sizes = {"minLength": str, "maxLength": str, "minItems": list, "maxItems": list}
    for word, kind in sizes.items():
        if word in schema and isinstance(value, kind):
            is_low = word.startswith("min")
            bad = len(value) < schema[word] if is_low else len(value) > schema[word]
            problems += [Problem(where, f"breaks {word} {schema[word]}")] if bad else []
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        low, high = schema.get("minimum"), schema.get("maximum")
        if low is not None and value < Decimal(str(low)):
            problems.append(Problem(where, f"is under the minimum {low}"))
        if high is not None and value > Decimal(str(high)):
            problems.append(Problem(where, f"is over the maximum {high}"))
    return problems


def _undeclared(
    document: Document, schema: Mapping[str, Any], value: Mapping[str, Any], where: str
) -> list[Problem]:
    declared = _names(document, schema)
    if declared is None:
        return []
    return [Problem(f"{where}.{name}", "is not declared") for name in value if name not in declared]


def _names(document: Document, schema: Any, depth: int = 0) -> set[str] | None:
    """Every field that any part of a schema declares; None when it takes any field."""
    schema = document.resolved(schema)
    if depth > MOST_DEPTH:
        return None
    parts = [*schema.get("allOf", ()), *schema.get("anyOf", ()), *schema.get("oneOf", ())]
    if schema.get("additionalProperties") or (not schema.get("properties") and not parts):
        return None
    found = set(schema.get("properties", {}))
    for part in parts:
        names = _names(document, part, depth + 1)
        if names is None:
            return None
        found |= names
    return found


def _is_typed(document: Document, schema: Mapping[str, Any]) -> bool:
    return bool(schema.get("type") or any(word in schema for word in ("allOf", "oneOf", "anyOf")))


def _any_nullable(document: Document, schema: Mapping[str, Any]) -> bool:
    parts = [*schema.get("anyOf", ()), *schema.get("oneOf", ())]
    return any(document.resolved(each).get("nullable") for each in parts)


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    names = {str: "text", int: "an integer", Decimal: "a fraction", list: "a list"}
    return names.get(type(value), "an object" if isinstance(value, Mapping) else "nothing")


def read_text(document: Document, schema: Any, text: str) -> Any:
    """A parameter as its schema would read it; the text itself where it does not fit."""
    schema = document.resolved(schema)
    kind = schema.get("type")
    if kind == "array":
        return [read_text(document, schema.get("items", {}), part) for part in text.split(",")]
    if kind == "boolean" and text in ("true", "false"):
        return text == "true"
    if kind in ("integer", "number"):
        try:
            number = Decimal(text)
        except InvalidOperation:
            return text
        return int(number) if number == number.to_integral_value() else number
    return text
