"""Products as the tills know them."""

from collections.abc import Iterable, Mapping
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.sitoo.errors import bad_request, invalid_value, missing, not_found
from integrations.sandbox.sitoo.formats import SKU, money, read_decimal, read_int
from integrations.sandbox.sitoo.listing import (
    Wire,
    as_object,
    body_of,
    page,
    project,
    wanted,
    wanted_int,
    write,
)
from integrations.sandbox.sitoo.prices import set_price
from integrations.sandbox.sitoo.state import DEFAULT_GROUP, DEFAULT_PRICE_LIST, State, find

MONEY_FIELDS = ("moneyprice", "moneypriceorg", "moneypricein")
TEXT_FIELDS = (
    "title",
    "description",
    "descriptionshort",
    "skumanufacturer",
    "manufacturerurl",
    "unitlabel",
    "deliverystatus",
    *(f"custom{number}" for number in range(1, 6)),
)
FLAG_FIELDS = ("activepos", "active", "allowdecimals", "stockcountenable")
PLAIN_FIELDS = ("manufacturerid", "defaultcategoryid", "customattributes")
LIST_FIELDS = ("categories", "similar", "related", "accessories")


class Products:
    """The catalogue as the tills know it."""

    def __init__(self, state: State) -> None:
        self.state = state

    def list(self, request: Request) -> Any:
        """Source: reference 2, "S/products". Inactive ones only with `includeinactive=true`."""
        skus = wanted(request, "sku")
        rows: Iterable[Wire] = self.state.products.values()
        if skus is not None:
            rows = (row for sku in dict.fromkeys(skus) if (row := self.state.product(sku)))
        if request.last("includeinactive") != "true":
            rows = (row for row in rows if row["activepos"] or row["active"])
        since = wanted_int(request, "datelastmodified")
        if since is not None:
            rows = (row for row in rows if row["datemodified"] >= since)
        return page(request, [self._wire(row) for row in rows])

    def get(self, request: Request, productid: str) -> Any:
        return project(request, self._wire(find(self.state.products, productid)))

    def post(self, request: Request) -> Any:
        """Add products. Returns the id, or a row per product of an array."""
        return write(request, self.add)

    def put(self, request: Request) -> Any:
        """Change products by `productid`; absent fields stay as they are."""
        return write(request, self._change)

    def put_one(self, request: Request, productid: str) -> Any:
        row = find(self.state.products, productid)
        return self._update(row, as_object(body_of(request)))

    def delete(self, request: Request) -> Any:
        """Remove products by `productid`."""
        return write(request, self._remove)

    def add(self, body: Mapping[str, Any]) -> int:
        """A new product by the API; its id is returned. Raises ApiError 400."""
        id = self.create(body)
        row = self.state.products[id]
        self.state.record("product", id, row["sku"], dict(row))
        return id

    def create(self, body: Mapping[str, Any]) -> int:
        """A new product; its id is returned. Raises ApiError 400."""
        if body.get("sku") is None:
            raise missing("sku")
        changes = self._read(body, None)
        id = self.state.next_id("product", start=501)
        now = self.state.now()
        row = _blank_product(id, now) | changes
        self.state.products[id] = row
        self._index(row)
        self._set_default_price(row)
        return id

    def _change(self, body: Mapping[str, Any]) -> bool:
        if body.get("productid") is None:
            raise missing("productid")
        row = self.state.products.get(read_int(body["productid"], "productid"))
        if row is None:
            raise not_found()
        return self._update(row, body)

    def _update(self, row: Wire, body: Mapping[str, Any]) -> bool:
        changes = self._read(body, row)
        self._unindex(row)
        row |= changes
        row["datemodified"] = self.state.now()
        self._index(row)
        if "moneyprice" in changes:
            self._set_default_price(row)
        self.state.record("product-change", row["productid"], "", dict(changes))
        return True

    def _remove(self, body: Mapping[str, Any]) -> bool:
        row = self.state.products.pop(body.get("productid", 0), None)
        if row is None:
            raise not_found()
        self._unindex(row)
        return True

    def _index(self, row: Wire) -> None:
        self.state.product_ids[row["sku"]] = row["productid"]
        if row["barcode"]:
            self.state.barcodes[row["barcode"]] = row["productid"]

    def _unindex(self, row: Wire) -> None:
        self.state.product_ids.pop(row["sku"], None)
        self.state.barcodes.pop(row["barcode"] or "", None)

    def _set_default_price(self, row: Wire) -> None:
        set_price(self.state, DEFAULT_PRICE_LIST, row, row["moneyprice"])

    def _wire(self, row: Wire) -> Wire:
        """The row with what its group adds, and the price of list 1."""
        group = self.state.groups.get(row["vatid"], {})
        extra = {
            "vatvalue": group.get("value", 0),
            "productgrouptype": group.get("productgrouptype", 10),
        }
        return row | extra

    def _read(self, body: Mapping[str, Any], old: Wire | None) -> Wire:
        changes: Wire = {name: money(read_decimal(body[name], name))
                         for name in MONEY_FIELDS if name in body}  # fmt: skip
        changes |= {name: _text(body[name], name) for name in TEXT_FIELDS if name in body}
        changes |= {name: _flag(body[name], name) for name in FLAG_FIELDS if name in body}
        changes |= {name: body[name] for name in PLAIN_FIELDS if name in body}
        changes |= {name: _list(body[name], name) for name in LIST_FIELDS if name in body}
        if "sku" in body:
            changes["sku"] = self._read_sku(body["sku"], old)
        if "vatid" in body:
            changes["vatid"] = self._read_group(body["vatid"])
        if "barcode" in body:
            changes["barcode"] = self._read_barcode(body["barcode"], old)
        if "barcodealiases" in body:
            changes["barcodealiases"] = _aliases(body["barcodealiases"])
        return changes

    def _read_sku(self, value: Any, old: Wire | None) -> str:
        if not isinstance(value, str) or not SKU.fullmatch(value):
            raise invalid_value("sku", value)
        taken = self.state.product_ids.get(value)
        if taken is not None and (old is None or taken != old["productid"]):
            raise invalid_value("sku", f"{value} is not unique")
        return value

    def _read_group(self, value: Any) -> int:
        if value not in self.state.groups:
            raise invalid_value("vatid", value)
        return int(value)

    def _read_barcode(self, value: Any, old: Wire | None) -> str | None:
        """QUIRK(sitoo): an empty text clears it and is read back as null; null is refused."""
        if not isinstance(value, str):
            raise bad_request("Invalid value")
        if not value:
            return None
        taken = self.state.barcodes.get(value)
        if taken is not None and (old is None or taken != old["productid"]):
            raise invalid_value("barcode", f"{value} is not unique")
        return value


