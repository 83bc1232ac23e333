"""Batches: what became of each row."""

from collections.abc import Mapping
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
