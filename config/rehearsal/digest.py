"""What the target holds in the end, as one short text: equal days give equal digests.

Ids, times and the order of writing are left out; what was written, and how much, is not.
"""

import hashlib
from collections import defaultdict
from decimal import Decimal
from typing import Any

from config.rehearsal.control import Control
from config.targets import Accepted, accepted, plain

Essentials = list[str]


def ledger_digest(control: Control, system: str) -> str:
    """A digest of orders, credits, payments, goods notes and the sums of the day journals."""
    entries = control.get(f"ledger?system={system}")["entries"]
    found = sorted([*map(_document, accepted(system, entries)), *_goods(entries)])
    found += _journals(entries)
    return hashlib.sha256("\n".join(found).encode()).hexdigest()[:16]


def _document(each: Accepted) -> str:
    return f"{each.operation} {each.key} {plain(each.amount)} {' '.join(each.content)}"


def _goods(entries: list[dict[str, Any]]) -> Essentials:
    notes = [each for each in entries if each["kind"] in ("goods-out-shipped", "goods-in-note")]
    return [
        f"{each['kind']} {each['payload']['orderExternalRef']} "
        + " ".join(
            sorted(f"{line['sku']} {plain(line['quantity'])}" for line in each["payload"]["lines"])
        )
        for each in notes
    ]


def _journals(entries: list[dict[str, Any]]) -> Essentials:
    """A day's journals together: however many deltas it took, the sums are the same."""
    sums: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for entry in entries:
        if entry["kind"] == "journal":
            for line in entry["payload"]["lines"]:
                place = (entry["payload"]["description"], str(line["nominalCode"]))
                sums[place] += Decimal(str(line["debit"])) - Decimal(str(line["credit"]))
    return [f"journal {day} {code} {plain(sums[day, code])}" for day, code in sorted(sums)]
