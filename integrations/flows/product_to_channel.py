"""A product of its owner, as a channel should show it."""

import hashlib
from decimal import Decimal

from integrations.canonical.effects import PutProduct
from integrations.canonical.products import Product
from integrations.flows import lanes
from integrations.flows.decisions import Decision, Planned, Post, Skip

FLOW = "product-to-channel"


def decide(product: Product, *, channel: str, tax_rate: Decimal | None) -> Decision:
    """Decide what the channel should be told. `tax_rate` in percent, None when it is not known."""
    if not product.is_active:
        return Skip("Not sold any more.")
    if product.price_gross is None:
        return Skip("The owner has no price for it.")
    effect = PutProduct(
        sku=product.sku,
        name=product.name,
        price_gross=product.price_gross,
        tax_rate=tax_rate,
        barcode=product.barcode,
        is_stocked=product.is_stocked,
        is_active=product.is_active,
    )
    content = hashlib.sha256(effect.model_dump_json().encode()).hexdigest()[:16]
    key = f"{FLOW}:{channel}:{product.sku}:{content}"
    step = Planned(key, effect, lanes.CATALOGUE, link_kind="product")
    return Post(flow=FLOW, steps=(step,), products={}, methods={})