def _blank_product(id: int, now: int) -> Wire:
    row: Wire = {"productid": id, "sku": ""}
    row |= dict.fromkeys(TEXT_FIELDS, "") | dict.fromkeys(MONEY_FIELDS, "0.00")
    row |= {"activepos": True, "active": True, "allowdecimals": False, "stockcountenable": True}
    row |= {"vatid": DEFAULT_GROUP, "manufacturerid": None, "defaultcategoryid": None}
    row |= {name: [] for name in LIST_FIELDS}
    row |= {"barcode": None, "barcodealiases": [], "customattributes": []}
    row |= {"variantparentid": None, "variant": []}
    row |= {"datecreated": now, "datemodified": now}
    return row


def _text(value: Any, field: str) -> str:
    if not isinstance(value, str):
        raise bad_request(f"Invalid field value '{field}' should be string.")
    return value


def _flag(value: Any, field: str) -> bool:
    if not isinstance(value, bool):
        raise bad_request(f"Invalid field value '{field}' should be boolean.")
    return value


def _list(value: Any, field: str) -> list[Any]:
    if not isinstance(value, list):
        raise bad_request(f"Invalid field value '{field}' should be array.")
    return value


def _aliases(value: Any) -> list[str]:
    aliases = _list(value, "barcodealiases")
    if not all(isinstance(alias, str) for alias in aliases):
        raise bad_request("Invalid value in barcodealiases (Not string)")
    return aliases
