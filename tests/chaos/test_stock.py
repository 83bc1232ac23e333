"""What the tills show after goods moved at both ends."""

from decimal import Decimal

import pytest

from integrations.models import Hold, StockMovement
from integrations.sandbox.trade.control import desk_of
from integrations.services import commands
from tests.simulation import golden, shop
from tests.simulation.world import World

pytestmark = pytest.mark.django_db

SALE = shop.sale("S-1", shop.row("CB", 2))
OPENING = Decimal(shop.OPENING_EACH)


def shown(world: World, sku: str) -> Decimal:
    for level in desk_of(world.sandbox).levels():
        if (level["store"], level["sku"]) == (shop.LEEDS, sku):
            return Decimal(level["till"])
    raise AssertionError(f"{sku} is not stocked in {shop.LEEDS}")


def test_quarantined_goods_are_taken_off_the_level_to_which_the_till_added_them(world: World):
    world.ring(SALE)
    assert world.work()

    world.ring(shop.refund("S-2", SALE, (0, 1, "104")))
    assert world.work()

    assert shown(world, "CB") == OPENING - 2


def test_restocked_goods_can_be_sold_again(world: World):
    world.ring(SALE)
    assert world.work()

    world.ring(shop.refund("S-2", SALE, (0, 1, "101")))
    assert world.work()

    assert shown(world, "CB") == OPENING - 1


def test_a_return_that_waits_for_a_person_does_not_raise_what_is_shown(world: World):
    world.ring(SALE)
    assert world.work()

    world.ring(shop.refund("S-2", SALE, (0, 1, "")))
    assert world.work()

    assert shown(world, "CB") == OPENING - 2


def test_a_dismissed_sale_is_no_longer_counted_as_on_its_way(world: World):
    world.ring(shop.sale("S-3", shop.row("CB", 2), paid=(("Klarna", "49.00"),)))
    assert world.work()
    assert shown(world, "CB") == OPENING - 2

    with world.operator():
        hold = Hold.objects.open().get()
        commands.dismiss_hold(hold_id=hold.pk, by="olive", reason="Keyed by hand", now=world.now())
    assert world.work()

    assert shown(world, "CB") == OPENING


def test_a_delivery_as_large_as_a_sale_is_told_though_the_figure_is_the_same(world: World):
    world.ring(shop.sale("S-4", shop.row("CB", 2), paid=(("Klarna", "49.00"),)))
    golden.correct(world, "CB", shop.LEEDS, Decimal(2))
    assert world.work()

    assert shown(world, "CB") == OPENING


def test_a_level_changed_by_hand_at_the_till_is_told_again_before_the_night(world: World):
    golden.adjust_at_till(world, "CB", shop.LEEDS, Decimal(-2), "Damaged")
    assert world.work()

    assert shown(world, "CB") == OPENING
    moved = StockMovement.objects.get()
    assert (moved.quantity, moved.note) == (-2, "Damaged")
