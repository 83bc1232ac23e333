"""Journals over the API: what was built for each store and trading day, and where it is now."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query
from pydantic import BaseModel

from integrations import public
from integrations.api.kit import (
    Id,
    Listing,
    Money,
    Name,
    Operation,
    Paging,
    Scope,
    dropped,
    listing,
    money,
    named,
    one,
)
from integrations.api.shapes import TransferState
from integrations.public import Transfer
from monitoring.kit.permissions import Capability
from reconciliation.models import DayJournal


class JournalFilters(Paging):
    store: Name | None = None
    day: date | None = None


class JournalRow(BaseModel):
    """`sequence` 1 is the day's journal, the next are additions. `state` is of its transfer."""

    id: int
    reference: str
    store: str
    business_date: date
    sequence: int
    accounting_mode: str
    total: Money
    is_balanced: bool
    receipts: int
    transfer: int | None
    state: TransferState | None
    external_ref: str
    built_at: datetime


class JournalLineShape(BaseModel):
    """One line; debit or credit is zero. `receipts` are the numbers it is made of."""

    nominal: str
    memo: str
    debit: Money
    credit: Money
    receipts: list[str]


class JournalStory(JournalRow):
    lines: list[JournalLineShape]


def list_journals(request: HttpRequest, filters: Query[JournalFilters]) -> Listing[JournalRow]:
    """Journals in the order of their ids. `day` is the trading day at the store."""
    wanted: dict[str, object] = {"business_date": filters.day}
    if filters.store:
        store = named(public.stores(), filters.store, by="code", field="store")
        wanted["store_code"] = store.code
    rows = DayJournal.objects.filter(**dropped(wanted))
    found = listing(Listing[JournalRow], rows, filters, lambda row: JournalRow(**_journal(row)))
    sent = _transfers([row.transfer for row in found.items if row.transfer is not None])
    for row in found.items:
        _place(row, sent)
    return found


def read_journal(request: HttpRequest, journal_id: Id) -> JournalStory:
    """One journal with its lines and the receipts behind each."""
    row = one(DayJournal.objects.all(), journal_id, "journal")
    lines = [
        JournalLineShape(
            nominal=line.nominal,
            memo=line.memo,
            debit=money(line.debit, row.currency),
            credit=money(line.credit, row.currency),
            receipts=line.receipts,
        )
        for line in row.as_lines()
    ]
    story = JournalStory(**_journal(row), lines=lines)
    _place(story, _transfers([row.transfer_id] if row.transfer_id else []))
    return story


def _transfers(ids: list[int]) -> Mapping[int, Transfer]:
    return public.transfers().in_bulk(ids)


def _place(row: JournalRow, sent: Mapping[int, Transfer]) -> None:
    transfer = sent.get(row.transfer) if row.transfer is not None else None
    if transfer is not None:
        row.state, row.external_ref = Transfer.State(transfer.state), transfer.external_ref


def _journal(row: DayJournal) -> dict[str, Any]:
    return {
        "id": row.pk,
        "reference": row.reference,
        "store": row.store_code,
        "business_date": row.business_date,
        "sequence": row.sequence,
        "accounting_mode": row.accounting_mode,
        "total": money(row.total, row.currency),
        "is_balanced": row.is_balanced,
        "receipts": row.receipts,
        "transfer": row.transfer_id,
        "state": None,
        "external_ref": "",
        "built_at": row.built_at,
    }


_SEE = Capability.VIEW_DAYS
OPERATIONS = (
    Operation("GET", "/journals", list_journals, Listing[JournalRow], _SEE, Scope.READ),
    Operation("GET", "/journals/{journal_id}", read_journal, JournalStory, _SEE, Scope.READ),
)
