"""Puts the shared master data into the systems before trade begins; more can be added later."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from integrations.sandbox.sitoo.backoffice import DISCOUNT_REASONS
from integrations.sandbox.sitoo.formats import money
from integrations.sandbox.sitoo.order_items import MANUAL_DISCOUNT
from integrations.sandbox.trade.catalogue import Product, ProductKind
from integrations.sandbox.trade.estate import Estate, StockKeeping, Store, TaxCode
from integrations.sandbox.trade.second_erp import SecondErp
from integrations.sandbox.trade.shop_window import ShopWindow

if TYPE_CHECKING:
    from integrations.sandbox.app import Sandbox

GROUP_TYPES = {ProductKind.GOODS: 10, ProductKind.SERVICE: 20, ProductKind.GIFT_CARD: 30}
NOMINAL_TYPES = {"asset": 1, "liability": 2, "income": 3, "expense": 5}
GIFT_CARD_NOMINAL = "2110"
NET_PRICE = Decimal("0.0001")  # the ERP keeps net prices fine enough to give the gross one back
SALE_STATUS, RETURN_STATUS = 20, 21
STAFF_PER_STORE = 4


@dataclass
class Ids:
    """What both systems call the places of the estate, by the code they share."""

    till_warehouses: dict[str, int] = field(default_factory=dict)  # Sitoo's, by store
    registers: dict[str, str] = field(default_factory=dict)  # Sitoo's, by till
    erp_warehouses: dict[str, int] = field(default_factory=dict)  # Brightpearl's, by store
    depot: int = 0
    price_list: int = 0
    channel: int = 0
    contact: int = 0
    shipping_method: int = 0
    stocked: set[tuple[str, str]] = field(default_factory=set)  # (store, sku) with opening stock
    shop_locations: dict[str, int] = field(default_factory=dict)  # BigCommerce's, by store; "" web
    trade_group: int = 0


class Seeding:
    """Seeds one sandbox. Hold no lock: each system is locked while it is written to."""

    def __init__(self, sandbox: "Sandbox") -> None:
        self.ids = Ids()
        self._tills = sandbox.sitoo
        self._erp = sandbox.brightpearl
        self._shop = sandbox.bigcommerce
        self._second = SecondErp(sandbox.orderwise)
        self._shop_window = ShopWindow(self._shop.backoffice)
        self._tax_codes: dict[Decimal, TaxCode] = {}

    def seed(self, estate: Estate) -> None:
        """Make both systems know everything of the estate. What is there already is kept."""
        self._tax_codes |= {code.rate: code for code in estate.tax_codes}
        with self._erp.lock:
            self._seed_ledger(estate)
            self._seed_erp_places(estate)
            for product in estate.products:
                self._seed_erp_product(product)
        with self._second.system.lock:
            self._second.seed(estate)
        with self._tills.lock:
            self._seed_shops(estate)
            for product in estate.products:
                self._seed_till_product(product)
            self._link_variants(estate)
        self._fill_shelves(estate)
        with self._shop.lock:
            self._shop_window.dress(estate, self.ids)

    # The ERP

    def _seed_ledger(self, estate: Estate) -> None:
        world = self._erp.world
        self._erp.settings.currency = estate.currency
        if estate.currency not in world.currencies:
            world.currencies.clear()  # an account has one base currency
            self._erp.add_currency(estate.currency, estate.currency)
        clearing = {tender.nominal for tender in estate.tenders}
        for nominal in estate.nominals:
            if nominal.code not in world.nominals:
                type_id, is_bank = NOMINAL_TYPES[nominal.kind], nominal.code in clearing
                self._erp.add_nominal(nominal.code, nominal.name, type_id=type_id, bank=is_bank)
        for tax in estate.tax_codes:
            if tax.code not in world.tax_codes:
                self._erp.add_tax_code(tax.code, rate=tax.rate, description=tax.name)
        for tender in estate.tenders:
            if tender.nominal and tender.method_code not in world.payment_methods:
                name = tender.name
                self._erp.add_payment_method(tender.method_code, name, nominal=tender.nominal)

    def _seed_erp_places(self, estate: Estate) -> None:
        if not self.ids.price_list:
            self.ids.price_list = self._erp.add_price_list("RETAIL", "Retail prices", gross=True)
            self.ids.depot = self._erp.add_warehouse(estate.depot, type_code="depot")
            self.ids.channel = self._erp.add_channel("Stores", price_list_id=self.ids.price_list)
            self.ids.contact = self._erp.add_contact("Walk-in", "customer")
            self.ids.shipping_method = self._erp.add_shipping_method("STORE", "Taken home")
            self._erp.add_order_status(SALE_STATUS, "Till sale", "SO")
            self._erp.add_order_status(RETURN_STATUS, "Till return", "SC")
        for store in estate.stores:
            if store.code not in self.ids.erp_warehouses:
                self.ids.erp_warehouses[store.code] = self._erp.add_warehouse(store.name)

    def _seed_erp_product(self, product: Product) -> None:
        if not product.known_to_erp or product.sku in self._erp.world.product_by_sku:
            return
        is_gift_card = product.kind is ProductKind.GIFT_CARD
        self._erp.add_product(
            product.sku,
            product.name,
            stocked=product.is_stocked,
            tax_code=self._tax_codes[product.vat_rate].code,
            price_net=(product.price_gross * 100 / (100 + product.vat_rate)).quantize(NET_PRICE),
            price_list_id=self.ids.price_list,
            cost=product.cost_net,
            nominal=GIFT_CARD_NOMINAL if is_gift_card else None,
            barcode=product.barcode,
            ean=product.barcode,
        )

    # The tills

    def _seed_shops(self, estate: Estate) -> None:
        office = self._tills.backoffice
        office.open_account(estate.retailer, estate.currency)
        for tender in estate.tenders:
            office.accept_tender(
                tender.name,
                tender.code,
                method_id=tender.method_id,
                acquirer=tender.reference_type,
            )
        for reason in estate.reasons:
            office.add_reason(reason.code, reason.name)
        office.add_reason(MANUAL_DISCOUNT, "Manager's discount", kind=DISCOUNT_REASONS)
        for store in estate.stores:
            self._open_shop(store)

    def _open_shop(self, store: Store) -> None:
        office = self._tills.backoffice
        shop = office.open_shop(
            store.code,
            store.name,
            timezone=store.timezone,
            city=store.city,
            country=store.country,
            fifo=store.keeping is StockKeeping.FIFO,
        )
        self.ids.till_warehouses[store.code] = shop.warehouse_id
        for till in store.tills:
            self.ids.registers[till.code] = office.install_till(till.code, shop, number=till.number)
        for number in range(1, STAFF_PER_STORE + 1):
            office.hire(f"{store.code}-E{number}", name=f"Assistant {number}")

    def _seed_till_product(self, product: Product) -> None:
        if product.sku in self._tills.state.product_ids:
            return
        group = f"{product.group} {product.vat_rate} %"
        kind = GROUP_TYPES[product.kind]
        vat_id = self._tills.backoffice.add_group(group, product.vat_rate, kind=kind)
        self._tills.backoffice.stock_product(
            {
                "sku": product.sku,
                "title": product.name,
                "moneyprice": money(product.price_gross),
                "moneypricein": money(product.cost_net),
                "vatid": vat_id,
                "barcode": product.barcode,
                "stockcountenable": product.is_stocked,
            },
            options=product.options,
        )

    def _link_variants(self, estate: Estate) -> None:
        """The first variant of a family is its main one."""
        state = self._tills.state
        parents: dict[str, int] = {}
        for product in estate.products:
            row = state.product(product.sku)
            if row is not None and product.options:
                row["variantparentid"] = parents.setdefault(product.family, row["productid"])

    # Stock

    def _fill_shelves(self, estate: Estate) -> None:
        stocked = [product for product in estate.products if product.is_stocked]
        for store in estate.stores:
            for product in stocked:
                self._fill_shelf(estate, store.code, product)
        with self._erp.lock:
            for product in stocked:
                if product.known_to_erp and (estate.depot, product.sku) not in self.ids.stocked:
                    self.ids.stocked.add((estate.depot, product.sku))
                    self._erp.set_stock(product.sku, self.ids.depot, estate.depot_units)
                    with self._second.system.lock:
                        self._second.receive(None, product, estate.depot_units)

    def _fill_shelf(self, estate: Estate, store: str, product: Product) -> None:
        """Opening stock at both systems; what a further file will sell is added to it."""
        place = (store, product.sku)
        units = estate.opening(*place)
        is_further = place in self.ids.stocked
        if units == 0 or (is_further and place not in estate.opening_stock):
            return
        self.ids.stocked.add(place)
        with self._tills.lock:
            self._tills.backoffice.receive(self.ids.till_warehouses[store], product.sku, units)
        if product.known_to_erp:
            warehouse = self.ids.erp_warehouses[store]
            with self._erp.lock:
                level = self._erp.stock_level(product.sku, warehouse)["signed"]
                self._erp.set_stock(product.sku, warehouse, level + units)
            with self._second.system.lock:
                self._second.receive(store, product, units)

    def as_plain(self) -> dict[str, Any]:
        """Ids and credentials, JSON-ready. The credentials open nothing but this sandbox."""
        erp, (user, password) = self._erp, next(iter(self._tills.gate.users.items()))
        return {
            "sitoo": {
                "base_path": self._tills.base_path,
                "account": str(self._tills.state.account_id),
                "site": 1,
                "user": user,
                "password": password,
                "warehouses": self.ids.till_warehouses,
                "registers": self.ids.registers,
            },
            "brightpearl": {
                "base_path": "/brightpearl/public-api",
                "account": erp.settings.account,
                "app_ref": erp.settings.app_ref,
                "account_token": erp.settings.account_token,
                "warehouses": self.ids.erp_warehouses,
                "quarantine_locations": {
                    store: erp.quarantine_location(id)
                    for store, id in self.ids.erp_warehouses.items()
                },
                "depot": self.ids.depot,
                "price_list": self.ids.price_list,
                "channel": self.ids.channel,
                "contact": self.ids.contact,
                "shipping_method": self.ids.shipping_method,
                "sale_status": SALE_STATUS,
                "return_status": RETURN_STATUS,
            },
            "bigcommerce": {
                "base_path": self._shop.base_path,
                "store_hash": self._shop.state.store_hash,
                "token": self._shop.gate.token,
                "client_secret": self._shop.hooks.secret,
                "locations": self.ids.shop_locations,
                "trade_group": self.ids.trade_group,
            },
            "orderwise": self._second.as_plain(),
        }
