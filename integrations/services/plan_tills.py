"""Store what needs no effect at a target: till closes and stock movements."""

from collections.abc import Sequence
from datetime import datetime

from integrations.canonical.stock import StockMovement
from integrations.canonical.till import ZReport
from integrations.models import Document, InboundEvent, Link, Store
from integrations.models import StockMovement as MovementRow
from integrations.services.day_marks import closing_day
from integrations.services.places import places
from integrations.services.reading import Reading

State = InboundEvent.State
ECHO_REASON = "Comes back from what was posted or pushed itself."
ECHOES = {"sale", "refund"}  # the till's own bookings of receipts that we post ourselves


def store_z_reports(readings: Sequence[Reading], *, now: datetime) -> None:
    """Keep each till close as a document of its store's trading day. Safe to repeat."""
    stores = {store.code: store for store in Store.objects.all()}
    rows = [
        _z_document(reading.event, record, stores.get(record.store_code), now)
        for reading in readings
        for record in reading.records
        if isinstance(record, ZReport)
    ]
    Document.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    _planned(readings, "Kept for the day-end.")


def _z_document(
    event: InboundEvent, report: ZReport, store: Store | None, now: datetime
) -> Document:
    return Document(
        connection=event.connection,
        event=event,
        kind=Document.Kind.Z_REPORT,
        external_id=report.external_id,
        number=report.external_id.rpartition("/")[2],
        store=store,
        store_code=report.store_code,
        register_id=report.register_id,
        placed_at=report.closed_at,
        business_date=closing_day(report, store) if store else None,
        currency=report.currency,
        net=report.sales_net - report.refunds_net,
        tax=(report.sales_gross - report.sales_net) - (report.refunds_gross - report.refunds_net),
        gross=report.sales_gross - report.refunds_gross,
        rounding=report.rounding,
        state=Document.State.POSTED,
        record=report.model_dump(mode="json"),
        received_at=event.received_at,
        planned_at=now,
        posted_at=now,
    )


def _is_echo(record: StockMovement) -> bool:
    """The till's booking of a receipt, or a level of ours that comes back."""
    return record.is_ours or record.kind in ECHOES


def store_movements(readings: Sequence[Reading], *, link: Link) -> set[tuple[str, str]]:
    """Keep movements as facts for drift; receipts' own bookings are echoes.

    Returns the (location, SKU) whose stock somebody else owns: the channel moved it by itself.
    """
    if not readings:
        return set()
    rows: list[MovementRow] = []
    echoes: list[Reading] = []
    others: list[Reading] = []
    for reading in readings:
        records = [r for r in reading.records if isinstance(r, StockMovement)]
        (echoes if all(_is_echo(r) for r in records) else others).append(reading)
        rows += [
            MovementRow(
                connection=reading.event.connection,
                external_id=record.external_id,
                location_code=record.location_code,
                sku=sku,
                quantity=quantity,
                kind=record.kind,
                note=record.note[:200],
                occurred_at=record.occurred_at,
            )
            for record in records
            if not _is_echo(record)
            for sku, quantity in record.lines
        ]
    MovementRow.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    _skipped(echoes, ECHO_REASON)
    _skipped(others, "Stock adjustments at the till are kept and not routed to the ERP.")
    owned_elsewhere = places(link).warehouse_of
    return {(row.location_code, row.sku) for row in rows if row.location_code in owned_elsewhere}


def _planned(readings: Sequence[Reading], reason: str) -> None:
    InboundEvent.objects.filter(pk__in=[r.event.pk for r in readings]).update(
        state=State.PLANNED, reason=reason
    )


def _skipped(readings: Sequence[Reading], reason: str) -> None:
    InboundEvent.objects.filter(pk__in=[r.event.pk for r in readings]).update(
        state=State.SKIPPED, reason=reason
    )
