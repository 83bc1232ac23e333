"""Wire payloads to canonical records. Pure."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from pydantic import ConfigDict

from integrations.canonical.base import CanonicalRecord
from integrations.canonical.money import round_money
from integrations.canonical.products import Product
from integrations.connectors.bodies import parse
from integrations.connectors.brightpearl import masters
from integrations.connectors.brightpearl.assumed import OWN_SALES_CHANNEL
from integrations.connectors.brightpearl.envelope import LABEL
from integrations.connectors.brightpearl.schemas import Wire

LIVE = "LIVE"
SKU_LENGTH = 64


class ProductPayload(Wire):
    """What a product fact holds: the product as sent, and its price of one in our price list."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    product: masters.Product
    price_net: Decimal | None = None
    currency: str = ""
    tax_rate: Decimal | None = None  # percent


def records(topic: str, payload: Mapping[str, Any]) -> Sequence[CanonicalRecord]:
    """Canonical records of a fact. Only products have any: the rest are read when they matter.

    Raises SchemaChangedError naming the field.
    """
    if topic != "products":
        return ()
    found = parse(ProductPayload, payload, system=LABEL, endpoint="GET product")
    product = product_record(found)
    return (product,) if product else ()


def product_record(payload: ProductPayload) -> Product | None:
    """None for a product without a SKU: nothing can be sold under no name.

    QUIRK(brightpearl): prices are net, even those of price lists that show gross ones.
    """
    product = payload.product
    identity = product.identity
    if not identity.sku or len(identity.sku) > SKU_LENGTH:
        return None
    return Product(
        external_id=str(product.id),
        sku=identity.sku,
        name=_name(product),
        barcode=identity.barcode or identity.ean or identity.upc,
        is_stocked=product.stock.stockTracked,
        is_active=product.status == LIVE,
        tax_code=product.financialDetails.taxCode.code,
        price_net=payload.price_net,
        price_gross=_gross(payload),
    )


def _name(product: masters.Product) -> str:
    own = (each for each in product.salesChannels if each.salesChannelName == OWN_SALES_CHANNEL)
    names = [each.productName for each in (*own, *product.salesChannels) if each.productName]
    return names[0] if names else product.identity.sku


def _gross(payload: ProductPayload) -> Decimal | None:
    if payload.price_net is None or payload.tax_rate is None:
        return None
    gross = payload.price_net * (1 + payload.tax_rate / 100)
    return round_money(gross, payload.currency)
