"""What the vendors hold in the end, without the ids that differ from run to run."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.ledger import Entry
from integrations.sandbox.trade.control import desk_of

# Numbers that a vendor gives out: another order of arrival gives other numbers to the same things.
GIVEN_OUT = {"orderId", "rowId", "noteId", "paymentId", "journalId", "parentId", "invoice", "id"}
Level = tuple[str, str, Decimal]


@dataclass(frozen=True)
class Outcome:
    """The ERP's accepted effects, the tills' final levels, and the tills' final prices."""

    effects: Counter[str]
    levels: frozenset[Level]
    prices: frozenset[tuple[str, str]]

    def differences(self, other: "Outcome") -> list[str]:
        """How `other` differs from this one, in sentences."""
        found = [f"lost: {effect} ×{n}" for effect, n in (self.effects - other.effects).items()]
        found += [
            f"too much: {effect} ×{n}" for effect, n in (other.effects - self.effects).items()
        ]
        found += [f"level {level} was expected" for level in sorted(self.levels - other.levels)]
        found += [f"level {level} was found" for level in sorted(other.levels - self.levels)]
        found += [f"price {price}" for price in sorted(self.prices ^ other.prices)]
        return found


def outcome(sandbox: Sandbox) -> Outcome:
    """What is true at both vendors now."""
    entries = sandbox.ledger.entries(system="brightpearl")
    return Outcome(
        effects=Counter(essence(entry) for entry in entries),
        levels=frozenset(
            (level["store"], level["sku"], Decimal(level["till"]))
            for level in desk_of(sandbox).levels()
            if "till" in level
        ),
        prices=frozenset(
            (row["sku"], row["moneyprice"]) for row in sandbox.sitoo.state.products.values()
        ),
    )


def essence(entry: Entry) -> str:
    return f"{entry.kind} {json.dumps(_plain(entry.payload), sort_keys=True)}"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(each) for name, each in value.items() if name not in GIVEN_OUT}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, datetime):
        return value.isoformat()
    return value
