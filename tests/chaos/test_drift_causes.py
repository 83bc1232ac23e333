"""A day on which everything that can part two systems happens: each unit finds its true cause."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from integrations.models import Link, MappingRow
from integrations.sandbox.trade.control import desk_of
from integrations.services import census, levels, schedule
from monitoring.models import DriftCensus, DriftSample
from tests.simulation import golden, shop, waiting
from tests.simulation.world import World

pytestmark = pytest.mark.django_db

Causes = dict[str, int]


def place(world: World, store: str) -> str:
    return str(desk_of(world.sandbox).seeding.ids.till_warehouses[store])


def hear(world: World) -> None:
    """The tills' news is read and planned; nothing is sent."""
    world.sandbox.hooks.pump(world.deliver_hook, world.now())
    waiting.begin(world.now(), polls=True)
    schedule.run(world.rt, "intake:sitoo")
    schedule.run(world.rt, "plan")


def count_stock(world: World) -> None:
    """A census that somebody asked for, from its beginning to its end."""
    link = world.link()
    with world.operator():
        assert census.ask_for_census(link, now=world.now())
    for _ in range(20):
        answer = census.census(world.rt, link)
        if answer is False:
            return
        if answer is not True:
            world.wait(census.LOOK_AGAIN)
            hear(world)
    raise AssertionError("the census does not come to its end")


def found(world: World, store: str) -> dict[str, Causes]:
    """The causes of every SKU of the store that differed, in the last census."""
    newest = DriftCensus.objects.latest("began_at")
    rows = DriftSample.objects.filter(census=newest, location_code=place(world, store))
    return {
        row.sku: {part["cause"]: int(Decimal(part["units"])) for part in row.parts} for row in rows
    }


def set_safety(world: World, sku: str, units: int) -> None:
    link = world.link()
    Link.objects.filter(pk=link.pk).update(
        policy={**link.policy, "stock": {"safety_stock": {"by_sku": {sku: str(units)}}}}
    )
    levels.mark_dirty(link.channel_id, [(place(world, shop.LEEDS), sku)], now=world.now())


def test_each_unit_of_a_bad_day_is_put_down_to_its_true_cause(world: World):
    set_safety(world, "FD", 3)
    assert world.work()
    del world.sandbox.sitoo.state.product_ids["BK"]  # the tills take no level of it any more
    golden.correct(world, "BK", shop.LEEDS, Decimal(-4))
    world.ring(shop.sale("D-1", shop.row("CB", 2), paid=(("Klarna", "49.00"),), at=shop.OPENS))
    world.ring(shop.sale("D-2", shop.row("MG-WHI", 3), shop.row("LOCAL-MUG"), at=shop.OPENS))
    assert world.work()
    golden.adjust_at_till(world, "NB-RUL", shop.LEEDS, Decimal(-2), "Damaged")
    golden.correct(world, "SK-GRE-S", shop.PARIS, Decimal(6))
    world.ring(shop.sale("D-3", shop.row("NB-RUL", 1), store=shop.PARIS, at=shop.OPENS))
    MappingRow.objects.filter(
        table="store-warehouse", source_value=place(world, shop.NEW_YORK)
    ).delete()
    hear(world)

    count_stock(world)

    assert found(world, shop.LEEDS) == {
        "BK": {"push-failed": -4},
        "CB": {"held": 2},
        "MG-WHI": {"unmapped": 3},
        "NB-RUL": {"one-sided": 2},
    }
    (late,) = DriftSample.objects.get(sku="SK-GRE-S").parts
    assert late["label"] == "changed in Brightpearl, on its way here"
    assert found(world, shop.PARIS) == {
        "SK-GRE-S": {"push": 6},
        "NB-RUL": {"in-flight": 1},
    }
    totals = DriftCensus.objects.latest("began_at").totals
    assert {row.units for row in totals.filter(cause="policy")} == {Decimal(3)}
    assert not totals.filter(cause="unexplained").exists()


def test_what_nobody_booked_stays_unexplained_to_the_unit(world: World):
    tills = world.sandbox.sitoo
    tills.stock.item(int(place(world, shop.LEEDS)), "CB").total -= 3

    count_stock(world)

    assert found(world, shop.LEEDS) == {"CB": {"unexplained": 3}}


def test_after_the_census_what_differed_is_told_again(world: World):
    tills = world.sandbox.sitoo
    tills.stock.item(int(place(world, shop.LEEDS)), "CB").total -= 3
    count_stock(world)
    assert world.work()

    count_stock(world)

    assert found(world, shop.LEEDS) == {}


@pytest.mark.parametrize(
    "act",
    [
        lambda world: world.ring(shop.sale("D-4", shop.row("CB", 2), at=shop.OPENS)),
        lambda world: golden.adjust_at_till(world, "CB", shop.LEEDS, Decimal(5), "Found"),
        lambda world: golden.correct(world, "CB", shop.LEEDS, Decimal(5)),
    ],
    ids=["a sale", "an adjustment at the till", "a correction in the ERP"],
)
def test_a_day_that_came_to_rest_has_no_drift(world: World, act: Callable[[World], None]):
    act(world)
    assert world.work()

    count_stock(world)

    newest = DriftCensus.objects.latest("began_at")
    assert (newest.levels, newest.agreeing + newest.unknown) == (newest.levels, newest.levels)
    assert newest.agreeing > 10
