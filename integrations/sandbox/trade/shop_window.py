"""Puts the estate into the online shop: products by family, places, ways to pay and to send."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from integrations.sandbox.bigcommerce.backoffice import Backoffice
from integrations.sandbox.trade.catalogue import Product, ProductKind
from integrations.sandbox.trade.estate import Estate
from integrations.sandbox.trade.online_days import GATEWAYS, SHIPPING, TRADE

if TYPE_CHECKING:
    from integrations.sandbox.trade.seeding import Ids

WEB = "WEB"  # the location that parcels leave from


class ShopWindow:
    def __init__(self, office: Backoffice) -> None:
        self._office = office

    def dress(self, estate: Estate, ids: "Ids") -> None:
        """Make the shop know everything of the estate. What is there already is kept."""
        office = self._office
        ids.shop_locations[""] = office.add_location(WEB, estate.depot)
        for store in estate.stores:
            place = office.add_location(
                store.code, store.name, city=store.city, country=store.country.upper()
            )
            ids.shop_locations[store.code] = place
            office.add_pickup_method(place)
        for code, name in GATEWAYS.items():
            office.add_gateway(code, name)
        for name, price in SHIPPING.items():
            office.add_shipping_method(name, price)
        ids.trade_group = office.add_group(TRADE)
        for product in estate.products:
            if product.kind is ProductKind.GIFT_CARD:
                office.sell_gift_certificate(product.sku)
        sold = [product for product in estate.products if product.kind is ProductKind.GOODS]
        new = [product for product in sold if not office.has(product.sku)]
        self._add_products(new)
        self._stock(estate, new, ids)

    def _add_products(self, products: Iterable[Product]) -> None:
        families: dict[str, list[Product]] = {}
        for product in products:
            families.setdefault(product.family if product.options else product.sku, []).append(
                product
            )
        for stem, members in families.items():
            if members[0].options:
                self._add_family(stem, members)
            else:
                self._add_simple(members[0])

    def _add_family(self, stem: str, members: list[Product]) -> None:
        first = members[0]
        name = first.name
        for _, value in reversed(first.options):
            name = name.removesuffix(f" {value}")
        self._office.add_family(
            stem,
            name,
            first.price_gross,
            rate=first.vat_rate,
            members=[(each.sku, each.barcode, each.options) for each in members],
        )

    def _add_simple(self, product: Product) -> None:
        self._office.add_product(
            product.sku,
            product.name,
            product.price_gross,
            rate=product.vat_rate,
            barcode=product.barcode,
            is_stocked=product.is_stocked,
        )

    def _stock(self, estate: Estate, products: Iterable[Product], ids: "Ids") -> None:
        """The depot's goods at the web location, each store's own at the store's."""
        for product in products:
            if product.is_stocked:
                self._office.count(ids.shop_locations[""], product.sku, estate.depot_units)
                for store in estate.stores:
                    units = estate.opening(store.code, product.sku)
                    self._office.count(ids.shop_locations[store.code], product.sku, units)
