"""The fault model as sentences: each is lived through and judged by what the vendors hold."""

from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.models import Document, Hold, InboundEvent, Transfer
from integrations.sandbox.core.faults import FaultScript, HookFault
from integrations.sandbox.core.webhooks import OutgoingCall
from tests.simulation import invariants, shop
from tests.simulation.nemesis import Point
from tests.simulation.scenarios import SCENARIOS
from tests.simulation.world import ORIGIN, World

pytestmark = pytest.mark.django_db

SENTENCES = {
    "throttle_storm": "F6: a storm of throttling uses up nobody's attempts",
    "outage": "F7: half an hour of failures is waited out",
    "outage_after_order": "F7: an outage between an order and its goods is waited out",
    "tills_out": "F7: tills that do not answer lose nothing",
    "tight_quota": "F6, I13: no minute holds more requests than are allowed",
    "zombie": "F23: a sleeper's late answer is refused",
    "zombie_at_level": "F23: a sleeper's old level does not outlive the newer one",
    "lost_webhooks": "F17: lost webhooks cost no more than a poll's interval",
    "refund_before_sale": "F16: a return that overtakes its sale waits for it",
    "double_refund": "F39: no more is refunded than was paid",
    "zero_everywhere": "a wiped owner does not empty the shops",
    "late_approval": "F38: a late approval sends no level that was replaced",
    "old_level_late": "F38: an old level is never sent after a newer one",
    "unknown_price": "unknown is never zero",
    "revoked_and_restored": "F40: revoked credentials fail nobody's work",
    "paused": "a paused connection is not called",
    "stocked_everywhere": "a plain day comes out even",
}


@pytest.mark.parametrize("name", [pytest.param(n, id=SENTENCES[n]) for n in SCENARIOS])
def test_the_end_is_as_if_nothing_had_happened(world: World, name: str):
    assert SCENARIOS[name](world) == []


def posted(world: World, kind: str) -> list[Decimal]:
    entries = invariants.accepted(world, kind)
    return [Decimal(entry.payload.get("gross", entry.payload.get("amount"))) for entry in entries]


def kinds() -> set[str]:
    return set(Hold.objects.open().values_list("kind", flat=True))


SALE = shop.sale("F-1", shop.row("MG-WHI", 2), shop.row("FD"))


def test_f1_a_crash_after_the_order_was_made_adopts_it(world: World):
    world.ring(SALE)
    orders = 0
    for request in range(1, 30):
        if world.nemesis.crashes:
            break
        world.nemesis.plan([Point("request", request, "after")])
        world.work(timedelta(seconds=5))
        orders = len(posted(world, "sales-order"))

    assert world.work()
    assert orders <= 1
    assert len(posted(world, "sales-order")) == 1


@pytest.mark.parametrize("kind", [HookFault.DUPLICATE, HookFault.REORDER, HookFault.LOSE])
def test_f15_webhooks_may_come_twice_late_or_never(world: World, kind: HookFault):
    world.use_faults(FaultScript(hooks=dict.fromkeys(range(1, 50), kind)))
    world.ring(SALE)

    assert world.work()
    assert invariants.check(world) == []
    assert len(posted(world, "sales-order")) == 1


def test_f20_a_webhook_that_comes_again_after_a_month_changes_nothing(world: World):
    world.ring(SALE)
    assert world.work()
    old = list(world.acknowledged)

    world.wait(timedelta(days=30))
    assert {world.deliver_hook(call) for call in old} == {200}
    assert world.work()

    assert invariants.check(world) == []


def test_f22_a_record_that_kills_its_worker_is_set_aside_and_its_neighbours_go_on(world: World):
    world.ring(SALE, shop.sale("F-2", shop.row("BK")))
    world.work(timedelta(milliseconds=200))
    poisoned = InboundEvent.objects.facts().filter(topic="orders").order_by("id").first()
    if poisoned is not None:
        InboundEvent.objects.filter(pk=poisoned.pk, state="received").update(attempts=3)

    assert world.work()
    assert len(posted(world, "sales-order")) + len(kinds() & {"VALIDATION_FAILED"}) == 2


