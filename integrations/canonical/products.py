"""Products as the owner describes them."""

from decimal import Decimal

from integrations.canonical.base import CanonicalRecord, Sku


class Product(CanonicalRecord):
    """One sellable item. `price_gross` includes tax; None means the owner has no price for it."""

    external_id: str
    sku: Sku
    name: str
    barcode: str = ""
    is_stocked: bool = True
    is_active: bool = True
    tax_code: str = ""  # the owner's code
    price_net: Decimal | None = None
    price_gross: Decimal | None = None
