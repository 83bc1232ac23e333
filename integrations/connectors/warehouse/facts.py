"""Payloads as facts: their ids, their times, and versions that change when the content does."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from integrations.connectors.errors import SchemaChangedError
from integrations.ports import Fact

Row = dict[str, Any]
# What names one object, and when it happened. A level is named by its SKU: that is what the
# warehouse's products are called by.
NAMED_BY = {
    "orders": ("client_order_ref", "status_at"),
    "shipments": ("shipment_ref", "dispatched_at"),
    "stock-changes": ("sku", "as_of"),
    "warehouse-transactions": ("movement_ref", "at"),
    "products": ("sku", "updated_at"),
}


def fact(topic: str, row: Row) -> Fact:
    """Raises SchemaChangedError when it has no name."""
    name, time = NAMED_BY[topic]
    external_id = row.get(name)
    if not isinstance(external_id, str) or not external_id:
        raise SchemaChangedError(
            f"The warehouse changed the shape of its answer: {name} is not readable.", field=name
        )
    return Fact(topic, external_id, version_of(row), row, moment(row.get(time)))


def version_of(content: Mapping[str, Any]) -> str:
    """A digest: `updated_at` counts whole seconds, and more may happen in one."""
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def moment(text: object) -> datetime | None:
    """A time with its zone; None for anything else."""
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found if found.tzinfo else None
