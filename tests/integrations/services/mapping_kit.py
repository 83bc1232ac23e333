"""A link between invented tills and an invented ledger, and records that wait for a mapping."""

from datetime import timedelta
from decimal import Decimal

from integrations.models import (
    Connection,
    Document,
    DocumentTender,
    Hold,
    InboundEvent,
    Link,
    MappingRow,
)
from tests.conftest import NOW


def make_link() -> Link:
    tills = Connection.objects.create(slug="tills", label="Tills", system="sitoo", role="pos")
    ledger = Connection.objects.create(
        slug="ledger", label="Ledger", system="brightpearl", role="erp"
    )
    return Link.objects.create(
        slug="main", template="sitoo-brightpearl", channel=tills, owner=ledger
    )


def make_row(link: Link, table: str, value: str, **target: str) -> MappingRow:
    return MappingRow.objects.create(
        link=link, table=table, source_value=value, target=target, changed_at=NOW, changed_by="ada"
    )


def receipt(link: Link, number: str, *, tender: str, gross: str = "10.00") -> Document:
    """A receipt of yesterday, paid with one tender, held for nothing yet."""
    event = InboundEvent.objects.create(
        connection=link.channel,
        topic="orders",
        external_id=number,
        version="1",
        source="poll",
        received_at=NOW,
        not_before=NOW,
    )
    document = Document.objects.create(
        connection=link.channel,
        link=link,
        event=event,
        kind=Document.Kind.SALE,
        external_id=number,
        number=number,
        placed_at=NOW - timedelta(days=1),
        currency="GBP",
        net=Decimal(gross),
        tax=0,
        gross=Decimal(gross),
        state=Document.State.HELD,
        received_at=NOW,
    )
    DocumentTender.objects.create(document=document, index=0, name=tender, amount=Decimal(gross))
    return document


def hold_for(document: Document, table: str, value: str) -> Hold:
    return Hold.objects.create(
        kind="PAYMENT_UNMAPPED",
        subject=value,
        table=table,
        sentence="It waits.",
        link=document.link,
        document=document,
        event=document.event,
        value=document.gross,
        currency=document.currency,
        opened_at=NOW,
    )
