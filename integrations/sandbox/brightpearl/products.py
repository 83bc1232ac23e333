"""Products and their net prices."""

from collections.abc import Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from integrations.sandbox.brightpearl.formats import (
    four,
    id_set,
    read_decimal,
    read_int,
    read_text,
    section,
    stamp,
    without_none,
)
from integrations.sandbox.brightpearl.masters import Product
from integrations.sandbox.brightpearl.replies import (
    BAD_PRODUCT,
    BRAND_REQUIRED,
    ApiError,
    Reply,
    done,
    invalid,
    not_found,
    response,
)
from integrations.sandbox.brightpearl.requests import read_body, read_list
from integrations.sandbox.brightpearl.search import Column, Table, find
from integrations.sandbox.brightpearl.world import World
from integrations.sandbox.core.http import Request

LARGEST_SET = 200

_text = partial(read_text, code=BAD_PRODUCT)


def get_products(world: World, request: Request, *, ids: str) -> Reply:
    """Products by id; unknown ids are left out, none at all is 404."""
    found = [world.products.get(one) for one in id_set(ids, cap=LARGEST_SET)]
    views = [_view(world, one) for one in found if one is not None]
    if not views:
        raise not_found(f"Product {ids}")
    return response(views)


def _view(world: World, one: Product) -> dict[str, Any]:
    zone = world.settings.zone
    tax_code = world.tax_codes.get(one.tax_code)
    identity = {
        "sku": one.sku,
        "barcode": one.barcode or None,
        "ean": one.ean or None,
        "upc": one.upc or None,
        "mpn": one.mpn or None,
    }
    sales_channel = {
        "salesChannelName": "Brightpearl",
        "productName": one.name,
        "productCondition": "new",
        "categories": [{"categoryCode": code} for code in one.categories],
        "description": {"languageCode": "en", "text": "", "format": "HTML_FRAGMENT"},
        "shortDescription": {"languageCode": "en", "text": "", "format": "HTML_FRAGMENT"},
    }
    return {
        "id": one.id,
        "brandId": one.brand_id,
        "productTypeId": one.product_type_id,
        "identity": without_none(identity),
        "productGroupId": one.product_group_id,
        "stock": {"stockTracked": one.stocked, "weight": {"magnitude": "0.0000"}},
        "financialDetails": {
            "taxable": True,
            "taxCode": {"id": tax_code.id if tax_code else 0, "code": one.tax_code},
        },
        "salesChannels": [sales_channel],
        "composition": {"bundle": False},
        "variations": [],
        "warehouses": _shelves(world),
        "nominalCodeStock": world.settings.stock_nominal,
        "nominalCodePurchases": world.settings.cost_nominal,
        "nominalCodeSales": one.nominal,
        "seasonIds": [],
        "status": one.status,
        "createdOn": stamp(one.created_on, zone),
        "updatedOn": stamp(one.updated_on, zone),
        "version": one.version,
    }


def _shelves(world: World) -> dict[str, Any]:
    return {
        str(one.id): {
            "defaultLocationId": one.default_location,
            "overflowLocationId": 0,
            "reorderLevel": 0,
            "reorderQuantity": 0,
        }
        for one in world.warehouses.values()
    }


PRODUCTS = Table(
    columns=(
        Column("productId", "IDSET", lambda p: p.id),
        Column("productName", "SEARCH_STRING", lambda p: p.name),
        Column("SKU", "STRING", lambda p: p.sku),
        Column("barcode", "STRING", lambda p: p.barcode or None),
        Column("EAN", "STRING", lambda p: p.ean or None),
        Column("UPC", "STRING", lambda p: p.upc or None),
        Column("ISBN", "STRING", lambda p: None),
        Column("MPN", "STRING", lambda p: p.mpn or None),
        Column("stockTracked", "BOOLEAN", lambda p: p.stocked),
        Column("salesChannelName", "STRING", lambda p: "Brightpearl"),
        Column("createdOn", "PERIOD", lambda p: p.created_on),
        Column("updatedOn", "PERIOD", lambda p: p.updated_on),
        Column("brightpearlCategoryCode", "STRING", lambda p: next(iter(p.categories), None)),
        Column("productGroupId", "IDSET", lambda p: p.product_group_id),
        Column("brandId", "IDSET", lambda p: p.brand_id),
        Column("productTypeId", "IDSET", lambda p: p.product_type_id),
        Column("productStatus", "STRING", lambda p: p.status),
        Column("primarySupplierId", "IDSET", lambda p: None),
    )
)


def search_products(world: World, request: Request) -> Reply:
    """Find products. QUIRK: productName matches anywhere in the name."""
    rows = world.products.values()
    return find(PRODUCTS, rows, request.query, zone=world.settings.zone, references={})


