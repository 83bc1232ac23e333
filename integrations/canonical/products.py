"""Products as the owner describes them."""

from decimal import Decimal

from integrations.canonical.base import CanonicalRecord, Instant, Sku


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
    category: str = ""
    options: tuple[tuple[str, str], ...] = ()  # variant attributes as (name, value), in order
    is_visible: bool = True  # a shop may keep a product that nobody can see
    parent_id: str = ""  # the product that a variant belongs to, where the vendor has two levels
    created_at: Instant | None = None
    created_by: str = ""  # who, where the vendor says so
