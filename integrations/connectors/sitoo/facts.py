"""Payloads as facts: their ids, their times, and versions that change when the content does."""

import hashlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.connectors.errors import SchemaChangedError
from integrations.connectors.sitoo.z_reports import z_report_id
from integrations.ports import Fact

Row = dict[str, Any]
# The same Z-report has this on one endpoint and not on the other.
NOT_CONTENT = {"dateadded"}
SECOND = timedelta(seconds=1)


def order_facts(rows: Sequence[Row]) -> list[Fact]:
    return [_fact("orders", str(number(row, "orderid")), row, "orderdate") for row in rows]


def z_report_facts(rows: Sequence[Row]) -> list[Fact]:
    return [
        _fact(
            "z-reports",
            z_report_id(_text(row, "registerid"), number(row, "zreportid")),
            row,
            "datecreated",
        )
        for row in rows
    ]


def movement_facts(rows: Sequence[Row]) -> list[Fact]:
    return [
        _fact(
            "warehouse-transactions",
            str(number(row, "warehousetransactionid")),
            row,
            "datecreated",
        )
        for row in rows
    ]


def product_facts(rows: Sequence[Row]) -> list[Fact]:
    return [_fact("products", str(number(row, "productid")), row, "datemodified") for row in rows]


def stock_facts(rows: Sequence[Row], *, warehouse_id: str) -> list[Fact]:
    """A level is named by warehouse and SKU; the payload is told its warehouse."""
    return [
        _fact(
            "stock-changes",
            f"{warehouse_id}/{_text(row, 'sku')}",
            {**row, "warehouseid": warehouse_id},
            "datelastmodified",
        )
        for row in rows
    ]


def epoch(moment: datetime) -> int:
    """Whole seconds since 1970, which is how Sitoo tells the time."""
    return int(moment.timestamp())


def number(row: Row, field: str) -> int:
    """A whole number that a fact cannot do without. Raises SchemaChangedError."""
    value = row.get(field)
    if isinstance(value, bool) or not isinstance(value, int):
        raise _changed(field)
    return value


def _text(row: Row, field: str) -> str:
    value = row.get(field)
    if not isinstance(value, str) or not value:
        raise _changed(field)
    return value


def _changed(field: str) -> SchemaChangedError:
    return SchemaChangedError(
        f"Sitoo changed the shape of its answer: {field} is not readable.", field=field
    )


def _fact(topic: str, external_id: str, row: Row, dated_by: str) -> Fact:
    return Fact(
        topic=topic,
        external_id=external_id,
        version=_version(row),
        payload=row,
        occurred_at=_moment(row.get(dated_by)),
    )


def _version(row: Row) -> str:
    """QUIRK(sitoo): nothing has a revision, so the content names it."""
    content = {key: row[key] for key in sorted(row) if key not in NOT_CONTENT}
    canonical = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()[:16]


def _moment(seconds: Any) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
