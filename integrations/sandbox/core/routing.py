"""Paths to handlers: literal segments first, `{name}` segments otherwise."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from integrations.sandbox.core.http import Request

Handler = Callable[..., Any]


@dataclass(frozen=True)
class Match:
    """A handler found for a path, with the values of its `{name}` segments."""

    handler: Handler
    params: dict[str, str]
    template: str


@dataclass
class _Node:
    literal: dict[str, "_Node"] = field(default_factory=dict)
    named: "_Node | None" = None
    ends: dict[str, tuple[Handler, str, tuple[str, ...]]] = field(default_factory=dict)


class Router:
    """A tree of path segments. A trailing slash makes no difference."""

    def __init__(self) -> None:
        self._root = _Node()

    def add(self, method: str, template: str, handler: Handler) -> None:
        """Answer `method` on paths like `template`, e.g. `/orders/{order_id}`."""
        node, names = self._root, []
        for segment in _segments(template):
            if segment.startswith("{"):
                names.append(segment[1:-1])
                node.named = node.named or _Node()
                node = node.named
            else:
                node = node.literal.setdefault(segment, _Node())
        node.ends[method] = (handler, template, tuple(names))

    def match(self, method: str, path: str) -> Match | None:
        """The handler for this call, or None when no path or method fits."""
        for values, ends in _walk(self._root, _segments(path), ()):
            if method in ends:
                handler, template, names = ends[method]
                params = dict(zip(names, map(unquote, values), strict=True))
                return Match(handler, params, template)
        return None

    def endpoint(self, request: Request) -> str:
        """`METHOD template`, for counting; the bare method and `(unknown)` when nothing fits."""
        found = self.match(request.method, request.path)
        return f"{request.method} {found.template if found else '(unknown)'}"


def _segments(path: str) -> list[str]:
    return [segment for segment in path.split("/") if segment]


def _walk(node: _Node, segments: list[str], values: tuple[str, ...]) -> Any:
    if not segments:
        yield values, node.ends
        return
    head, rest = segments[0], segments[1:]
    if head in node.literal:
        yield from _walk(node.literal[head], rest, values)
    if node.named is not None:
        yield from _walk(node.named, rest, (*values, head))
