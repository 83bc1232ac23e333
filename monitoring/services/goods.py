"""What a SKU is: its name and what it is worth, as the owner of its stock says."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from integrations import public

CHUNK = 500
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Goods:
    """One product. Prices of one unit, in the ledger's currency; zero where none is known."""

    name: str = ""
    category: str = ""
    net: Decimal = ZERO
    gross: Decimal = ZERO
    is_stocked: bool = True


def goods_of(skus: Iterable[str]) -> dict[str, Goods]:
    """Return what is known of these SKUs; the ERP's word counts before a channel's."""
    wanted, found = sorted(set(skus)), dict[str, Goods]()
    fields = ("sku", "name", "price_net", "price_gross", "is_stocked")
    for start in range(0, len(wanted), CHUNK):
        items = public.catalogue().filter(sku__in=wanted[start : start + CHUNK])
        for sku, name, net, gross, stocked in items.order_by("-connection__role", "pk").values_list(
            *fields
        ):
            found[sku] = Goods(name, "", net or gross or ZERO, gross or net or ZERO, stocked)
    return found
