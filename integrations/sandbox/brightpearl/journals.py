"""Journals: ours by POST, and those that the ERP books by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.documents import Journal, JournalLine
from integrations.sandbox.brightpearl.formats import (
    ZERO,
    four,
    id_set,
    read_day,
    read_decimal,
    read_int,
    read_text,
    section,
    six,
    stamp,
    without_none,
)
from integrations.sandbox.brightpearl.masters import Currency
from integrations.sandbox.brightpearl.replies import BAD_JOURNAL, Reply, invalid, response
from integrations.sandbox.brightpearl.requests import read_body, read_list
from integrations.sandbox.brightpearl.world import STAFF, World
from integrations.sandbox.core.http import Request

KINDS = frozenset(
    ["JJ", "BP", "BR", "BT", "SI", "SC", "SR", "PI", "PC", "PP", "PG", "GO", "IA", "EX", "LC", "OB"]
)
LARGEST_SET = 200

_text = partial(read_text, code=BAD_JOURNAL)
_int = partial(read_int, code=BAD_JOURNAL)


def post_journal_entry(world: World, request: Request) -> Reply:
    """Book a journal: it must balance, on active nominal codes. Not idempotent."""
    body = read_body(request)
    header = section(body, "header")
    currency = _currency(world, header)
    lines = tuple(_line(world, wanted) for wanted in read_list(body, "lines"))
    _refuse_unbalanced(lines)
    contact = header.get("contactId")
    journal = Journal(
        id=world.new_id("journal"),
        kind=_kind(header),
        day=read_day(header.get("journalDate"), "journalDate", code=BAD_JOURNAL),
        description=_text(header.get("description"), "description", limit=255),
        currency_id=currency.id,
        exchange_rate=_rate(header, currency),
        lines=lines,
        created_on=world.now,
        contact_id=None if contact is None else _int(contact, "contactId"),
        due=read_day(header["dateDue"], "dateDue") if header.get("dateDue") else None,
    )
    world.journals[journal.id] = journal
    key = "|".join(sorted({line.invoice_ref for line in lines if line.invoice_ref}))
    world.record("journal", journal.id, key, _summary(journal))
    return response(journal.id)


def _kind(header: Mapping[str, Any]) -> str:
    kind = header.get("journalType")
    if kind not in KINDS:
        raise invalid(BAD_JOURNAL, f"Unknown journal type: {kind!r}")
    return str(kind)


def _currency(world: World, header: Mapping[str, Any]) -> Currency:
    wanted = _int(header.get("currencyId"), "currencyId")
    found = next((one for one in world.currencies.values() if one.id == wanted), None)
    if found is None:
        raise invalid(BAD_JOURNAL, f"Unknown currencyId: {wanted}")
    return found


def _rate(header: Mapping[str, Any], currency: Currency) -> Decimal:
    rate = read_decimal(header.get("exchangeRate", 1), "exchangeRate", code=BAD_JOURNAL)
    exponent = rate.as_tuple().exponent
    if rate <= 0 or (isinstance(exponent, int) and exponent < -6):
        raise invalid(BAD_JOURNAL, "exchangeRate must be above 0 with at most 6 decimal places")
    if currency.default and rate != 1:
        raise invalid(BAD_JOURNAL, "exchangeRate must be 1.000000 in the base currency")
    return rate


def _line(world: World, wanted: Mapping[str, Any]) -> JournalLine:
    code = wanted.get("nominalCode")
    nominal = world.nominals.get(str(code))
    if nominal is None or not nominal.active:
        raise invalid(BAD_JOURNAL, f"Nominal code {code!r} does not exist or is not active")
    tax_class = _tax_class(world, wanted)
    if nominal.bank and tax_class is None:
        raise invalid(BAD_JOURNAL, f"A line on bank account {nominal.code} needs a taxClassId")
    debit, credit = _side(wanted, "transactionDebit"), _side(wanted, "transactionCredit")
    if (debit > 0) == (credit > 0):
        raise invalid(BAD_JOURNAL, "A line has either transactionDebit or transactionCredit")
    order_id, channel_id = wanted.get("orderId"), wanted.get("channelId")
    return JournalLine(
        row_id=world.new_id("journal-row"),
        nominal=nominal.code,
        debit=debit,
        credit=credit,
        tax_class_id=tax_class,
        invoice_ref=_text(wanted.get("invoiceRef"), "invoiceRef", limit=255),
        order_id=None if order_id is None else _int(order_id, "orderId"),
        channel_id=None if channel_id is None else _int(channel_id, "channelId"),
    )


def _side(wanted: Mapping[str, Any], name: str) -> Decimal:
    if wanted.get(name) is None:
        return ZERO
    amount = read_decimal(wanted[name], name, code=BAD_JOURNAL)
    if amount < 0:
        raise invalid(BAD_JOURNAL, f"{name} must not be negative")
    return amount


def _tax_class(world: World, wanted: Mapping[str, Any]) -> int | None:
    if wanted.get("taxClassId") is None:
        return None
    one = _int(wanted["taxClassId"], "taxClassId")
    if all(tax_code.id != one for tax_code in world.tax_codes.values()):
        raise invalid(BAD_JOURNAL, f"Unknown taxClassId: {one}")
    return one


def _refuse_unbalanced(lines: tuple[JournalLine, ...]) -> None:
    debit, credit = sum(line.debit for line in lines), sum(line.credit for line in lines)
    if debit != credit:
        raise invalid(BAD_JOURNAL, f"Journal does not balance: debit {debit}, credit {credit}")


def _summary(journal: Journal) -> dict[str, Any]:
    return {
        "journalId": journal.id,
        "type": journal.kind,
        "date": journal.day.isoformat(),
        "description": journal.description,
        "lines": [
            {
                "nominalCode": line.nominal,
                "debit": line.debit,
                "credit": line.credit,
                "taxClassId": line.tax_class_id,
                "invoiceRef": line.invoice_ref,
                "channelId": line.channel_id,
            }
            for line in journal.lines
        ],
    }


@dataclass(frozen=True)
class Posting:
    """The heading of a journal that the ERP books by itself."""

    kind: str
    day: date
    description: str
    currency: str
    invoice_ref: str = ""
    order_id: int | None = None
    channel_id: int | None = None
    contact_id: int | None = None


def post_automatic(world: World, posting: Posting, amounts: Mapping[str, Decimal]) -> int | None:
    """Book debit minus credit by nominal code; nothing when all are zero. Returns the id."""
    lines = tuple(
        JournalLine(
            row_id=world.new_id("journal-row"),
            nominal=nominal,
            debit=max(amount, ZERO),
            credit=max(-amount, ZERO),
            invoice_ref=posting.invoice_ref,
            order_id=posting.order_id,
            channel_id=posting.channel_id,
        )
        for nominal, amount in amounts.items()
        if amount
    )
    if not lines:
        return None
    currency = world.currencies[posting.currency]
    journal = Journal(
        id=world.new_id("journal"),
        kind=posting.kind,
        day=posting.day,
        description=posting.description,
        currency_id=currency.id,
        exchange_rate=currency.rate,
        lines=lines,
        created_on=world.now,
        contact_id=posting.contact_id,
    )
    world.journals[journal.id] = journal
    return journal.id


def get_journals(world: World, request: Request, *, ids: str) -> Reply:
    """Journals by id; unknown ids are left out."""
    found = (world.journals.get(one) for one in id_set(ids, cap=LARGEST_SET))
    return response({"journals": [_view(world, one) for one in found if one is not None]})


def _view(world: World, journal: Journal) -> dict[str, Any]:
    """The shape of a journal's lines is [assumed] after the older POST /journal."""
    code = next(one.code for one in world.currencies.values() if one.id == journal.currency_id)
    return without_none(
        {
            "id": journal.id,
            "journalTypeCode": journal.kind,
            "taxDate": journal.day.isoformat(),
            "description": journal.description,
            "currencyId": journal.currency_id,
            "exchangeRate": six(journal.exchange_rate),
            "contactId": journal.contact_id,
            "createdOn": stamp(journal.created_on, world.settings.zone),
            "createdBy": STAFF,
            "debits": [_view_line(line, line.debit, code) for line in journal.lines if line.debit],
            "credits": [
                _view_line(line, line.credit, code) for line in journal.lines if line.credit
            ],
        }
    )


def _view_line(line: JournalLine, amount: Decimal, currency: str) -> dict[str, Any]:
    return without_none(
        {
            "journalRowId": line.row_id,
            "nominalCode": line.nominal,
            "change": {"currency": currency, "value": four(amount)},
            "taxClassId": line.tax_class_id,
            "invoiceReference": line.invoice_ref or None,
            "orderId": line.order_id,
            "channelId": line.channel_id,
        }
    )
