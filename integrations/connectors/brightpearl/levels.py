"""Stock levels per warehouse, a hundred products in one request.

Source: "Product availability / GET". `inStock` is on hand, `onHand` is sellable.
"""

from collections.abc import Sequence
from decimal import Decimal

from integrations.canonical.stock import StockLevel
from integrations.connectors.brightpearl.client import Client
from integrations.connectors.brightpearl.idsets import chunks
from integrations.connectors.brightpearl.schemas import Availability, StockFigures
from integrations.connectors.errors import RejectedError

NOTHING = StockFigures(inStock=Decimal(0), onHand=Decimal(0))


def read_levels(
    client: Client, location_codes: Sequence[str], skus: Sequence[tuple[str, str]]
) -> list[StockLevel]:
    """Levels of (sku, product id) at these warehouses.

    QUIRK(brightpearl): a product's answer lists only warehouses that hold it, so a missing one is
    zero; a product without an answer is unknown, and left out.
    """
    ids = [product for _, product in skus if product.isdecimal()]
    stock = {key: found for chunk in chunks(ids) for key, found in _stock(client, chunk).items()}
    return [
        StockLevel(location_code=code, sku=sku, on_hand=figures.inStock, sellable=figures.onHand)
        for sku, product in skus
        if product.isdecimal() and int(product) in stock
        for code in location_codes
        for figures in [_at(stock[int(product)], code)]
    ]


def _at(stock: Availability, code: str) -> StockFigures:
    return stock.warehouses.get(int(code), NOTHING) if code.isdecimal() else NOTHING


def _stock(client: Client, ids: Sequence[int]) -> dict[int, Availability]:
    """QUIRK(brightpearl): one bad id can fail the whole set, so halve it until it stands alone."""
    try:
        return client.availability(ids)
    except RejectedError:
        if len(ids) == 1:
            return {}
    middle = len(ids) // 2
    return _stock(client, ids[:middle]) | _stock(client, ids[middle:])