def post_product(world: World, request: Request) -> Reply:
    """Create a product; brandId is required."""
    body = read_body(request)
    if not body.get("brandId"):
        raise invalid(BRAND_REQUIRED, "Brand ID is required")
    product = Product(
        id=world.new_id("product"),
        sku="",
        name="",
        stocked=bool(section(body, "stock").get("stockTracked", True)),
        tax_code=next(iter(world.tax_codes), ""),
        nominal=str(body.get("nominalCodeSales") or world.settings.sales_nominal),
        cost=Decimal(0),
        created_on=world.now,
        updated_on=world.now,
        brand_id=read_int(body["brandId"], "brandId", code=BAD_PRODUCT),
    )
    _change(world, product, body)
    if not product.name:
        raise invalid(BAD_PRODUCT, "A product needs a productName in its first sales channel")
    world.products[product.id] = product
    world.raise_event("product.created", product.id)
    world.record("product", product.id, product.sku, {"sku": product.sku, "name": product.name})
    return response(product.id)


def put_product(world: World, request: Request, *, product_id: str) -> Reply:
    """Change a product; with If-Match a stale version answers 412."""
    product = world.products.get(read_int(product_id, "product id"))
    if product is None:
        raise not_found(f"Product {product_id}")
    wanted = request.headers.get("if-match")
    if wanted is not None and wanted.strip('"') != str(product.version):
        raise ApiError(412, "PRDC-412", f"Product {product.id} is at version {product.version}")
    _change(world, product, read_body(request))
    product.version += 1
    product.updated_on = world.now
    world.raise_event("product.modified", product.id)
    world.record("product-change", product.id, "", {"sku": product.sku, "name": product.name})
    return done()


def _change(world: World, product: Product, body: Mapping[str, Any]) -> None:
    identity = section(body, "identity")
    sku = _text(identity.get("sku", product.sku), "identity.sku", limit=32)
    other = world.product_by_sku.get(sku)
    if sku and other is not None and other is not product:
        raise invalid(BAD_PRODUCT, f"Product {other.id} already has SKU {sku}")
    tax_code = section(section(body, "financialDetails"), "taxCode").get("code", product.tax_code)
    if tax_code not in world.tax_codes:
        raise invalid(BAD_PRODUCT, f"Unknown tax code: {tax_code!r}")
    product.tax_code = tax_code
    channels = body.get("salesChannels")
    if isinstance(channels, list) and channels:
        product.name = _text(channels[0].get("productName"), "productName", limit=255)
        wanted = channels[0].get("categories", [])
        product.categories = tuple(str(one["categoryCode"]) for one in wanted)
    for name in ("barcode", "ean", "upc", "mpn"):
        setattr(product, name, _text(identity.get(name, getattr(product, name)), name, limit=32))
    product.status = str(body.get("status", product.status))
    world.product_by_sku.pop(product.sku, None)
    product.sku = sku
    if sku:
        world.product_by_sku[sku] = product


def get_prices(world: World, request: Request, *, ids: str, list_ids: str | None = None) -> Reply:
    """Net prices by product and list, or 404 when none of the products exists."""
    found = [world.products.get(one) for one in id_set(ids, cap=LARGEST_SET)]
    wanted = set(world.price_lists) if list_ids is None else set(id_set(list_ids, cap=200))
    views = [_view_prices(world, one, wanted) for one in found if one is not None]
    if not views:
        raise not_found(f"A price of product {ids}")
    return response(views)


def _view_prices(world: World, product: Product, wanted: set[int]) -> dict[str, Any]:
    lists = [one for one in world.price_lists.values() if one.id in wanted]
    prices = [
        {
            "priceListId": one.id,
            "currencyCode": one.currency,
            "currencyId": world.currencies[one.currency].id,
            "quantityPrice": _breaks(product.prices.get(one.id)),
        }
        for one in lists
    ]
    return {"productId": product.id, "priceLists": prices}


def _breaks(price: Decimal | None) -> dict[str, str]:
    """QUIRK: no price is an empty map."""
    return {} if price is None else {"1": four(price)}


def put_prices(world: World, request: Request, *, product_id: str) -> Reply:
    """Set net prices of one product."""
    product = world.products.get(read_int(product_id, "product id"))
    if product is None:
        raise not_found(f"Product {product_id}")
    wanted = read_list(read_body(request), "priceLists")
    prices = dict(_price(world, entry) for entry in wanted)
    product.prices |= prices
    product.updated_on = world.now
    world.raise_event("product.modified", product.id)
    summary = {"sku": product.sku, "prices": {str(one): value for one, value in prices.items()}}
    world.record("product-price", product.id, "", summary)
    return done()


def _price(world: World, entry: Mapping[str, Any]) -> tuple[int, Decimal]:
    list_id = read_int(entry.get("priceListId"), "priceListId", code=BAD_PRODUCT)
    if list_id not in world.price_lists:
        raise invalid(BAD_PRODUCT, f"Unknown price list: {list_id}")
    value = section(entry, "quantityPrice").get("1")
    return list_id, read_decimal(value, "quantityPrice.1", code=BAD_PRODUCT)
