"""A day's receipts as signed values, and what stands at the ERP of each."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from integrations import public
from integrations.public import Document, Transfer
from reconciliation.figures import ZERO
from reconciliation.journals import DayReceipt, DayTender
from reconciliation.takings import Posted, ReceiptFact, summed

State = Document.State
PLANNED = (State.POSTING, State.POSTED)
HELD = (State.HELD, State.PARKED, State.OPEN)
ORDERS = ("create-order", "create-credit")
PAYMENTS = ("take-payment", "refund-payment")
EFFECT = ("operation", "link_kind", "external_ref", "payload")


def read_receipts(documents: Sequence[Document]) -> list[tuple[str, ReceiptFact]]:
    ids = [each.pk for each in documents]
    held = set(public.holds().open().filter(document_id__in=ids).values_list("document", flat=True))
    posted = _posted(documents)
    return [
        (each.state, receipt_fact(each, posted=posted.get(each.pk), is_held=each.pk in held))
        for each in documents
    ]


def receipt_fact(document: Document, *, posted: Posted | None, is_held: bool) -> ReceiptFact:
    """One receipt as signed values. Reads the prefetched lines and tenders only."""
    sign = sign_of(document)
    by_rate: dict[Decimal, Decimal] = {}
    for line in document.lines.all():
        rate = line.tax_rate.normalize()
        by_rate[rate] = by_rate.get(rate, ZERO) + sign * line.net
    absorb(by_rate, sign * document.net)
    return ReceiptFact(
        document_id=document.pk,
        external_id=document.external_id,
        register_id=document.register_id,
        kind=document.kind,
        placed_at=document.placed_at,
        received_at=document.received_at,
        entry=day_receipt(document),
        lines_net=by_rate,
        posted=posted,
        is_planned=document.state in PLANNED,
        is_held=is_held or document.state in HELD,
    )


def sign_of(document: Document) -> Decimal:
    return Decimal(-1) if document.kind == Document.Kind.RETURN else Decimal(1)


def day_receipt(document: Document) -> DayReceipt:
    """One receipt as the journal takes it; returns are negative."""
    sign = sign_of(document)
    net: dict[Decimal, Decimal] = {}
    tax: dict[Decimal, Decimal] = {}
    gift_cards = ZERO
    sold_in_advance = _gift_card_lines(document)
    for line in document.lines.all():
        if line.line_id in sold_in_advance:
            gift_cards += sign * line.net
            continue
        rate = line.tax_rate.normalize()
        net[rate] = net.get(rate, ZERO) + sign * line.net
        tax[rate] = tax.get(rate, ZERO) + sign * line.tax
    absorb(net, sign * document.net - gift_cards)
    absorb(tax, sign * document.tax)
    return DayReceipt(
        number=document.number,
        net=sign * document.net,
        tax=sign * document.tax,
        rounding=sign * document.rounding,
        net_by_rate=net,
        tax_by_rate=tax,
        tenders=tuple(
            DayTender(document.number, t.nominal_code, t.name, sign * t.amount)
            for t in document.tenders.all()
        ),
        gift_cards=gift_cards,
    )


def _gift_card_lines(document: Document) -> set[str]:
    lines = document.record.get("lines", ())
    return {line["line_id"] for line in lines if line.get("is_gift_card")}


def absorb(by_rate: dict[Decimal, Decimal], stated: Decimal) -> None:
    """The receipt's own total holds; a penny between it and its lines goes to the largest rate."""
    difference = stated - sum(by_rate.values(), ZERO)
    if difference and by_rate:
        largest = max(by_rate, key=lambda rate: abs(by_rate[rate]))
        by_rate[largest] += difference


def _posted(documents: Sequence[Document]) -> dict[int, Posted]:
    """What stands at the ERP by document: every effect posted, orders and payments read back.

    A receipt with one of them not read back yet is not there; it is still on its way.
    """
    done = {each.pk: each for each in documents if each.state == State.POSTED}
    rows = (
        public.transfers()
        .filter(document_id__in=done, operation__in=(*ORDERS, *PAYMENTS))
        .filter(state=Transfer.State.POSTED)
        .values_list("document_id", "verified_at", *EFFECT)
    )
    effects: dict[int, list[Any]] = defaultdict(list)
    for pk, verified_at, *effect in rows:
        effects[pk or 0].append(effect)
        if verified_at is None:
            done.pop(pk or 0, None)
    found = {pk: _posted_of(document, effects[pk]) for pk, document in done.items()}
    return {pk: posted for pk, posted in found.items() if posted is not None}


def _posted_of(document: Document, effects: Sequence[Any]) -> Posted | None:
    """None until the order itself was read back."""
    orders = [effect for effect in effects if effect[0] in ORDERS]
    if not orders:
        return None
    sign = sign_of(document)
    rates = {line.line_id: line.tax_rate.normalize() for line in document.lines.all()}
    net: dict[Decimal, Decimal] = {}
    tax: dict[Decimal, Decimal] = {}
    adjusted_net = adjusted_tax = ZERO
    for line in orders[0][3]["lines"]:
        line_net, line_tax = sign * Decimal(line["net"]), sign * Decimal(line["tax"])
        rate = rates.get(line["line_id"])
        if rate is None:  # the line that makes up a penny of the receipt's own rounding
            adjusted_net, adjusted_tax = adjusted_net + line_net, adjusted_tax + line_tax
            continue
        net[rate] = net.get(rate, ZERO) + line_net
        tax[rate] = tax.get(rate, ZERO) + line_tax
    absorb(net, sum(net.values(), ZERO) + adjusted_net)
    absorb(tax, sum(tax.values(), ZERO) + adjusted_tax)
    refs = tuple(sorted(effect[2] for effect in effects))
    return Posted(refs, net, tax, _paid(document, effects))


def _paid(document: Document, effects: Sequence[Any]) -> Mapping[str, Decimal] | None:
    """Payments by tender; the cash rounding that the day's journal carries is counted with them."""
    payments = {effect[1]: effect[3] for effect in effects if effect[0] in PAYMENTS}
    if not payments:
        return None
    sign = sign_of(document)
    pairs = []
    for tender in document.tenders.all():
        payload = payments.get(f"payment:{tender.index}")
        amount = Decimal(payload["amount"]) if payload else ZERO
        if document.rounding and tender.amount - amount == document.rounding:
            amount = tender.amount
        pairs.append((tender.name, sign * amount))
    return summed(pairs)
