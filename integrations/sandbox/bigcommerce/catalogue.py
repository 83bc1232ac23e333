"""Products, their variants, and batches of changes."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from integrations.sandbox.bigcommerce.errors import ApiError, not_found
from integrations.sandbox.bigcommerce.formats import answer, iso, read_amount, read_whole
from integrations.sandbox.bigcommerce.listing import (
    among,
    between,
    body_of,
    moment,
    rows_of,
    v3_page,
    whole,
)
from integrations.sandbox.bigcommerce.state import (
    BY_PRODUCT,
    BY_VARIANT,
    DEFAULT_LOCATION,
    Product,
    State,
    Variant,
)
from integrations.sandbox.core.http import Request, Response

PRODUCTS_PER_BATCH, VARIANTS_PER_BATCH = 10, 50
SORTS: dict[str, Callable[[Product], Any]] = {
    "id": lambda product: product.id,
    "date_modified": lambda product: (product.modified, product.id),
}
AVAILABILITIES = ("available", "disabled", "preorder")


class Catalogue:
    def __init__(self, state: State) -> None:
        self._state = state

    def list_all(self, request: Request) -> Response:
        rows = [product for product in self._state.products.values() if _wanted(request, product)]
        since, until = moment(request, "date_modified:min"), moment(request, "date_modified:max")
        rows = between(rows, lambda product: product.modified, since, until)
        sort, backwards = request.last("sort") or "id", request.last("direction") == "desc"
        keys: dict[str, Callable[[Product], Any]] = {
            "id": lambda p: p.id,
            "date_modified": lambda p: (p.modified, p.id),
        }
        if sort not in keys:
            raise ApiError(422, "The sort is not supported.", errors={"sort": "error.invalid"})
        rows.sort(key=SORTS[sort], reverse=backwards)
        return v3_page(request, rows, lambda product: self._view(product, request))

    def get(self, request: Request, product_id: str) -> Response:
        return answer({"data": self._view(self._find(product_id), request), "meta": {}})

    def put(self, request: Request) -> Response:
        """Change up to ten. QUIRK(bigcommerce): a 207 when only some could be changed."""
        rows = rows_of(body_of(request), most=PRODUCTS_PER_BATCH)
        breaks = len(rows) // 2 if "partial_batch" in request.faults else len(rows)
        done: list[Any] = []
        errors: dict[str, str] = {}
        for place, row in enumerate(rows):
            product = self._state.products.get(row.get("id", 0))
            if product is None or place >= breaks:
                errors[str(place)] = "The product could not be changed."
                continue
            self._change(product, row)
            done.append(self._view(product, request))
        if not errors:
            return answer({"data": done, "meta": {}})
        if not done:
            raise ApiError(422, "The products could not be changed.", errors=errors)
        problem = {"status": 207, "title": "Multi-status", "type": "", "errors": errors}
        return answer({"data": done, "errors": problem, "meta": {}}, status=207)

    def put_one(self, request: Request, product_id: str) -> Response:
        product, body = self._find(product_id), body_of(request)
        self._change(product, body if isinstance(body, dict) else {})
        return answer({"data": self._view(product, request), "meta": {}})

    def variants(self, request: Request) -> Response:
        products, ids = among(request, "product_id:in"), whole(request, "id")
        rows = [
            variant
            for variant in self._state.variants.values()
            if request.last("sku") in (None, variant.sku)
            and request.last("upc") in (None, variant.barcode)
            and ids in (None, variant.id)
            and (products is None or str(variant.product_id) in products)
        ]
        return v3_page(request, rows, self._variant)

    def variants_of(self, request: Request, product_id: str) -> Response:
        return v3_page(request, self._find(product_id).variants, self._variant)

    def put_variants(self, request: Request) -> Response:
        rows = rows_of(body_of(request), most=VARIANTS_PER_BATCH)
        unknown = [row for row in rows if row.get("id") not in self._state.variants]
        if unknown:
            raise ApiError(422, "A variant does not exist.", errors={"id": "error.invalid"})
        for row in rows:
            variant = self._state.variants[row["id"]]
            if "price" in row:
                price = row["price"]
                variant.price = None if price is None else read_amount(price, "price")
            self._changed(self._state.products[variant.product_id])
        changed = [self._variant(self._state.variants[row["id"]]) for row in rows]
        return answer({"data": changed, "meta": {}})

    def _find(self, product_id: str) -> Product:
        product = self._state.products.get(int(product_id)) if product_id.isdecimal() else None
        if product is None:
            raise not_found()
        return product

    def _change(self, product: Product, row: Mapping[str, Any]) -> None:
        if "price" in row:
            product.price = read_amount(row["price"], "price")
        if isinstance(row.get("name"), str):
            product.name = row["name"]
        if row.get("availability") in AVAILABILITIES:
            product.availability = row["availability"]
        if "tax_class_id" in row:
            product.tax_class_id = read_whole(row["tax_class_id"], "tax_class_id")
        if isinstance(row.get("is_visible"), bool):
            product.is_visible = row["is_visible"]
            shown = {"id": product.id, "is_visible": product.is_visible}
            self._state.record("visibility", product.id, "", shown)
        self._state.record("product", product.id, "", dict(row))
        self._changed(product)

    def _changed(self, product: Product) -> None:
        product.modified = self._state.now()
        event = {"type": "product", "id": product.id}
        self._state.hooks.emit("store/product/updated", event)

    def _view(self, product: Product, request: Request) -> dict[str, Any]:
        base = product.variants[0]
        row: dict[str, Any] = {
            "id": product.id,
            "name": product.name,
            "type": product.type,
            "sku": product.sku,
            "description": "",
            "weight": Decimal("0.3"),
            "price": product.price,
            "cost_price": Decimal(0),
            "retail_price": Decimal(0),
            "sale_price": Decimal(0),
            "map_price": Decimal(0),
            "calculated_price": product.price,
            "tax_class_id": product.tax_class_id,
            "inventory_level": self._level(product),
            "inventory_warning_level": 0,
            "inventory_tracking": product.tracking,
            "is_visible": product.is_visible,
            "availability": product.availability,
            "upc": product.barcode,
            "gtin": "",
            "mpn": "",
            "brand_id": 0,
            "categories": [23],
            "base_variant_id": base.id,
            "total_sold": 0,
            "date_created": iso(product.created),
            "date_modified": iso(product.modified),
        }
        if "variants" in (among(request, "include") or ()):
            row["variants"] = [self._variant(variant) for variant in product.variants]
        fields = among(request, "include_fields")
        kept = {"id", "variants", *(fields or ())}
        return row if fields is None else {name: row[name] for name in row if name in kept}

    def _variant(self, variant: Variant) -> dict[str, Any]:
        product = self._state.products[variant.product_id]
        level = self._state.levels.get((DEFAULT_LOCATION, variant.id))
        return {
            "id": variant.id,
            "product_id": variant.product_id,
            "sku": variant.sku,
            "sku_id": variant.sku_id,
            "price": variant.price,
            "calculated_price": product.price if variant.price is None else variant.price,
            "upc": variant.barcode,
            "gtin": "",
            "mpn": "",
            "inventory_level": level.on_hand if level and product.tracking == BY_VARIANT else 0,
            "inventory_warning_level": 0,
            "purchasing_disabled": False,
            "bin_picking_number": "",
            "option_values": [
                {
                    "id": place + 1,
                    "option_id": place + 1,
                    "option_display_name": name,
                    "label": label,
                }
                for place, (name, label) in enumerate(variant.options)
            ],
        }

    def _level(self, product: Product) -> int:
        """QUIRK(bigcommerce): of the default location only."""
        if product.tracking != BY_PRODUCT:
            return 0
        level = self._state.levels.get((DEFAULT_LOCATION, product.variants[0].id))
        return level.on_hand if level else 0


def _wanted(request: Request, product: Product) -> bool:
    """QUIRK(bigcommerce): `sku` looks at the product's own SKU, never at its variants'."""
    ids, skus = among(request, "id:in"), among(request, "sku:in")
    visible = request.last("is_visible")
    return (
        (ids is None or str(product.id) in ids)
        and (skus is None or product.sku in skus)
        and request.last("sku") in (None, product.sku)
        and (visible is None or (visible.lower() in ("1", "true")) == product.is_visible)
    )
