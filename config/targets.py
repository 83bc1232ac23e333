"""What a rehearsed ERP accepted, in one shape whichever system it is, from the sandbox's ledger."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

Entry = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Accepted:
    """One order, credit or payment that stands there. `content` is all that is not time or id."""

    operation: str  # of ours: create-order, create-credit, take-payment (refunds as well)
    key: str
    amount: Decimal
    content: tuple[str, ...]


def accepted(system: str, entries: Iterable[Entry]) -> list[Accepted]:
    """The accepted orders, credits and payments; what else it wrote down is left out."""
    read = READERS.get(system, _nothing)
    return [found for entry in entries if (found := read(entry)) is not None]


def _nothing(entry: Entry) -> None:
    """A system that takes none of these."""


def _brightpearl(entry: Entry) -> Accepted | None:
    payload = entry["payload"]
    operations = {"sales-order": "create-order", "sales-credit": "create-credit"}
    if entry["kind"] in operations:
        amount = number(payload["gross"])
        lines = _lines(payload["lines"], "sku", "quantity", "net", "tax")
        content = (str(payload["warehouseId"]), *lines)
        return Accepted(operations[entry["kind"]], entry["key"], amount, content)
    if entry["kind"] == "customer-payment":
        amount = number(payload["amount"])
        return Accepted("take-payment", entry["key"], amount, (str(payload["method"]),))
    return None


def _orderwise(entry: Entry) -> Accepted | None:
    operations = {"order": "create-order", "credit": "create-credit"}
    if entry["kind"] not in operations:
        return None
    body = entry["payload"]
    names = ("variantCode", "quantity", "itemGross", "taxRateId", "stockLocationId")
    content = (
        *_lines(body["orderLines"], *names),
        *_lines(body["payments"], "paymentMethodId", "amount"),
    )
    amount = number(body["orderHeader"]["orderGross"])
    return Accepted(operations[entry["kind"]], entry["key"], amount, content)


READERS: dict[str, Callable[[Entry], Accepted | None]] = {
    "brightpearl": _brightpearl,
    "orderwise": _orderwise,
}


def number(value: Any) -> Decimal:
    return Decimal(str(value))


def plain(value: Any) -> str:
    """1.0000, "1" and 1 are one number; names stay as they are."""
    try:
        return f"{number(value).normalize() + 0:f}"
    except ArithmeticError:
        return str(value)


def _lines(rows: list[Mapping[str, Any]], *names: str) -> list[str]:
    return sorted(" ".join(plain(row[name]) for name in names) for row in rows)
