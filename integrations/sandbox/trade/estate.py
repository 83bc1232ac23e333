"""The shared master data of a simulated retailer, known to its till system and to its ERP alike."""

from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from integrations.sandbox.trade.catalogue import Product, example_products
from integrations.sandbox.trade.dice import stable_number

STANDARD = Decimal("20")


class StockKeeping(StrEnum):
    """How the till system keeps a store's stock."""

    VIRTUAL = "virtual"  # levels may be set from outside
    FIFO = "fifo"  # levels move by transactions only


class Disposition(StrEnum):
    """Where returned goods go."""

    RESTOCK = "restock"
    QUARANTINE = "quarantine"


@dataclass(frozen=True)
class Till:
    """One register. `code` is printed on receipts."""

    code: str
    number: int


@dataclass(frozen=True)
class Store:
    """One shop with its tills and trading hours in its own time zone."""

    code: str  # the external id on both sides
    name: str
    timezone: str
    tills: tuple[Till, ...]
    city: str = ""
    country: str = "gb"
    keeping: StockKeeping = StockKeeping.VIRTUAL
    opens: str = "09:00"
    closes: str = "19:00"
    share: int = 20  # of the retailer's receipts, per hundred
    cash_step: Decimal = Decimal("0.01")  # cash totals are rounded to this
    offline: tuple[str, str, str] | None = None  # till code and the hours it is cut off


@dataclass(frozen=True)
class TenderType:
    """One way to pay. `nominal` is empty where nobody has told the ERP about it."""

    name: str
    code: str  # external id at the till system
    method_id: int  # Sitoo's paymentmethodid
    nominal: str = ""
    method_code: str = ""  # Brightpearl's payment method
    share: int = 0  # per hundred receipts
    reference_type: str = ""  # the acquirer's name on each payment


@dataclass(frozen=True)
class Reason:
    """Why goods come back, and what becomes of them."""

    code: str
    name: str
    disposition: Disposition


@dataclass(frozen=True)
class Nominal:
    """One ledger account."""

    code: str
    name: str
    kind: str  # asset, liability, income, expense


@dataclass(frozen=True)
class TaxCode:
    """One VAT code of the ERP. `rate` is percent."""

    code: str
    name: str
    rate: Decimal


@dataclass(frozen=True)
class Estate:
    """Everything two systems must agree on before the first sale."""

    retailer: str
    currency: str
    stores: tuple[Store, ...]
    products: tuple[Product, ...]
    tenders: tuple[TenderType, ...]
    reasons: tuple[Reason, ...]
    nominals: tuple[Nominal, ...]
    tax_codes: tuple[TaxCode, ...]
    depot: str = "Central distribution"
    depot_units: int = 500  # of every stocked product
    opening_stock: dict[tuple[str, str], int] = field(default_factory=dict)  # (store, sku) → units
    opening_each: int | None = (
        None  # units of every other stocked product; None: 60 to 220, by hash
    )

    def store(self, code: str) -> Store:
        """The store with this code. Raises KeyError."""
        for store in self.stores:
            if store.code == code:
                return store
        raise KeyError(code)

    def reason(self, disposition: Disposition) -> Reason:
        """The first reason that leads to `disposition`."""
        return next(reason for reason in self.reasons if reason.disposition is disposition)

    def opening(self, store: str, sku: str) -> int:
        """Units of a stocked product in a store before trade begins."""
        if (store, sku) in self.opening_stock:
            return self.opening_stock[store, sku]
        if self.opening_each is not None:
            return self.opening_each
        return 60 + stable_number("opening", store, sku) % 161


def as_plain(estate: Estate) -> dict[str, Any]:
    """The estate as JSON-ready values, opening stock left out."""
    return asdict(replace(estate, opening_stock={}))


def make_tills(store_code: str, count: int) -> tuple[Till, ...]:
    """Tills numbered from 1, e.g. `LDS01-1`."""
    return tuple(Till(f"{store_code}-{number}", number) for number in range(1, count + 1))


