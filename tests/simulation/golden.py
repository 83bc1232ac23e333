"""The golden flows: what happens in each, and which accounting mode it needs."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from integrations.sandbox.brightpearl.documents import Correction
from integrations.sandbox.brightpearl.stock_changes import _apply
from integrations.sandbox.sitoo.stock import Kind
from integrations.sandbox.trade.control import desk_of
from tests.simulation import shop
from tests.simulation.world import World


@dataclass(frozen=True)
class Golden:
    """`before` brings the world to the start of the flow; `act` is what happens in it."""

    name: str
    accounting_mode: str
    act: Callable[[World], None]
    before: Callable[[World], None] = lambda world: None


SALE = shop.sale(
    "GOLD-1",
    shop.row("MG-WHI", 2),
    shop.row("FD"),
    shop.row("CB"),
    shop.row("BAG-S"),
    paid=(("Card", "20.00"), ("Cash", "26.75")),
)
RETURN = shop.refund("GOLD-2", SALE, (0, 1, "101"), (2, 1, "104"))


def _ring_sale(world: World) -> None:
    world.ring(SALE)


def _ring_sale_unheard(world: World) -> None:
    """Nobody subscribed to webhooks: only the poll can find it."""
    for url in world.sandbox.sitoo.events.subscribers:
        world.sandbox.sitoo.events.unsubscribe(url)
    world.ring(SALE)


def _post_sale(world: World) -> None:
    world.ring(SALE)
    if not world.work():
        raise AssertionError("the sale before the flow does not come to rest")


def _ring_return(world: World) -> None:
    world.ring(RETURN)


def _close_tills(world: World) -> None:
    world.ring(shop.close(1), shop.close(2))


def _move_stock(world: World) -> None:
    """The ERP's people count a shelf again, and a shopper online is promised a unit."""
    erp, ids = world.sandbox.brightpearl, desk_of(world.sandbox).seeding.ids
    with erp.lock:
        correct(world, "SK-GRE-S", shop.PARIS, Decimal(13))
        erp.allocate_click_and_collect("NB-RUL", ids.erp_warehouses[shop.LEEDS], 1)


def correct(world: World, sku: str, store: str, units: Decimal) -> None:
    """Book a stock correction in the ERP, as its own users do."""
    erp, ids = world.sandbox.brightpearl, desk_of(world.sandbox).seeding.ids
    warehouse = ids.erp_warehouses[store]
    product = erp.world.product_by_sku[sku]
    correction = Correction(
        id=erp.world.new_id("correction"),
        warehouse_id=warehouse,
        product_id=product.id,
        quantity=units,
        location_id=erp.world.warehouses[warehouse].default_location,
        reason="Counted again",
        cost=product.cost,
        created_on=erp.world.now,
    )
    _apply(erp.world, correction)


def adjust_at_till(world: World, sku: str, store: str, units: Decimal, reason: str) -> None:
    """Somebody changes what the till shows, by hand, in the backoffice."""
    tills, warehouses = world.sandbox.sitoo, desk_of(world.sandbox).seeding.ids.till_warehouses
    kind = Kind.MANUAL_IN if units > 0 else Kind.MANUAL_OUT
    with tills.lock:
        tills.stock.move(warehouses[store], kind, [(sku, units, Decimal(0))], description=reason)


GOLDEN = {
    flow.name: flow
    for flow in (
        Golden("sale", "daily_journal", _ring_sale),
        Golden("payment", "per_order", _ring_sale),
        Golden("return", "per_order", _ring_return, _post_sale),
        Golden("polled", "daily_journal", _ring_sale_unheard),
        Golden("stock", "per_order", _move_stock),
        Golden("journal", "daily_journal", _close_tills, _post_sale),
    )
}
