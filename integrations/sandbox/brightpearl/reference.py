"""Lists that rarely change: the account's settings, codes, statuses, channels and methods."""

from collections.abc import Callable, Iterable
from typing import Any

from integrations.sandbox.brightpearl.formats import id_ranges, six, two, without_none
from integrations.sandbox.brightpearl.masters import Channel, Nominal, PaymentMethod, PriceList
from integrations.sandbox.brightpearl.order_progress import SHIPPING_IDS, STOCK_IDS, TYPE_NAMES
from integrations.sandbox.brightpearl.replies import Reply, not_found, response
from integrations.sandbox.brightpearl.search import Column, Table, find
from integrations.sandbox.brightpearl.world import World
from integrations.sandbox.core.http import Request


def get_configuration(world: World, request: Request) -> Reply:
    """The account's settings as a map of strings: what a connection check asks first."""
    settings = world.settings
    configuration = {
        "baseCurrencyCode": settings.currency,
        "timeZone": settings.zone,
        "taxSchemeCode": "VAT",
        "newSalesOrderStatusId": str(settings.new_order_status),
        "invoicedOrderStatusId": str(settings.invoiced_status),
        "cancelledOrderStatusId": str(settings.cancelled_status),
        "newSalesCreditStatusId": str(settings.new_credit_status),
        "salesNominalCode": settings.sales_nominal,
        "shippingNominalCode": settings.shipping_nominal,
        "discountNominalCode": settings.discount_nominal,
        "roundingCorrectionsNominalCode": settings.rounding_nominal,
        "multipleWarehouseEnabled": "true",
        "defaultCostPriceListId": "1",
    }
    return response({"configuration": configuration})


def _listing(
    rows: Iterable[Any], view: Callable[[Any], Any], ids: str | None, *, what: str = ""
) -> Reply:
    """Rows of an id set, all without one. With `what`, an empty answer is a 404."""
    found = [view(row) for row in rows if ids is None or _within(ids, row.id)]
    if what and not found:
        raise not_found(f"{what} {ids}")
    return response(found)


def _within(ids: str, one: int) -> bool:
    return any(low <= one <= high for low, high in id_ranges(ids))


def get_tax_codes(world: World, request: Request, *, ids: str | None = None) -> Reply:
    """Tax codes. QUIRK: the rate is omitted when it is 0."""
    return _listing(
        world.tax_codes.values(),
        lambda one: without_none(
            {
                "id": one.id,
                "code": one.code,
                "description": one.description,
                "rate": two(one.rate) if one.rate else None,
            }
        ),
        ids,
    )


def get_nominals(world: World, request: Request, *, ids: str | None = None) -> Reply:
    """Nominal codes by id."""
    return _listing(world.nominals.values(), _nominal, ids)


def _nominal(one: Nominal) -> dict[str, Any]:
    return {
        "id": one.id,
        "code": one.code,
        "name": one.name,
        "type": {"id": one.type_id},
        "bank": one.bank,
        "expense": False,
        "discount": False,
        "editable": True,
        "active": one.active,
        "description": one.name,
        "reconcile": one.bank,
    }


NOMINALS = Table(
    columns=(
        Column("nominalCodeId", "IDSET", lambda one: one.id),
        Column("code", "STRING", lambda one: one.code),
        Column("name", "SEARCH_STRING", lambda one: one.name),
        Column("type", "INTEGER", lambda one: one.type_id),
        Column("bank", "BOOLEAN", lambda one: one.bank),
        Column("active", "BOOLEAN", lambda one: one.active),
    )
)


def search_nominals(world: World, request: Request) -> Reply:
    """Find nominal codes; `bank=true` lists the bank accounts."""
    return _search(world, request, NOMINALS, world.nominals.values())


def _search(world: World, request: Request, table: Table, rows: Iterable[Any]) -> Reply:
    return find(table, rows, request.query, zone=world.settings.zone, references={})


def get_payment_methods(world: World, request: Request, *, ids: str | None = None) -> Reply:
    """Payment methods by id."""
    currency = world.settings.currency
    methods = world.payment_methods.values()
    return _listing(methods, lambda one: _payment_method(one, currency), ids)


