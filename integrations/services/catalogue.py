"""Products of a connection, kept as it has them, and told to the channels of its links."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal, InvalidOperation

from django.db import transaction

from integrations.canonical.products import Product
from integrations.flows import product_to_channel
from integrations.flows.decisions import Post
from integrations.models import CatalogueItem, Connection, Link, MappingRow, Transfer
from integrations.services import levels, replay
from integrations.services.bulk import upsert_many
from integrations.services.documents import transfer_of
from integrations.services.places import places


def store_products(connection: Connection, products: Sequence[Product], *, now: datetime) -> None:
    """Keep products as this connection has them and queue what its channels must be told.

    Runs inside the caller's transaction. Safe to repeat: what a channel was told last is compared.
    """
    _upsert(connection, products, now)
    replay.release_skus(connection.pk, [p.sku for p in products if p.is_active], now=now)
    for link in Link.objects.filter(owner=connection, enabled=True).select_related("channel"):
        _tell_channel(link, products, now)
        where = places(link)
        stocked = [p.sku for p in products if p.is_stocked and p.is_active]
        places_and_skus = [
            (place, name)
            for sku in stocked
            for place in where.warehouse_of
            for name in where.channel_skus(sku)
        ]
        levels.mark_dirty(link.channel_id, places_and_skus, now=now)


def _upsert(connection: Connection, products: Sequence[Product], now: datetime) -> None:
    columns = ("sku", "name", "barcode", "tax_code", "is_stocked", "is_active")
    columns_with_prices = (*columns, "price_net", "price_gross", "seen_at")
    latest = {product.external_id: product for product in products}
    upsert_many(
        CatalogueItem,
        (
            (
                *(connection.pk, product.external_id, product.sku, product.name[:200]),
                *(product.barcode, product.tax_code, product.is_stocked, product.is_active),
                *(product.price_net, product.price_gross, now),
            )
            for product in latest.values()
        ),
        fields=("connection", "external_id", *columns_with_prices),
        unique=("connection", "external_id"),
        update=columns_with_prices,
    )


def _tell_channel(link: Link, products: Sequence[Product], now: datetime) -> None:
    rates = tax_rates(link)
    told = _last_told(link, [product.sku for product in products])
    transfers, replaced = [], []
    for product in products:
        decision = product_to_channel.decide(
            product, channel=link.channel.slug, tax_rate=rates.get(product.tax_code)
        )
        if not isinstance(decision, Post):
            continue
        (step,) = decision.steps
        before = told.get(product.sku)
        if before is not None and before.payload == step.effect.model_dump(mode="json"):
            continue
        sequence = before.pk if before else 0  # A, B and A again are three effects
        transfer = transfer_of(
            replace(step, key=f"{step.key}:{sequence}"),
            flow=decision.flow,
            link=link,
            target_id=link.channel_id,
            document=None,
            waits_for=None,
            now=now,
        )
        transfers.append(transfer)
        if before is not None and before.state == Transfer.State.READY:
            replaced.append(before.pk)
    with transaction.atomic():
        Transfer.objects.filter(pk__in=replaced, state=Transfer.State.READY).update(
            state=Transfer.State.SUPERSEDED, closed_reason="A newer version replaced it."
        )
        Transfer.objects.bulk_create(transfers, batch_size=500)


def _last_told(link: Link, skus: Sequence[str]) -> dict[str, Transfer]:
    rows = Transfer.objects.filter(
        connection=link.channel, operation="put-product", sku__in=list(skus)
    ).order_by("pk")
    return {row.sku: row for row in rows}


def tax_rates(link: Link) -> dict[str, Decimal]:
    """The owner's tax code → percent: the tax-code table read backwards."""
    rates = {}
    for row in MappingRow.objects.filter(link=link, table="tax-code"):
        try:
            rates[row.target["code"]] = Decimal(row.source_value)
        except (InvalidOperation, KeyError):
            continue
    return rates
