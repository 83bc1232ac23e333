"""A small shop whose mappings are complete, and how its receipts come in."""

from decimal import Decimal

from integrations.canonical.orders import SalesCredit, SalesOrder
from integrations.canonical.till import CashCount, ZReport
from integrations.models import CatalogueItem, Document, InboundEvent, Link, MappingRow
from integrations.services.plan import plan
from integrations.services.receive import store_facts
from tests.conftest import NOW
from tests.factories.integrations import (
    CatalogueItemFactory,
    LinkFactory,
    MappingRowFactory,
    RetailerFactory,
    StoreFactory,
)
from tests.fakes import Worker, fact

ROWS = {
    "store-warehouse": {"3": {"warehouse": "W3", "contact": "C1"}},
    "order-status": {"sale": {"status": "4"}, "return": {"status": "5"}},
    "tax-code": {"20": {"code": "T20"}, "0": {"code": "T0"}},
    "payment-type": {
        "Card": {"method": "CARD", "nominal": "1210"},
        "Cash": {"method": "CASH", "nominal": "1220"},
    },
    "return-condition": {
        "NEW": {"disposition": "restock"},
        "DAMAGED": {"disposition": "quarantine"},
    },
    "journal-account": {
        "sales": {"nominal": "4000"},
        "vat": {"nominal": "2200"},
        "rounding": {"nominal": "7901"},
        "cash-difference": {"nominal": "7905"},
        "paid-out": {"nominal": "7906"},
    },
}


def open_shop(*skus: str, accounting_mode: str = "daily_journal") -> Link:
    """Leeds, with everything mapped and these products in the ledger (SOCK when none is named)."""
    link: Link = LinkFactory.create(policy={"accounting_mode": accounting_mode})
    RetailerFactory()
    StoreFactory()
    for table, rows in ROWS.items():
        for value, target in rows.items():
            MappingRowFactory(link=link, table=table, source_value=value, target=target)
    for sku in skus or ("SOCK",):
        stock(sku)
    return link


def stock(sku: str) -> CatalogueItem:
    item: CatalogueItem = CatalogueItemFactory.create(sku=sku)
    return item


def forget(table: str, value: str) -> None:
    MappingRow.objects.filter(table=table, source_value=value).delete()


def arrive(hub: Worker, *records: SalesOrder | SalesCredit | ZReport, version: str = "1") -> None:
    """The source has these now, and they were read and planned."""
    facts = [fact(record, version=version) for record in records]
    hub.tills.keep(*facts)
    link = Link.objects.select_related("channel").get()
    store_facts(link.channel, facts, source=InboundEvent.Source.POLL, now=hub.clock())
    while plan(hub.rt):
        pass


def document(external_id: str = "1001") -> Document:
    return Document.objects.get(external_id=external_id)


def event(external_id: str = "1001", version: str = "1") -> InboundEvent:
    return InboundEvent.objects.facts().get(external_id=external_id, version=version)


def z_report(**fields: object) -> ZReport:
    """The till of Leeds closes at half past ten having sold nothing; its cash is right."""
    zero = Decimal(0)
    cash = {name: zero for name in ("opening_float", "expected", "counted", "difference")}
    defaults: dict[str, object] = {
        "external_id": "T1/1",
        "register_id": "T1",
        "store_code": "LDS",
        "opened_at": NOW,
        "closed_at": NOW,
        "currency": "GBP",
        **dict.fromkeys(("sales_gross", "sales_net", "refunds_gross", "refunds_net"), zero),
        "rounding": zero,
        "total": zero,
        **dict.fromkeys(("sales_count", "refund_count", "receipt_count"), 0),
        "tenders": (),
        "taxes": (),
        "cash": CashCount(**cash, paid_out=zero, banked=zero),
    }
    return ZReport.model_validate(defaults | fields)
