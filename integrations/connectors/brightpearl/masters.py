"""Wire models of reference data: products, prices, codes and places."""

from decimal import Decimal
from typing import Any

from integrations.connectors.brightpearl.schemas import Wire

# Products and prices.


class Identity(Wire):
    sku: str = ""
    barcode: str = ""
    ean: str = ""
    upc: str = ""


class ProductStock(Wire):
    stockTracked: bool


class ProductTaxCode(Wire):
    code: str = ""


class FinancialDetails(Wire):
    taxCode: ProductTaxCode = ProductTaxCode()


class ChannelText(Wire):
    salesChannelName: str = ""
    productName: str = ""


class Product(Wire):
    id: int
    identity: Identity
    stock: ProductStock
    status: str
    financialDetails: FinancialDetails = FinancialDetails()
    salesChannels: list[ChannelText] = []


class PricesOfList(Wire):
    priceListId: int
    currencyCode: str = ""
    quantityPrice: dict[str, Decimal] = {}  # from quantity → net unit price


class ProductPrice(Wire):
    productId: int
    priceLists: list[PricesOfList] = []

    def of_list(self, price_list_id: int) -> PricesOfList | None:
        return next((each for each in self.priceLists if each.priceListId == price_list_id), None)

    def unit_net(self, price_list_id: int) -> Decimal | None:
        """The price of one; None when the list has none."""
        prices = self.of_list(price_list_id)
        return prices.quantityPrice.get("1") if prices else None


# Reference data.


class TaxCode(Wire):
    id: int
    code: str
    description: str = ""
    rate: Decimal = Decimal(0)  # percent; QUIRK(brightpearl): omitted when zero


class LocalisedText(Wire):
    text: str = ""


class PriceList(Wire):
    id: int
    name: LocalisedText = LocalisedText()
    code: str = ""
    currencyCode: str = ""


class NamedThing(Wire):
    """Warehouses, channels and shipping methods."""

    id: int
    name: str = ""


class OrderStatus(Wire):
    statusId: int
    name: str = ""
    orderTypeCode: str = ""


class AccountConfiguration(Wire):
    configuration: dict[str, Any] = {}


# Integration.


class Webhook(Wire):
    id: int
    subscribeTo: str = ""
    uriTemplate: str = ""
