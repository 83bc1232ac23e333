"""journal-search: one row per line of a journal."""

from datetime import UTC, datetime

from integrations.sandbox.brightpearl.documents import Journal, JournalLine
from integrations.sandbox.brightpearl.formats import ZERO, four, six
from integrations.sandbox.brightpearl.replies import Reply
from integrations.sandbox.brightpearl.search import Column, Table, find, window
from integrations.sandbox.brightpearl.world import STAFF, World
from integrations.sandbox.core.http import Request

Row = tuple[Journal, JournalLine]


def _day(row: Row) -> datetime:
    return datetime(row[0].day.year, row[0].day.month, row[0].day.day, tzinfo=UTC)


def _base(row: Row, amount_name: str) -> str:
    amount = getattr(row[1], amount_name)
    return four(amount / row[0].exchange_rate if amount else ZERO)


JOURNALS = Table(
    columns=(
        Column("journalId", "IDSET", lambda r: r[0].id),
        Column("journalType", "STRING", lambda r: r[0].kind),
        Column("orderId", "IDSET", lambda r: r[1].order_id),
        Column("invoiceReference", "SEARCH_STRING", lambda r: r[1].invoice_ref or None),
        Column("channelId", "IDSET", lambda r: r[1].channel_id),
        Column("nominalCode", "STRING", lambda r: r[1].nominal),
        Column("journalDate", "PERIOD", _day),
        Column("journalDebit", "DECIMAL", lambda r: _base(r, "debit")),
        Column("journalCredit", "DECIMAL", lambda r: _base(r, "credit")),
        Column("journalRef", "SEARCH_STRING", lambda r: r[0].description or None),
        Column("currencyId", "IDSET", lambda r: r[0].currency_id),
        Column("exchangeRate", "DECIMAL", lambda r: six(r[0].exchange_rate)),
        Column("transactionDebit", "DECIMAL", lambda r: four(r[1].debit)),
        Column("transactionCredit", "DECIMAL", lambda r: four(r[1].credit)),
        Column("contactId", "IDSET", lambda r: r[0].contact_id),
        Column("journalDateEntered", "PERIOD", lambda r: r[0].created_on),
        Column("createdContactId", "INTEGER", lambda r: STAFF),
        Column("taxCodeId", "IDSET", lambda r: r[1].tax_class_id),
        Column("journalRowId", "IDSET", lambda r: r[1].row_id),
    )
)


def search_journals(world: World, request: Request) -> Reply:
    """Find journal lines. QUIRK: invoiceReference matches anywhere, so compare again."""
    journals = window(
        list(world.journals.values()),
        request.query,
        "journalDateEntered",
        lambda journal: journal.created_on,
    )
    rows = [(journal, line) for journal in journals for line in journal.lines]
    return find(JOURNALS, rows, request.query, zone=world.settings.zone, references={})
