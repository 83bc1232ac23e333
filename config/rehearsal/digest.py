"""What the target holds in the end, as one short text: equal days give equal digests.

Ids, times and the order of writing are left out; what was written, and how much, is not.
"""

import hashlib
import json
from collections import defaultdict
from decimal import Decimal
from typing import Any

from config.rehearsal.control import Control

Essentials = list[str]


def ledger_digest(control: Control) -> str:
    """A digest of orders, credits, payments, goods notes and the sums of the day journals."""
    entries = control.get("ledger?system=brightpearl")["entries"]
    found = sorted(line for entry in entries for line in _essentials(entry))
    found += _journals(entries)
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:16]


def _essentials(entry: dict[str, Any]) -> Essentials:
    kind, payload = entry["kind"], entry["payload"]
    if kind in ("sales-order", "sales-credit"):
        lines = sorted(_line(line, "sku", "quantity", "net", "tax") for line in payload["lines"])
        return [f"{kind} {entry['key']} {payload['warehouseId']} {' '.join(lines)}"]
    if kind == "customer-payment":
        return [f"{kind} {entry['key']} {payload['method']} {_number(payload['amount'])}"]
    if kind in ("goods-out-shipped", "goods-in-note"):
        lines = sorted(_line(line, "sku", "quantity") for line in payload["lines"])
        return [f"{kind} {payload['orderExternalRef']} {' '.join(lines)}"]
    return []


def _line(line: dict[str, Any], *names: str) -> str:
    return json.dumps([_number(line[name]) for name in names])


def _number(value: Any) -> str:
    """1.0000, "1" and 1 are one number; names stay as they are."""
    try:
        return f"{Decimal(str(value)).normalize() + 0:f}"
    except ArithmeticError:
        return str(value)


def _journals(entries: list[dict[str, Any]]) -> Essentials:
    """A day's journals together: however many deltas it took, the sums are the same."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry["kind"] == "journal":
            for line in entry["payload"]["lines"]:
                place = (entry["payload"]["description"], str(line["nominalCode"]))
                sums[place] += Decimal(str(line["debit"])) - Decimal(str(line["credit"]))
    return [f"journal {day} {code} {_number(sums[day, code])}" for day, code in sorted(sums)]