def test_f23_no_claim_outlives_a_dead_worker_by_two_minutes(world: World):
    world.ring(SALE)
    world.nemesis.plan([Point("request", 4, "after")])
    world.work(timedelta(seconds=1))
    began = world.now()

    assert world.work()
    assert world.now() - began < timedelta(minutes=2)


def test_f24_pressing_replay_twice_sends_once(world: World):
    world.ring(shop.sale("F-3", shop.row("BK"), paid=(("Klarna", "12.99"),)))
    assert world.work()
    hold = Hold.objects.open().get()

    from integrations.services import commands
    from integrations.services.mappings import set_row

    with world.operator():
        set_row(
            link=world.link(),
            table="payment-type",
            source_value="Klarna",
            target={"method": "PAYPAL", "nominal": "1250"},
            by="olive",
            now=world.now(),
        )
        for _ in range(2):
            commands.replay_holds(hold_ids=[hold.pk], by="olive", now=world.now())

    assert world.work()
    assert posted(world, "customer-payment") == [Decimal("12.99")]
    assert invariants.check(world) == []


@pytest.mark.parametrize(
    ("sale", "kind"),
    [
        (shop.sale("F-4", shop.row("BK"), paid=(("Klarna", "12.99"),)), "PAYMENT_UNMAPPED"),
        (shop.sale("F-5", shop.row("LOCAL-MUG"), shop.row("BK")), "SKU_UNMAPPED"),
    ],
)
def test_f34_what_nobody_mapped_is_held_whole(world: World, sale, kind):
    world.ring(sale)

    assert world.work()
    assert kinds() == {kind}
    assert posted(world, "sales-order") == []


def test_f33_a_mapping_edited_while_a_sale_waits_is_used_whole(world: World):
    from integrations.services.mappings import set_row

    world.ring(shop.sale("F-6", shop.row("BK"), paid=(("Klarna", "12.99"),)))
    assert world.work()

    with world.operator():
        for method in ("CARD", "PAYPAL"):
            set_row(
                link=world.link(),
                table="payment-type",
                source_value="Klarna",
                target={"method": method, "nominal": "1250"},
                by="olive",
                now=world.now(),
            )
    assert world.work()

    (payment,) = invariants.accepted(world, "customer-payment")
    assert payment.payload["method"] == "PAYPAL"


def test_f35_a_price_that_does_not_divide_is_posted_to_the_penny(world: World):
    world.ring(shop.sale("F-7", shop.row("CB", 3), shop.row("NB-RUL", 3), shop.row("FD")))

    assert world.work()
    assert posted(world, "sales-order") == [Decimal("96.50")]
    assert invariants.check(world) == []


def test_f39_a_return_of_a_sale_nobody_knows_waits(world: World):
    world.ring(SALE)
    world.ring(shop.refund("F-8", SALE, (0, 2, "101")))
    world.nemesis.plan([])

    assert world.work()
    assert Document.objects.filter(kind="return", state="posted").count() == 1


def test_a_webhook_with_the_wrong_password_is_not_stored(world: World):
    call = OutgoingCall(
        "POST",
        f"{ORIGIN}/webhooks/sitoo/events",
        {"content-type": "application/json", "authorization": "Basic b3RoZXI6cGVyc29u"},
        b"[]",
    )

    assert world.deliver_hook(call) == 401
    assert not InboundEvent.objects.hints().filter(received_at=world.now()).exists()


def test_no_transfer_is_left_halfway_after_a_crash_at_every_tenth_commit(world: World):
    world.ring(SALE)
    world.nemesis.plan([Point("commit", n, "after") for n in range(10, 200, 10)])

    assert world.work()
    assert invariants.check(world) == []
    assert not Transfer.objects.filter(state="sending").exists()
