"""What a shopkeeper sets up by hand: shops, tills, ways to pay, groups, people and levels."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from integrations.sandbox.sitoo.formats import guid
from integrations.sandbox.sitoo.listing import Wire
from integrations.sandbox.sitoo.state import DEFAULT_PRICE_LIST, FIFO, VIRTUAL, Register

if TYPE_CHECKING:
    from integrations.sandbox.sitoo.system import SitooSystem

RETURN_REASONS, DISCOUNT_REASONS = 10, 20


@dataclass(frozen=True)
class ShopIds:
    """The ids that a new shop was given."""

    store_id: int
    warehouse_id: int


class Backoffice:
    """Sets the account up without its API. What is there already is left alone."""

    def __init__(self, system: "SitooSystem") -> None:
        self._system = system
        self._state = system.state

    def open_account(self, company: str, currency: str) -> None:
        """Name the retailer, and give it the price list that cannot be deleted."""
        self._state.company, self._state.currency = company, currency
        if DEFAULT_PRICE_LIST not in self._state.price_lists:
            self._system.price_lists.add({"pricelistname": "Default"})

    def open_shop(
        self, code: str, name: str, *, timezone: str, city: str, country: str, fifo: bool
    ) -> ShopIds:
        """A store with one warehouse, which is Virtual unless `fifo`."""
        for row in self._state.stores.values():
            if row["externalid"] == code:
                return ShopIds(row["storeid"], self._state.store_warehouse(row["storeid"]))
        id = self._state.next_id("store")
        self._state.stores[id] = {
            "storeid": id,
            "eshopid": 1,
            "storetype": 10,
            "name": name,
            "externalid": code,
            "externalgroupid": None,
            "phone": "",
            "email": "",
            "address": "1 High Street",
            "zip": "",
            "city": city,
            "countryid": country,
            "nearby_stores": [],
            "tags": [],
        }
        self._state.timezones[id] = timezone
        warehouse_id = self._system.places.add_warehouse(
            {
                "name": name,
                "externalid": code,
                "storeid": id,
                "warehousetype": FIFO if fifo else VIRTUAL,
                "city": city,
                "countryid": country,
            }
        )
        return ShopIds(id, warehouse_id)

    def install_till(self, code: str, shop: ShopIds, *, number: int) -> str:
        """A register in a shop. Returns its GUID."""
        id = guid("register", self._state.seed, code)
        if id in self._state.registers:
            return id
        wire = {
            "registerid": id,
            "manufacturerid": "HV" + id.strip("{}").replace("-", ""),
            "registerkey": f"HV{shop.store_id:03d}{number:02d}",
            "company": self._state.company,
            "companyid": "",
            "address": "1 High Street",
            "currencycode": self._state.currency,
            "receiptlanguagetag": "en-GB",
            "storesettingid": shop.store_id,
            "warehouseid": shop.warehouse_id,
            "salestaxgroupid": None,
        }
        self._system.tills.install(Register(wire, code, shop.store_id, number))
        return id

    def accept_tender(self, name: str, code: str, *, method_id: int, acquirer: str = "") -> int:
        """A payment type. `acquirer` is written on each payment."""
        for row in self._state.payment_types.values():
            if row["name"] == name:
                return int(row["paymenttypeid"])
        id = self._state.next_id("paymenttype")
        self._state.acquirers[name] = acquirer
        self._state.payment_types[id] = {
            "paymenttypeid": id,
            "paymentmethodid": method_id,
            "name": name,
            "externalid": code,
            "sortorder": id * 10,
        }
        return id

    def add_reason(self, code: str, name: str, *, kind: int = RETURN_REASONS) -> int:
        """A reason code, for returns unless `kind` says otherwise."""
        for row in self._state.reason_codes.values():
            if row["reasoncode"] == code:
                return int(row["reasoncodeid"])
        id = self._state.next_id("reasoncode")
        self._state.reason_codes[id] = {
            "reasoncodeid": id,
            "type": kind,
            "reasoncode": code,
            "name": name,
        }
        return id

    def add_group(self, name: str, rate: Decimal, *, kind: int) -> int:
        """A VAT group; the one that is there is found by name."""
        for row in self._state.groups.values():
            if row["productgroupname"] == name:
                return int(row["vatid"])
        return self._system.groups.add(name, rate, kind=kind)

    def hire(self, external_id: str, *, name: str) -> str:
        """A member of staff. Returns the GUID."""
        if external_id not in self._state.staff:
            email = f"{external_id.lower()}@staff.example"
            body = {"email": email, "namefirst": name, "externalid": external_id, "role": 10}
            self._state.staff[external_id] = self._system.places.add_user(body)
        return self._state.staff[external_id]

    def stock_product(self, body: Wire, *, options: Iterable[tuple[str, str]] = ()) -> int:
        """A product set up by hand, which is no effect of the API. Returns its id."""
        id = self._system.products.create(body)
        variant = [{"name": name, "value": value} for name, value in options]
        self._state.products[id]["variant"] = variant
        return id

    def receive(self, warehouse_id: int, sku: str, units: int) -> None:
        """Put more units on the shelf, at cost, without a transaction."""
        item = self._system.stock.item(warehouse_id, sku)
        item.total += units
        item.value += units * self._system.stock.cost_of(sku)
        item.modified = self._state.now()
