"""Lines and money of a receipt beside the same in the ERP, as it was read back there. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from integrations.canonical.money import minor_unit
from integrations.public import Document, DocumentLine, DocumentLink, DocumentTender, Transfer


@dataclass(frozen=True)
class Amounts:
    """What one side says of one line. A side that has no such line has none of these."""

    quantity: Decimal
    net: Decimal
    tax: Decimal


@dataclass(frozen=True)
class LinePair:
    """One line at the till and in the ERP; `differs` names the figures that disagree."""

    name: str
    sku: str
    note: str
    till: Amounts | None
    there: Amounts | None
    there_name: str = ""
    differs: frozenset[str] = frozenset()


@dataclass(frozen=True)
class TenderPair:
    """One payment at the till and in the ERP. `state` says why there is none there."""

    name: str
    amount: Decimal
    reference: str
    there: Decimal | None
    method: str
    state: str
    differs: bool


@dataclass(frozen=True)
class Sides:
    """The two systems side by side. `state` is what the ERP's side is based on."""

    system: str
    state: str
    lines: Sequence[LinePair]
    tenders: Sequence[TenderPair]
    till: Amounts
    there: Amounts | None
    differs: frozenset[str] = field(default=frozenset())

    @property
    def equal(self) -> bool:
        """Say whether both sides are known and nothing of them differs."""
        wrong = any(pair.differs for pair in self.lines) or any(x.differs for x in self.tenders)
        return self.there is not None and not self.differs and not wrong


def sides(
    document: Document,
    *,
    lines: Iterable[DocumentLine],
    tenders: Iterable[DocumentTender],
    transfers: Iterable[Transfer],
    links: Iterable[DocumentLink],
) -> Sides:
    """Compare what the till said with what reads back. Differences are from what was sent."""
    effects = {transfer.link_kind: transfer for transfer in transfers if transfer.link_kind}
    details = {link.kind: link.detail for link in links}
    kind = "credit" if "credit" in effects else "order"
    order, read = effects.get(kind), details.get(kind, {}).get("read")
    unit = minor_unit(document.currency)
    pairs = line_pairs(list(lines), _sent(order), read, unit=unit)
    there = _total(pair.there for pair in pairs) if read else None
    meant = _total(_amounts(line) for line in _sent(order).values())
    return Sides(
        system=order.connection.label if order else "",
        state=_state(order, read),
        lines=pairs,
        tenders=[_tender(each, order, effects, details, unit=unit) for each in tenders],
        till=Amounts(document.units, document.net, document.tax),
        there=there,
        differs=_differing(meant, there, unit=unit) if there else frozenset(),
    )


def line_pairs(
    lines: Sequence[DocumentLine],
    sent: Mapping[str, Mapping[str, Any]],
    read: Sequence[Sequence[str]] | None,
    *,
    unit: Decimal,
) -> list[LinePair]:
    """Pair by our line id: the till's lines, what was added to them, and what nobody meant."""
    found = {row[0]: row for row in read or () if row[0]}
    own = {line.line_id: line for line in lines}
    ids = [*own, *(line_id for line_id in sent if line_id not in own)]
    pairs = [
        _pair(own.get(line_id), sent.get(line_id), found.get(line_id), read, unit=unit)
        for line_id in ids
    ]
    strange = [row for row in read or () if not row[0]]
    return [*pairs, *(_unmeant(row) for row in strange)]


def _pair(
    line: DocumentLine | None,
    sent: Mapping[str, Any] | None,
    row: Sequence[str] | None,
    read: Sequence[Sequence[str]] | None,
    *,
    unit: Decimal,
) -> LinePair:
    till = Amounts(line.quantity, line.net, line.tax) if line else None
    there = _read(row) if row else None
    meant = _amounts(sent) if sent else till
    name = line.name if line else str((sent or {}).get("name", ""))
    sku = line.sku if line else str((sent or {}).get("sku", ""))
    missing = frozenset({"missing"}) if read is not None and row is None else frozenset[str]()
    return LinePair(
        name=name or sku,
        sku=sku,
        note=_note(line),
        till=till,
        there=there,
        there_name=row[1] if row and row[1] not in (sku, name) else "",
        differs=_differing(meant, there, unit=unit) if meant and there else missing,
    )


def _note(line: DocumentLine | None) -> str:
    if line is None:
        return "added, so that the totals agree"
    reason = f"reason {line.condition_code}" if line.condition_code else ""
    return " · ".join(filter(None, (reason, line.disposition)))


def _unmeant(row: Sequence[str]) -> LinePair:
    differs = frozenset({"missing"})
    return LinePair(row[1], "", "nobody meant this line", None, _read(row), differs=differs)


def _differing(meant: Amounts, there: Amounts, *, unit: Decimal) -> frozenset[str]:
    """Name what disagrees by a whole minor unit, or in quantity at all."""
    found = {
        name for name in ("net", "tax") if abs(getattr(meant, name) - getattr(there, name)) >= unit
    }
    return frozenset(found | ({"quantity"} if meant.quantity != there.quantity else set()))


def _sent(order: Transfer | None) -> dict[str, Mapping[str, Any]]:
    lines = order.payload.get("lines", []) if order else []
    return {line["line_id"]: line for line in lines}


def _amounts(line: Mapping[str, Any]) -> Amounts:
    return Amounts(Decimal(line["quantity"]), Decimal(line["net"]), Decimal(line["tax"]))


def _read(row: Sequence[str]) -> Amounts:
    return Amounts(Decimal(row[2]), Decimal(row[3]), Decimal(row[4]))


def _total(amounts: Iterable[Amounts | None]) -> Amounts:
    known = [each for each in amounts if each]
    return Amounts(
        sum((each.quantity for each in known), Decimal(0)),
        sum((each.net for each in known), Decimal(0)),
        sum((each.tax for each in known), Decimal(0)),
    )


def _state(order: Transfer | None, read: Any) -> str:
    if order is None:
        return "not sent yet"
    if read:
        return "as read back"
    return "sent, not read back yet" if order.state == "posted" else "not sent yet"


def _tender(
    tender: DocumentTender,
    order: Transfer | None,
    effects: Mapping[str, Transfer],
    details: Mapping[str, Mapping[str, Any]],
    *,
    unit: Decimal,
) -> TenderPair:
    name = f"payment:{tender.index}"
    effect, read = effects.get(name), details.get(name, {}).get("read")
    there = Decimal(read[1]) if read else None
    meant = Decimal(str(effect.payload.get("amount", tender.amount))) if effect else tender.amount
    return TenderPair(
        name=tender.name,
        amount=tender.amount,
        reference=tender.reference,
        there=there,
        method=read[0] if read else tender.method_code,
        state="in the journal of the day" if order and not effect else _state(effect, read),
        differs=there is not None and abs(there - meant) >= unit,
    )
