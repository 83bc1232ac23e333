"""What the merchant sets up: products, places, groups, prices, ways to pay and to send."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from integrations.sandbox.bigcommerce.formats import iso
from integrations.sandbox.bigcommerce.state import (
    BY_PRODUCT,
    BY_VARIANT,
    NOT_TRACKED,
    Level,
    Location,
    Product,
    State,
    Variant,
)


class Backoffice:
    """Direct methods for seeding; adding what is there already changes nothing."""

    def __init__(self, state: State) -> None:
        self._state = state

    def has(self, sku: str) -> bool:
        """Whether the shop sells it already."""
        return sku in self._state.by_sku

    def add_tax_class(self, rate: Decimal) -> int:
        """The tax class of a rate; the first one made is the default, number 0."""
        classes = self._state.tax_classes
        known = next((id for id, each in classes.items() if each == rate), None)
        if known is None:
            known = len(classes)
            classes[known] = rate
        return known

    def add_product(
        self,
        sku: str,
        name: str,
        price: Decimal,
        *,
        rate: Decimal,
        barcode: str = "",
        is_stocked: bool = True,
    ) -> Product:
        """A simple product: it is tracked as a whole, by its id and not by its SKU."""
        if sku in self._state.by_sku:
            return self._product_of(sku)
        tracking = BY_PRODUCT if is_stocked else NOT_TRACKED
        product = self._product(sku, name, price, rate, tracking)
        product.barcode = barcode
        self._variant(product, sku, barcode)
        return product

    def sell_gift_certificate(self, sku: str) -> None:
        """Let shoppers buy one under this SKU."""
        self._state.gift_certificates.add(sku)

    def add_family(
        self,
        sku: str,
        name: str,
        price: Decimal,
        *,
        rate: Decimal,
        members: Sequence[tuple[str, str, tuple[tuple[str, str], ...]]],
    ) -> Product:
        """A product with variants, each (SKU, barcode, options); every one is tracked by itself."""
        if members[0][0] in self._state.by_sku:
            return self._product_of(members[0][0])
        product = self._product(sku, name, price, rate, BY_VARIANT)
        for member, barcode, options in members:
            variant = self._variant(product, member, barcode)
            variant.options = options
            variant.sku_id = self._state.next_id("sku", start=461)
        return product

    def add_location(self, code: str, label: str, *, city: str = "", country: str = "GB") -> int:
        """A place that holds stock; the first one is the default, where parcels leave from."""
        for location in self._state.locations.values():
            if location.code == code:
                return location.id
        id = self._state.next_id("location")
        self._state.locations[id] = Location(id, code, label, city, country)
        return id

    def add_pickup_method(self, location_id: int) -> int:
        """Let shoppers collect from a place."""
        for id, place in self._state.pickup_methods.items():
            if place == location_id:
                return id
        id = self._state.next_id("pickup method")
        self._state.pickup_methods[id] = location_id
        return id

    def add_group(self, name: str) -> int:
        """A customer group, with a price list of its own."""
        for id, row in self._state.groups.items():
            if row["name"] == name:
                return id
        id, made = self._state.next_id("group"), iso(self._state.now())
        prices = self._state.next_id("price list")
        self._state.price_lists[prices] = {
            "id": prices,
            "name": name,
            "active": True,
            "date_created": made,
            "date_modified": made,
        }
        self._state.groups[id] = {
            "id": id,
            "name": name,
            "is_default": False,
            "category_access": {"type": "all"},
            "discount_rules": [{"type": "price_list", "price_list_id": prices}],
            "date_created": made,
            "date_modified": made,
            "is_group_for_guests": False,
        }
        return id

    def set_price(self, price_list_id: int, sku: str, price: Decimal) -> None:
        """The price of one variant in a price list."""
        row: dict[str, Any] = {
            "price_list_id": price_list_id,
            "variant_id": self._state.by_sku[sku],
            "sku": sku,
            "currency": self._state.currency,
            "price": price,
            "calculated_price": price,
        }
        self._state.prices[price_list_id].append(row)

    def add_gateway(self, code: str, name: str) -> None:
        """A way to pay."""
        self._state.gateways.setdefault(code, name)

    def add_shipping_method(self, name: str, price: Decimal) -> None:
        """A way to send."""
        if all(row[0] != name for row in self._state.shipping_methods.values()):
            id = self._state.next_id("shipping method")
            self._state.shipping_methods[id] = (name, price)

    def count(self, location_id: int, sku: str, units: int) -> None:
        """Stock at a place before trade begins."""
        variant = self._state.by_sku[sku]
        self._state.levels[location_id, variant] = Level(units, counted=True)

    def level(self, location_id: int, sku: str) -> int:
        """What is at a place now; nothing where it was never counted."""
        level = self._state.levels.get((location_id, self._state.by_sku[sku]))
        return level.on_hand if level else 0

    def _product_of(self, sku: str) -> Product:
        return self._state.products[self._state.variants[self._state.by_sku[sku]].product_id]

    def _product(
        self, sku: str, name: str, price: Decimal, rate: Decimal, tracking: str
    ) -> Product:
        now = self._state.now()
        product = Product(
            id=self._state.next_id("product", start=77),
            name=name,
            sku=sku,
            price=price,
            tax_class_id=self.add_tax_class(rate),
            tracking=tracking,
            created=now,
            modified=now,
        )
        self._state.products[product.id] = product
        self._state.hooks.emit("store/product/created", {"type": "product", "id": product.id})
        return product

    def _variant(self, product: Product, sku: str, barcode: str) -> Variant:
        variant = Variant(
            id=self._state.next_id("variant", start=331),
            product_id=product.id,
            sku=sku,
            barcode=barcode,
        )
        product.variants.append(variant)
        self._state.variants[variant.id] = variant
        self._state.by_sku[sku] = variant.id
        return variant
