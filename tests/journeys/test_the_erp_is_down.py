"""The ERP stops answering while the tills go on selling: nothing is oversold, nothing is lost."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.models import ChannelLevel, Connection, Document, Hold, Transfer
from integrations.services import commands
from tests.conftest import NOW
from tests.simulation import shop
from tests.simulation.world import World, open_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> Iterator[World]:
    with open_world(accounting_mode="per_order") as (opened, _):
        yield opened


def sell(world: World, count: int) -> None:
    for number in range(count):
        world.ring(shop.sale(f"S-{number}", shop.row("FD"), at=world.now()))


def promised() -> Decimal | None:
    return (
        ChannelLevel.objects.filter(sku="FD")
        .order_by("desired")
        .values_list("desired", flat=True)[0]
    )


def test_sales_lower_what_may_be_promised_while_the_erp_is_paused(
    world: World, admin_user: object
) -> None:
    commands.pause_connection(slug="brightpearl", by=admin_user, reason="Stocktake.", now=NOW)
    before = promised()

    sell(world, 3)
    world.work(timedelta(minutes=10))

    assert before == shop.OPENING_EACH
    assert promised() == shop.OPENING_EACH - 3


def test_when_it_is_back_every_sale_is_there_once(world: World, admin_user: object) -> None:
    commands.pause_connection(slug="brightpearl", by=admin_user, reason="Stocktake.", now=NOW)
    sell(world, 3)
    world.work(timedelta(minutes=10))
    held_meanwhile = Hold.objects.open().count()

    commands.resume_connection(slug="brightpearl", by=admin_user, now=world.now())
    world.work()

    orders = world.sandbox.ledger.entries(system="brightpearl", kind="sales-order")
    assert (held_meanwhile, len(orders)) == (0, 3)
    assert set(Document.objects.receipts().values_list("state", flat=True)) == {"posted"}
    assert promised() == shop.OPENING_EACH - 3


def test_a_revoked_credential_is_one_trouble_and_costs_no_sale_an_attempt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BRIGHTPEARL_ACCOUNT_TOKEN", "revoked")
    world.restart()  # workers that know the credential as it is now
    sell(world, 2)

    world.work(timedelta(minutes=5))

    assert Connection.objects.get(slug="brightpearl").trouble == "unauthorised"
    assert set(Transfer.objects.filter(state="ready").values_list("attempts", flat=True)) == {0}
    assert not Hold.objects.open().exists()
