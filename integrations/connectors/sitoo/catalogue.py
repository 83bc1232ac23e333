"""Products: created when Sitoo does not have the SKU, changed when it does."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial

from integrations.canonical.effects import PutProduct
from integrations.connectors.answers import Answers, Placed, unique_chunks
from integrations.connectors.bodies import parse
from integrations.connectors.errors import RejectedError, UnsupportedError
from integrations.connectors.paging import chunks
from integrations.connectors.sitoo import schemas as wire
from integrations.connectors.sitoo.assumed import PRICES_ARE_GROSS, SKUS_PER_REQUEST
from integrations.connectors.sitoo.batches import (
    row_error,
    row_results,
)
from integrations.connectors.sitoo.client import Row, SitooClient
from integrations.connectors.sitoo.mapping import SYSTEM
from integrations.ports import (
    Absent,
    Difference,
    Done,
    Failed,
    Found,
    Intent,
    LookUp,
    Outcome,
    Posted,
    ReadBack,
)

PENNY = Decimal("0.01")
GOODS = 10  # productgrouptype; the others are services and gift cards


class Catalogue:
    """VAT groups are read once, and again when a rate was not among them."""

    def __init__(self, client: SitooClient, *, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self._groups: dict[Decimal, int] = {}

    def send(self, placed: Sequence[Placed], answers: Answers) -> None:
        """One look at what exists, then at most one POST and one PUT per chunk."""
        by_sku = unique_chunks(placed, SKUS_PER_REQUEST, by=lambda intent: _effect(intent).sku)
        for chunk in by_sku:
            places = [place for place, _ in chunk]
            found = answers.ask(places, partial(self._prepare, [i for _, i in chunk]))
            if found is None:
                continue
            new = [pair for pair in chunk if _name(pair[1]) not in found]
            old = [pair for pair in chunk if _name(pair[1]) in found]
            self._write(new, answers, found)
            self._write(old, answers, found)

    def look_up(self, intents: Sequence[Intent]) -> list[LookUp]:
        """Found when it reads as meant; otherwise sending again is harmless."""
        found = self._found(intents)
        return [_settled(_effect(intent), found.get(_name(intent))) for intent in intents]

    def read_back(self, posted: Sequence[Posted]) -> list[ReadBack]:
        found = self._found([each.intent for each in posted])
        return [_compared(_effect(each.intent), found.get(_name(each.intent))) for each in posted]

    def _found(self, intents: Sequence[Intent]) -> dict[str, wire.Product]:
        """QUIRK(sitoo): SKUs that differ in case only are one product."""
        skus = [_effect(intent).sku for intent in intents if "," not in _effect(intent).sku]
        rows = [
            row for part in chunks(skus, SKUS_PER_REQUEST) for row in self._client.products(part)
        ]
        products = [parse(wire.Product, row, system=SYSTEM, endpoint="products") for row in rows]
        return {product.sku.casefold(): product for product in products}

    def _write(
        self, group: Sequence[Placed], answers: Answers, found: Mapping[str, wire.Product]
    ) -> None:
        rows: list[Row] = []
        sent: list[Placed] = []
        for place, intent in group:
            row = answers.ask(
                [place], partial(self._row, _effect(intent), found.get(_name(intent)))
            )
            if row is not None:
                rows.append(row)
                sent.append((place, intent))
        if not rows:
            return
        places = [place for place, _ in sent]
        is_new = "productid" not in rows[0]
        outcomes = answers.ask(
            places, partial(self._call, rows, [intent.key for _, intent in sent], is_new=is_new)
        )
        if outcomes is not None:
            answers.give(places, outcomes)

    def _call(self, rows: Sequence[Row], keys: Sequence[str], *, is_new: bool) -> list[Outcome]:
        write = self._client.post_products if is_new else self._client.put_products
        reply = write(rows, keys=keys)
        results = row_results(reply, count=len(rows), may_repeat=not is_new, endpoint="products")
        return [
            Done(str(row.get("productid", result.result)), {"is_new": is_new})
            if result.statuscode == 200
            else Failed(row_error(result, may_repeat=not is_new, now=self._clock()))
            for row, result in zip(rows, results, strict=True)
        ]

    def _row(self, effect: PutProduct, product: wire.Product | None) -> Row:
        """What to write: only what the effect names. Raises RejectedError, UnsupportedError."""
        row: Row = {"sku": effect.sku, "title": effect.name}
        if effect.price_gross is not None:
            row["moneyprice"] = _price(effect)
        if effect.tax_rate is not None:
            row["vatid"] = self._group(effect.tax_rate)
        named = effect.model_fields_set
        if "barcode" in named:
            row["barcode"] = effect.barcode  # QUIRK(sitoo): cleared with "", never with null
        if "is_stocked" in named or product is None:
            row["stockcountenable"] = effect.is_stocked
        if "is_active" in named or product is None:
            row["activepos"] = effect.is_active
        if product is None:
            return {**row, "active": effect.is_active}  # QUIRK(sitoo): deprecated, yet required
        return {"productid": product.productid, **row}

    def _prepare(self, intents: Sequence[Intent]) -> dict[str, wire.Product]:
        """The products that exist; VAT groups are read first when a rate is not known yet."""
        rates = {_effect(intent).tax_rate for intent in intents} - {None, *self._groups}
        if rates:
            groups = [
                parse(wire.ProductGroup, row, system=SYSTEM, endpoint="productgroups")
                for row in self._client.product_groups()
            ]
            self._groups = {
                group.value: group.vatid
                for group in sorted(groups, key=lambda group: group.vatid, reverse=True)
                if group.productgrouptype == GOODS
            }
        return self._found(intents)

    def _group(self, rate: Decimal) -> int:
        if rate not in self._groups:
            raise RejectedError(f"{SYSTEM} has no product group with {rate:f} % VAT.")
        return self._groups[rate]


def _price(effect: PutProduct) -> str:
    price = effect.price_gross or Decimal(0)
    if not PRICES_ARE_GROSS:
        raise UnsupportedError(f"{SYSTEM} keeps net prices here; we have a gross one.")
    if price != price.quantize(PENNY):
        raise UnsupportedError(f"{SYSTEM} takes prices with two decimals, not {price:f}.")
    return format(price.quantize(PENNY), "f")


def _settled(effect: PutProduct, product: wire.Product | None) -> LookUp:
    if product is None or _differences(effect, product):
        return Absent()
    return Found(str(product.productid))


def _compared(effect: PutProduct, product: wire.Product | None) -> ReadBack:
    if product is None:
        return ReadBack(missing=True)
    return ReadBack(tuple(_differences(effect, product)), {"productid": product.productid})


def _differences(effect: PutProduct, product: wire.Product) -> list[Difference]:
    named = effect.model_fields_set
    pairs = [("name", effect.name, product.title, True)]
    pairs.append(("barcode", effect.barcode, product.barcode, "barcode" in named))
    pairs.append(("is_active", str(effect.is_active), str(product.activepos), "is_active" in named))
    found = [
        Difference(field, meant, has)
        for field, meant, has, counts in pairs
        if counts and meant != has
    ]
    if effect.price_gross is not None and effect.price_gross != product.moneyprice:
        meant, has = f"{effect.price_gross:f}", f"{product.moneyprice:f}"
        found.append(Difference("price_gross", meant, has, is_money=True))
    return found


def _name(intent: Intent) -> str:
    return _effect(intent).sku.casefold()


def _effect(intent: Intent) -> PutProduct:
    assert isinstance(intent.effect, PutProduct)
    return intent.effect
