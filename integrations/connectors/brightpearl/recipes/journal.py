"""Balanced journals. There is no key for them: ours is the invoice reference of every line.

Source: "Journal entry / POST", "Journal / GET"; columns of journal-search from client code.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from integrations.canonical.effects import JournalLine, PostJournal
from integrations.connectors.brightpearl import assumed
from integrations.connectors.brightpearl.account import Account
from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.recipes.base import (
    Draft,
    Recipe,
    created_id,
    each,
    vendor_id,
    wanted,
)
from integrations.connectors.brightpearl.schemas import Journal
from integrations.connectors.brightpearl.search import Row, number_of, text_of
from integrations.connectors.errors import RejectedError
from integrations.ports import (
    Absent,
    Difference,
    Done,
    Found,
    Intent,
    LookUp,
    Posted,
    ReadBack,
    Unclear,
)

PATH = "/accounting-service/journal-entry"
RATE_PLACES = Decimal("0.000001")


class Side(NamedTuple):
    """One line as it is compared: debits are positive, credits negative."""

    nominal_code: str
    amount: Decimal


def drafts(intents: Sequence[Intent], account: Account) -> list[Draft]:
    return each(intents, lambda intent: _message(intent, account))


def _message(intent: Intent, account: Account) -> Message:
    effect = wanted(intent, PostJournal).effect
    if sum((line.debit - line.credit for line in effect.lines), Decimal(0)):
        raise RejectedError(f"Journal {effect.reference} does not balance.")
    currency = account.currency(effect.currency)
    rate = Decimal(1) if currency.is_base else currency.rate
    header = {
        "journalType": assumed.MANUAL_JOURNAL,
        "journalDate": effect.journal_date.isoformat(),
        "description": effect.description,
        "currencyId": currency.id,
        "exchangeRate": format(rate.quantize(RATE_PLACES), "f"),
    }
    lines = [_line(line, effect.reference, account) for line in effect.lines]
    return Message("POST", PATH, {"header": header, "lines": lines}, f"POST {PATH}", key=intent.key)


def _line(line: JournalLine, reference: str, account: Account) -> dict[str, Any]:
    tax_code = line.tax_code or account.config.journal_tax_code
    side = "transactionDebit" if line.debit else "transactionCredit"
    return {
        "nominalCode": line.nominal_code,
        side: format(line.debit or line.credit, "f"),
        **({"taxClassId": _tax_class(tax_code, account)} if tax_code else {}),
        "invoiceRef": reference,
    }


def _tax_class(code: str, account: Account) -> int:
    tax_code = account.tax_code(code)
    if tax_code is None:
        raise RejectedError(f"Brightpearl has no tax code {code}.")
    return tax_code.id


def understand(intent: Intent, response: Any) -> Done:
    return Done(str(created_id(response)))


def look_up(intents: Sequence[Intent], account: Account) -> list[LookUp]:
    """One search each: journals are few, and never posted twice on a doubt."""
    return [_verdict(intent, account) for intent in intents]


def _verdict(intent: Intent, account: Account) -> LookUp:
    effect = wanted(intent, PostJournal).effect
    rows = account.client.journal_lines(effect.reference)
    journals = {number_of(row, "journalId") for row in rows}
    if not journals:
        return Absent()
    if len(journals) > 1:
        return Unclear(f"Brightpearl has {len(journals)} journals {effect.reference}.")
    if Counter(_found_sides(rows)) != Counter(_meant_sides(effect)):
        return Unclear(f"Journal {effect.reference} is there, but with other lines than ours.")
    return Found(str(journals.pop()))


def _meant_sides(effect: PostJournal) -> list[Side]:
    return [Side(line.nominal_code, line.debit - line.credit) for line in effect.lines]


def _found_sides(rows: Iterable[Row]) -> list[Side]:
    return [
        Side(
            text_of(row, "nominalCode"),
            Decimal(text_of(row, "transactionDebit") or "0")
            - Decimal(text_of(row, "transactionCredit") or "0"),
        )
        for row in rows
    ]


def read_back(posted: Sequence[Posted], account: Account) -> list[ReadBack]:
    found = account.client.journals(vendor_id(each.external_ref, "journal") for each in posted)
    return [_compare(each, found.get(int(each.external_ref))) for each in posted]


def _compare(posted: Posted, journal: Journal | None) -> ReadBack:
    if journal is None:
        return ReadBack(missing=True)
    meant = _by_nominal(_meant_sides(wanted(posted.intent, PostJournal).effect))
    found = _by_nominal(
        [
            *(Side(line.nominalCode, abs(line.amount)) for line in journal.debits),
            *(Side(line.nominalCode, -abs(line.amount)) for line in journal.credits),
        ]
    )
    return ReadBack(
        tuple(
            Difference(
                f"nominal[{code}]",
                format(meant.get(code, Decimal(0)), "f"),
                format(found.get(code, Decimal(0)), "f"),
                is_money=True,
            )
            for code in sorted(meant.keys() | found.keys())
            if meant.get(code, Decimal(0)) != found.get(code, Decimal(0))
        )
    )


def _by_nominal(sides: Iterable[Side]) -> dict[str, Decimal]:
    """Debits less credits per nominal code."""
    totals: dict[str, Decimal] = {}
    for side in sides:
        totals[side.nominal_code] = totals.get(side.nominal_code, Decimal(0)) + side.amount
    return totals


RECIPE = Recipe(drafts=drafts, understand=understand, look_up=look_up, read_back=read_back)
