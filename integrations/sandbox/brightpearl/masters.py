"""Reference data: products, places, codes and people. Prices are net, times aware UTC."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal


@dataclass(slots=True)
class Product:
    """A product or service. `cost` is per unit in base currency."""

    id: int
    sku: str
    name: str
    stocked: bool
    tax_code: str
    nominal: str
    cost: Decimal
    created_on: datetime
    updated_on: datetime
    barcode: str = ""
    ean: str = ""
    upc: str = ""
    mpn: str = ""
    brand_id: int = 1
    product_type_id: int = 1
    product_group_id: int = 0
    status: str = "LIVE"
    version: int = 1
    categories: tuple[str, ...] = ()
    prices: dict[int, Decimal] = field(default_factory=dict)
    """Net price of one unit by price list."""


@dataclass(slots=True)
class Warehouse:
    id: int
    name: str
    type_code: str
    default_location: int
    quarantine_location: int
    click_and_collect: bool = True


@dataclass(frozen=True, slots=True)
class Location:
    id: int
    warehouse_id: int
    quarantine: bool
    name: str


@dataclass(slots=True)
class TaxCode:
    id: int
    code: str
    description: str
    rate: Decimal


@dataclass(slots=True)
class Nominal:
    id: int
    code: str
    name: str
    type_id: int
    bank: bool
    active: bool = True


@dataclass(slots=True)
class PaymentMethod:
    id: int
    code: str
    name: str
    nominal: str
    active: bool = True


@dataclass(slots=True)
class PriceList:
    id: int
    code: str
    name: str
    currency: str
    gross: bool
    kind: str = "SELL"


@dataclass(slots=True)
class Channel:
    id: int
    name: str
    warehouse_id: int
    price_list_id: int


@dataclass(slots=True)
class OrderStatus:
    id: int
    name: str
    type_code: str


@dataclass(slots=True)
class Currency:
    id: int
    code: str
    name: str
    symbol: str
    rate: Decimal
    default: bool


@dataclass(slots=True)
class ShippingMethod:
    id: int
    code: str
    name: str


@dataclass(slots=True)
class Contact:
    id: int
    first_name: str
    last_name: str
    email: str
    created_on: datetime
    updated_on: datetime
    company: str = ""
    is_customer: bool = True
    is_staff: bool = False
    phone: str = ""
    address_id: int = 0
    nominal: str = ""
