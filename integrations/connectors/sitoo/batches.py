"""Batches: rows that may go together, and what became of each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from integrations.connectors.bodies import parse
from integrations.connectors.errors import (
    AmbiguousError,
    ConnectorError,
    SchemaChangedError,
    UnavailableError,
)
from integrations.connectors.http import Reply
from integrations.connectors.sitoo.dialect import refusal
from integrations.connectors.sitoo.mapping import SYSTEM
from integrations.connectors.sitoo.schemas import RowResult
from integrations.ports import Intent

Placed = tuple[int, Intent]  # an intent and its place among those given to `send`


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


def row_results(reply: Reply, *, count: int, may_repeat: bool, endpoint: str) -> list[RowResult]:
    """The rows of a batch's answer. An answer of another shape leaves a POST's outcome open."""
    try:
        if not isinstance(reply.data, list) or len(reply.data) != count:
            raise SchemaChangedError(
                f"{SYSTEM} did not answer for each row of a batch.", field="[]", detail=endpoint
            )
        return [parse(RowResult, row, system=SYSTEM, endpoint=endpoint) for row in reply.data]
    except SchemaChangedError as error:
        if may_repeat:
            raise
        raise AmbiguousError(error.sentence, detail=error.detail) from error


def row_error(row: RowResult, *, may_repeat: bool, now: datetime) -> ConnectorError:
    """Why a row was refused. QUIRK(sitoo): the request as a whole was answered with 200."""
    no_headers: Mapping[str, str] = {}
    error = refusal(row.statuscode, row.errortext, headers=no_headers, now=now)
    if isinstance(error, AmbiguousError) and may_repeat:
        return UnavailableError(error.sentence, detail=error.detail, code=error.code)
    return error
