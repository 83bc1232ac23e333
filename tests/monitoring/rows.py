"""The smallest valid rows of the hub, for tests of monitoring."""

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from integrations.public import (
    CatalogueItem,
    ChannelLevel,
    Connection,
    Document,
    DocumentLine,
    DocumentLink,
    Hold,
    InboundEvent,
    Link,
    MappingChange,
    Transfer,
    desk,
)
from tests.conftest import NOW

_numbers = count(1)


def till(**fields: Any) -> Connection:
    defaults = {"label": "Sitoo", "system": "sitoo", "role": "pos"}
    return Connection.objects.get_or_create(slug="sitoo", defaults=defaults | fields)[0]


def ledger(**fields: Any) -> Connection:
    defaults = {"label": "Brightpearl", "system": "brightpearl", "role": "erp"}
    return Connection.objects.get_or_create(slug="brightpearl", defaults=defaults | fields)[0]


def pair(**fields: Any) -> Link:
    defaults = {"template": "sitoo-brightpearl", "channel": till(), "owner": ledger()}
    return Link.objects.get_or_create(slug="sitoo-brightpearl", defaults=defaults | fields)[0]


def receipt(**fields: Any) -> Document:
    number = next(_numbers)
    link = pair()
    gross = fields.pop("gross", Decimal("12.00"))
    defaults = {
        "connection": link.channel,
        "link": link,
        "kind": "sale",
        "external_id": str(20000 + number),
        "number": f"R-{number}",
        "store_code": "LDS01",
        "placed_at": NOW - timedelta(hours=1),
        "received_at": NOW - timedelta(hours=1),
        "currency": "GBP",
        "gross": gross,
        "net": gross / 6 * 5,
        "tax": gross / 6,
        "state": "posted",
        "record": {},
    }
    return Document.objects.create(**defaults | fields)


def line(document: Document, sku: str, **fields: Any) -> DocumentLine:
    defaults = {
        "line_id": str(next(_numbers)),
        "location_code": "3",
        "quantity": 1,
        "signed_quantity": 1,
        "net": document.net,
        "tax": document.tax,
        "tax_rate": 20,
    }
    return DocumentLine.objects.create(document=document, sku=sku, **defaults | fields)


def transfer(**fields: Any) -> Transfer:
    link = pair()
    defaults = {
        "link": link,
        "flow": "sales-order-to-erp",
        "operation": "create-order",
        "connection": link.owner,
        "key": f"key-{next(_numbers)}",
        "payload": {},
        "lane": Transfer.Lane.SALES,
        "due_order": NOW,
        "not_before": NOW,
        "created_at": NOW,
        "currency": "GBP",
    }
    return Transfer.objects.create(**defaults | fields)


def event(**fields: Any) -> InboundEvent:
    number = next(_numbers)
    defaults = {
        "connection": till(),
        "topic": "orders",
        "external_id": str(number),
        "version": "1",
        "source": "poll",
        "received_at": NOW,
        "not_before": NOW,
    }
    return InboundEvent.objects.create(**defaults | fields)


def hold(kind: str, subject: str, **fields: Any) -> Hold:
    """An open hold; of a held receipt unless another record is given."""
    if not fields.keys() & {"document", "transfer", "event"}:
        fields["document"] = receipt(state="held")
    document = fields.get("document")
    defaults = {
        "link": pair(),
        "connection": till(),
        "sentence": f"{subject} is not right.",
        "store_code": document.store_code if document else "",
        "value": document.gross if document else 0,
        "currency": "GBP",
        "opened_at": NOW,
    }
    return Hold.objects.create(kind=kind, subject=subject, **defaults | fields)


def level(sku: str, **fields: Any) -> ChannelLevel:
    return ChannelLevel.objects.create(
        **{"connection": till(), "location_code": "3", "sku": sku} | fields
    )


def item(sku: str, **fields: Any) -> CatalogueItem:
    defaults = {"connection": ledger(), "external_id": sku, "seen_at": NOW}
    return CatalogueItem.objects.create(sku=sku, **defaults | fields)


def stands_at(document: Document, external_id: str, kind: str = "order") -> DocumentLink:
    return DocumentLink.objects.create(
        document=document,
        connection=ledger(),
        kind=kind,
        external_id=external_id,
        linked_at=NOW,
    )


def close(held: Hold, at: datetime) -> None:
    """What held the record up is mended, and the record went on."""
    Hold.objects.filter(pk=held.pk).update(closed_at=at, closed_reason="mended")
    Document.objects.filter(pk=held.document_id).update(state="posted", posted_at=at)


def change(table: str, value: str, after: dict[str, str] | None, **fields: Any) -> MappingChange:
    """A save of one row; the first of its table unless said otherwise."""
    defaults = {"number": 1, "source_value": value, "after": after, "at": NOW, "actor_name": "Ada"}
    return MappingChange.objects.create(link=pair(), table=table, **defaults | fields)


def replay(*documents: Document, **fields: Any) -> desk.ReplayRun:
    """The one replay of Klarna, which waits for a second person, with these records in it."""
    row = {"value": "Klarna", "effective_from": "", "target": {"nominal": "1214"}, "version": 1}
    defaults = {"content": [row], "state": "asked", "asked_name": "olive", "asked_at": NOW}
    run, _ = desk.ReplayRun.objects.get_or_create(
        link=pair(), table="payment-type", defaults=defaults | fields
    )
    for document in documents:
        worth = {"value": document.gross, "currency": document.currency}
        desk.ReplayItem.objects.get_or_create(run=run, document=document, defaults=worth)
    return run
