"""Seeding: the reference data that a retailer's estate puts into the account directly."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from integrations.sandbox.brightpearl.documents import Order, OrderRow
from integrations.sandbox.brightpearl.formats import ZERO
from integrations.sandbox.brightpearl.masters import (
    Channel,
    Contact,
    Currency,
    Location,
    Nominal,
    OrderStatus,
    PaymentMethod,
    PriceList,
    Product,
    ShippingMethod,
    TaxCode,
    Warehouse,
)
from integrations.sandbox.brightpearl.world import World

DEFAULT_STATUSES = (
    (1, "Draft / Quote", "SO"),
    (2, "New web order", "SO"),
    (3, "New phone order", "SO"),
    (4, "Invoiced", "SO"),
    (5, "Cancelled", "SO"),
    (6, "Pending PO", "PO"),
    (10, "New credit", "SC"),
    (11, "Credit invoiced", "SC"),
    (12, "Purchase credit", "PC"),
)
DEFAULT_NOMINALS = (
    ("1001", "Stock", 1, False),
    ("1100", "Debtors control", 1, False),
    ("2200", "VAT on sales", 2, False),
    ("4000", "Sales", 3, False),
    ("4009", "Discounts allowed", 3, False),
    ("4040", "Delivery income", 3, False),
    ("5000", "Cost of goods sold", 4, False),
    ("8205", "Rounding corrections", 5, False),
)


class MasterData:
    """Methods to seed an account. Nothing seeded counts as an accepted effect in the ledger."""

    def __init__(self, world: World) -> None:
        self.world = world
        for status_id, name, type_code in DEFAULT_STATUSES:
            self.add_order_status(status_id, name, type_code)
        for code, name, type_id, bank in DEFAULT_NOMINALS:
            self.add_nominal(code, name, type_id=type_id, bank=bank)
        self.add_currency(world.settings.currency, "Pound sterling", symbol="£")

    def add_warehouse(
        self, name: str, *, type_code: str = "store", click_and_collect: bool = True
    ) -> int:
        """A warehouse with a default and a quarantine location. Returns its id."""
        world = self.world
        warehouse_id = world.new_id("warehouse") + 1  # 1 may be reserved on real accounts
        default, quarantine = world.new_id("location"), world.new_id("location")
        world.warehouses[warehouse_id] = Warehouse(
            warehouse_id, name, type_code, default, quarantine, click_and_collect
        )
        world.locations[default] = Location(default, warehouse_id, False, "SHELF")
        world.locations[quarantine] = Location(quarantine, warehouse_id, True, "QUARANTINE")
        world.stock.add_quarantine(quarantine)
        return warehouse_id

    def default_location(self, warehouse_id: int) -> int:
        """The location where goods of this warehouse are put unless told otherwise."""
        return self.world.warehouses[warehouse_id].default_location

    def quarantine_location(self, warehouse_id: int) -> int:
        """The location of goods that are not for sale."""
        return self.world.warehouses[warehouse_id].quarantine_location

    def add_product(
        self,
        sku: str,
        name: str,
        *,
        stocked: bool = True,
        tax_code: str = "T20",
        price_net: Decimal = ZERO,
        price_list_id: int | None = None,
        cost: Decimal = ZERO,
        nominal: str | None = None,
        barcode: str = "",
        ean: str = "",
        categories: Iterable[str] = (),
        status: str = "LIVE",
    ) -> int:
        """A product, or a service when not stocked. `price_net` is per unit. Returns its id."""
        world = self.world
        product = Product(
            id=world.new_id("product"),
            sku=sku,
            name=name,
            stocked=stocked,
            tax_code=tax_code,
            nominal=nominal or world.settings.sales_nominal,
            cost=cost,
            created_on=world.now,
            updated_on=world.now,
            barcode=barcode,
            ean=ean,
            status=status,
            categories=tuple(categories),
        )
        wanted = price_list_id or next(iter(world.price_lists), None)
        if wanted is not None:
            product.prices[wanted] = price_net
        world.products[product.id] = world.product_by_sku[sku] = product
        return product.id

    def set_price(self, sku: str, price_list_id: int, price_net: Decimal) -> None:
        """The net price of one unit in a price list."""
        product = self.world.product_by_sku[sku]
        product.prices[price_list_id] = price_net
        product.updated_on = self.world.now

    def set_stock(
        self, sku: str, warehouse_id: int, quantity: Decimal | int, location: str = "default"
    ) -> None:
        """Put the stock at a warehouse's `default` or `quarantine` location to this level."""
        world, product = self.world, self.world.product_by_sku[sku]
        warehouse = world.warehouses[warehouse_id]
        place = warehouse.default_location
        if location == "quarantine":
            place = warehouse.quarantine_location
        change = Decimal(quantity) - world.stock.at(product.id, warehouse_id, place)
        world.stock.move(product.id, warehouse_id, place, change)
        world.raise_event("product.modified.on-hand-modified", product.id)

    def stock_level(self, sku: str, warehouse_id: int) -> Mapping[str, Decimal]:
        """`in_stock`, `allocated`, `on_hand` as shown, and `signed` before zero cuts it off."""
        product_id = self.world.product_by_sku[sku].id
        level = self.world.stock.level(product_id, warehouse_id)
        return {
            "in_stock": level.in_stock,
            "allocated": level.allocated,
            "on_hand": level.on_hand,
            "signed": self.world.stock.signed(product_id, warehouse_id),
        }

    def add_tax_code(self, code: str, *, rate: Decimal | int, description: str = "") -> int:
        """A tax code; `rate` is a percentage. Returns its id, the tax class id."""
        tax_code = TaxCode(self.world.new_id("tax-code"), code, description or code, Decimal(rate))
        self.world.tax_codes[code] = tax_code
        return tax_code.id

    def add_nominal(self, code: str, name: str, *, type_id: int = 3, bank: bool = False) -> str:
        """An account of the ledger. Returns its code."""
        nominal = Nominal(self.world.new_id("nominal"), code, name, type_id, bank)
        self.world.nominals[code] = nominal
        return code

    def add_payment_method(self, code: str, name: str, *, nominal: str) -> int:
        """A payment method whose receipts go to `nominal`, made a bank account if unknown."""
        if nominal not in self.world.nominals:
            self.add_nominal(nominal, name, type_id=1, bank=True)
        method = PaymentMethod(self.world.new_id("payment-method"), code, name, nominal)
        self.world.payment_methods[code] = method
        return method.id

    def add_price_list(
        self, code: str, name: str, *, gross: bool = False, currency: str | None = None
    ) -> int:
        """A selling price list. Returns its id."""
        list_id = self.world.new_id("price-list")
        currency = currency or self.world.settings.currency
        self.world.price_lists[list_id] = PriceList(list_id, code, name, currency, gross)
        return list_id

    def add_channel(self, name: str, *, warehouse_id: int = 0, price_list_id: int = 0) -> int:
        """A sales channel. Returns its id."""
        channel_id = self.world.new_id("channel")
        self.world.channels[channel_id] = Channel(channel_id, name, warehouse_id, price_list_id)
        return channel_id

    def add_order_status(self, status_id: int, name: str, type_code: str = "SO") -> int:
        """An order status. Returns its id."""
        self.world.statuses[status_id] = OrderStatus(status_id, name, type_code)
        return status_id

    def add_currency(
        self, code: str, name: str, *, symbol: str = "", rate: Decimal = Decimal(1)
    ) -> int:
        """A currency; `rate` is units per one of the base currency. Returns its id."""
        currency_id = self.world.new_id("currency")
        default = code == self.world.settings.currency
        self.world.currencies[code] = Currency(currency_id, code, name, symbol, rate, default)
        return currency_id

    def add_shipping_method(self, code: str, name: str) -> int:
        """A way to ship. Returns its id."""
        method_id = self.world.new_id("shipping-method")
        self.world.shipping_methods[method_id] = ShippingMethod(method_id, code, name)
        return method_id

    def add_contact(
        self,
        first_name: str,
        last_name: str,
        *,
        email: str = "",
        company: str = "",
        is_customer: bool = True,
        is_staff: bool = False,
    ) -> int:
        """A contact, e.g. the walk-in customer of a store. Returns its id."""
        contact_id, now = self.world.new_id("contact"), self.world.now
        self.world.contacts[contact_id] = Contact(
            contact_id, first_name, last_name, email, now, now, company, is_customer, is_staff
        )
        return contact_id

    def allocate_click_and_collect(
        self, sku: str, warehouse_id: int, quantity: Decimal | int
    ) -> int:
        """An order of the online shop with its goods reserved at a store. Returns its id."""
        world, product = self.world, self.world.product_by_sku[sku]
        order = self._collect_order(warehouse_id)
        row = OrderRow(
            id=world.new_id("row"),
            product_id=product.id,
            name=product.name,
            sku=sku,
            quantity=Decimal(quantity),
            net=ZERO,
            tax=ZERO,
            tax_code=product.tax_code,
            nominal=product.nominal,
            external_ref="",
            sequence=1,
            stocked=True,
        )
        order.rows[row.id] = row
        order.reserved[row.id] = row.quantity
        world.add_order(order)
        world.stock.allocate(product.id, warehouse_id, row.quantity)
        world.raise_event("product.modified.on-hand-modified", product.id)
        return order.id

    def _collect_order(self, warehouse_id: int) -> Order:
        world = self.world
        now = world.now
        return Order(
            id=world.new_id("order"),
            type_code="SO",
            contact_id=next(iter(world.contacts), 0),
            ref="Click and collect",
            external_ref="",
            instance_id=None,
            parent_id=0,
            status_id=2,
            warehouse_id=warehouse_id,
            channel_id=next(iter(world.channels), 0),
            price_list_id=next(iter(world.price_lists), 0),
            price_mode="EXC",
            currency=world.settings.currency,
            exchange_rate=Decimal(1),
            fixed_rate=False,
            placed_on=now,
            tax_date=now,
            created_on=now,
            updated_on=now,
            reserved_at=warehouse_id,
        )