def _payment_method(one: PaymentMethod, currency: str) -> dict[str, Any]:
    account = {
        "paymentMethodId": one.id,
        "currencyIsoCode": currency,
        "bankAccountNominalCode": one.nominal,
    }
    return {
        "id": one.id,
        "name": one.name,
        "code": one.code,
        "isActive": one.active,
        "bankAccounts": [account],
    }


PAYMENT_METHODS = Table(
    columns=(
        Column("paymentMethodId", "IDSET", lambda one: one.id),
        Column("name", "SEARCH_STRING", lambda one: one.name),
        Column("code", "STRING", lambda one: one.code),
        Column("isActive", "BOOLEAN", lambda one: one.active),
    )
)


def search_payment_methods(world: World, request: Request) -> Reply:
    """Find payment methods."""
    return _search(world, request, PAYMENT_METHODS, world.payment_methods.values())


CURRENCIES = Table(
    columns=(
        Column("id", "IDSET", lambda one: one.id),
        Column("title", "SEARCH_STRING", lambda one: one.name),
        Column("code", "STRING", lambda one: one.code),
        Column("symbol", "STRING", lambda one: one.symbol),
        Column("exchangeRate", "DECIMAL", lambda one: six(one.rate)),
        Column("isDefault", "BOOLEAN", lambda one: one.default),
    )
)


def search_currencies(world: World, request: Request) -> Reply:
    """Find currencies."""
    return _search(world, request, CURRENCIES, world.currencies.values())


def get_price_lists(world: World, request: Request, *, ids: str | None = None) -> Reply:
    """Price lists."""
    return _listing(
        world.price_lists.values(), lambda one: _price_list(world, one), ids, what="Price list"
    )


def _price_list(world: World, one: PriceList) -> dict[str, Any]:
    currency = world.currencies[one.currency]
    return {
        "id": one.id,
        "name": {"languageCode": "en", "text": one.name, "format": "PLAINTEXT"},
        "code": one.code,
        "currencyCode": currency.code,
        "currencySymbol": currency.symbol,
        "currencyId": currency.id,
        "priceListTypeCode": one.kind,
        "gross": one.gross,
    }


def get_channels(world: World, request: Request, *, ids: str | None = None) -> Reply:
    """Sales channels."""
    return _listing(world.channels.values(), _channel, ids)


def _channel(one: Channel) -> dict[str, Any]:
    return {
        "id": one.id,
        "name": one.name,
        "channelTypeId": 1,
        "defaultWarehouseId": one.warehouse_id,
        "contactGroupId": 0,
        "defaultPriceListId": one.price_list_id,
        "channelBrandId": 1,
        "warehouseIds": [one.warehouse_id] if one.warehouse_id else [],
    }


def get_statuses(world: World, request: Request) -> Reply:
    """Order statuses of every order type."""
    return response(
        [
            {
                "statusId": one.id,
                "name": one.name,
                "orderTypeCode": one.type_code,
                "sortOrder": one.id,
                "disabled": False,
                "visible": True,
                "color": "#888888",
            }
            for one in world.statuses.values()
        ]
    )


def get_order_types(world: World, request: Request) -> Reply:
    """Order types."""
    return response([{"id": one, "code": name} for one, name in TYPE_NAMES.items()])


def get_stock_statuses(world: World, request: Request) -> Reply:
    """Codes of how much of an order is fulfilled."""
    return response([{"id": one, "code": code} for code, one in STOCK_IDS.items()])


def get_shipping_statuses(world: World, request: Request) -> Reply:
    """Codes of how much of an order is shipped."""
    return response([{"id": one, "code": code} for code, one in SHIPPING_IDS.items()])


def get_shipping_methods(world: World, request: Request, *, ids: str | None = None) -> Reply:
    """Shipping methods."""
    methods = world.shipping_methods.values()
    return _listing(methods, lambda m: {"id": m.id, "code": m.code, "name": m.name}, ids)


SHIPPING_METHODS = Table(
    columns=(
        Column("shippingMethodId", "IDSET", lambda one: one.id),
        Column("code", "STRING", lambda one: one.code),
        Column("name", "SEARCH_STRING", lambda one: one.name),
    )
)


def search_shipping_methods(world: World, request: Request) -> Reply:
    """Find shipping methods."""
    return _search(world, request, SHIPPING_METHODS, world.shipping_methods.values())


def get_brands(world: World, request: Request) -> Reply:
    """Brands: one, our own."""
    return response([{"id": 1, "name": "Own brand", "description": ""}])