TENDERS = (
    TenderType("Cash", "CASH", 100, "1210", "CASH", share=24),
    TenderType("Card", "CARD", 2110, "1220", "CARD", share=56, reference_type="adyen"),
    TenderType("Amex", "AMEX", 300, "1230", "AMEX", share=8, reference_type="amex"),
    TenderType("Gift card", "GIFTCARD", 500, "2110", "GIFT", share=4),
    TenderType("Credit note", "CREDITNOTE", 110, "2120", "CREDIT", share=2),
    TenderType("Pay by link", "STRIPE", 1000, "1240", "STRIPE", share=4, reference_type="stripe"),
    TenderType("PayPal", "PAYPAL", 1100, "1250", "PAYPAL", share=2, reference_type="paypal"),
    TenderType("Klarna", "KLARNA", 700, reference_type="klarna"),  # sold before finance was told
)

REASONS = (
    Reason("101", "As new", Disposition.RESTOCK),
    Reason("102", "Unwanted", Disposition.RESTOCK),
    Reason("103", "Wrong size", Disposition.RESTOCK),
    Reason("104", "Damaged", Disposition.QUARANTINE),
    Reason("105", "Faulty", Disposition.QUARANTINE),
)

NOMINALS = (
    Nominal("1210", "Cash clearing", "asset"),
    Nominal("1220", "Card clearing", "asset"),
    Nominal("1230", "Amex clearing", "asset"),
    Nominal("1240", "Pay by link clearing", "asset"),
    Nominal("1250", "PayPal clearing", "asset"),
    Nominal("2110", "Gift cards outstanding", "liability"),
    Nominal("2120", "Credit notes outstanding", "liability"),
    Nominal("2200", "VAT control", "liability"),
    Nominal("4000", "Store sales", "income"),
    Nominal("4009", "Discounts allowed", "income"),
    Nominal("5000", "Cost of goods sold", "expense"),
    Nominal("7901", "Cash rounding", "expense"),
    Nominal("7905", "Cash over and short", "expense"),
)

TAX_CODES = (
    TaxCode("T20", "Standard rate 20 %", Decimal("20")),
    TaxCode("T5", "Reduced rate 5 %", Decimal("5")),
    TaxCode("T0", "Zero rate", Decimal("0")),
)

STORES = (
    Store("LDS01", "Leeds Briggate", "Europe/London", make_tills("LDS01", 3), "Leeds", share=28),
    Store(
        code="BRS01",
        name="Bristol Quayside",
        timezone="Europe/London",
        tills=make_tills("BRS01", 3),
        city="Bristol",
        share=24,
        offline=("BRS01-3", "11:00", "16:30"),
    ),
    Store(
        code="EDI01",
        name="Edinburgh Stockbridge",
        timezone="Europe/London",
        tills=make_tills("EDI01", 2),
        city="Edinburgh",
        keeping=StockKeeping.FIFO,
        share=18,
    ),
    Store(
        code="PAR01",
        name="Paris Marais",
        timezone="Europe/Paris",
        tills=make_tills("PAR01", 2),
        city="Paris",
        country="fr",
        opens="10:00",
        closes="20:00",
        share=15,
        cash_step=Decimal("0.05"),
    ),
    Store(
        code="NYC01",
        name="New York Bleecker Street",
        timezone="America/New_York",
        tills=make_tills("NYC01", 2),
        city="New York",
        country="us",
        opens="10:00",
        closes="20:00",
        share=15,
    ),
)


def example_estate() -> Estate:
    """Harbour & Vale: five stores in three time zones, trading in pounds. Always the same."""
    return Estate(
        retailer="Harbour & Vale",
        currency="GBP",
        stores=STORES,
        products=example_products(),
        tenders=TENDERS,
        reasons=REASONS,
        nominals=NOMINALS,
        tax_codes=TAX_CODES,
    )
