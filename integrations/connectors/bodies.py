"""Bytes to JSON and back: exact numbers, and no guessing when an answer is not JSON."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from integrations.connectors.errors import SchemaChangedError

WEB_PAGE = "answered with a web page"
# Around the digits of a Number until the quotes that json writes are taken away again.
_MARK = "\ue000"
_BARE = re.compile(f'"{_MARK}(-?[0-9.]+){_MARK}"')
NOT_JSON = "answered with something that is not complete JSON"

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Body:
    """`data` is parsed JSON; with a `problem` it is the text itself. Empty bodies are None."""

    data: Any
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Number:
    """An amount for a vendor that insists on JSON numbers: its digits are written as they are."""

    value: Decimal

    def __str__(self) -> str:
        return format(self.value, "f")


def write_json(value: Any) -> bytes:
    """Compact UTF-8 JSON. Decimals become strings: JSON numbers would pass through binary."""
    text = json.dumps(
        value, default=_plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False
    )
    return _BARE.sub(r"\1", text).encode()


def read_body(content_type: str, raw: bytes) -> Body:
    """Parse an answer: fractions become Decimal, NaN and Infinity are refused."""
    if not raw.strip():
        return Body(None)
    text = raw.decode("utf-8", errors="replace")
    if "html" in content_type.lower() or text.lstrip("\ufeff \r\n\t").startswith("<"):
        return Body(text, WEB_PAGE)
    try:
        data = json.loads(raw, parse_float=Decimal, parse_constant=_refuse)
        return Body(storable(data) if b"\\u" in raw else data)
    except (ValueError, RecursionError):
        return Body(text, NOT_JSON)


def storable(value: Any) -> Any:
    """Parsed JSON without what no database keeps: zero bytes go, half characters become "?".

    A receipt with half an emoji in a product's name must not stop the stream that it came in.
    """
    if isinstance(value, str):
        return value.replace("\0", "").encode("utf-8", errors="replace").decode()
    if isinstance(value, list):
        return [storable(each) for each in value]
    if isinstance(value, dict):
        return {storable(key): storable(each) for key, each in value.items()}
    return value


def parse(model: type[Model], data: Any, *, system: str, endpoint: str) -> Model:
    """`data` as a wire model. Raises SchemaChangedError naming the first wrong field."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        path = field_path(first["loc"])
        raise SchemaChangedError(
            f"{system} changed the shape of its answer: {path or 'the whole'} is not readable.",
            field=path,
            detail=f"{endpoint}: {path}: {first['msg']}",
        ) from None


@contextmanager
def representable(system: str, topic: str) -> Iterator[None]:
    """Around making canonical records: what they cannot hold is a changed schema, too.

    Raises SchemaChangedError naming the first such field.
    """
    try:
        yield
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False, include_context=False)[0]
        path = field_path(first["loc"])
        raise SchemaChangedError(
            f"{system} sent something that we cannot represent: {path}.",
            field=path,
            detail=f"{topic}: {path}: {first['msg']}",
        ) from None


def field_path(location: Sequence[str | int]) -> str:
    """`("items", 3, "sku")` as `items[3].sku`."""
    steps = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in location)
    return "".join(steps).lstrip(".")


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not a number")


def _plain(value: Any) -> str:
    if isinstance(value, Number):
        return f"{_MARK}{value}{_MARK}"
    if isinstance(value, Decimal):
        return format(value, "f")
    raise TypeError(f"{type(value).__name__} has no JSON form")
