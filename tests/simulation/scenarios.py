"""Bad days with a plot: each is one fault of the model, lived through to its end.

A scenario answers with what is wrong in the end; nothing when all invariants hold.
"""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

from integrations.models import CatalogueItem, Connection, Hold, Link, RateBudget
from integrations.sandbox.core.faults import Boundary, Fault, FaultScript, HookFault
from integrations.sandbox.trade.control import desk_of
from integrations.services import commands
from tests.simulation import golden, invariants, shop
from tests.simulation.effects import outcome
from tests.simulation.world import World

Scenario = Callable[[World], list[str]]
SALE = shop.sale("SC-1", shop.row("MG-WHI", 2), shop.row("FD"))
STORM = timedelta(minutes=1)
OUTAGE = timedelta(minutes=30)
SHORT_OUTAGE = timedelta(minutes=6)
TIGHT = 12  # requests a minute


class Spell:
    """One fault at every request of one system until a moment. Fills the sandbox's port."""

    def __init__(self, world: World, system: str, fault: Fault, span: timedelta) -> None:
        self._world, self._system, self._fault = world, system, fault
        self._until = world.now() + span

    def decide(self, boundary: Boundary) -> Fault | None:
        strikes = boundary.system == self._system and self._world.now() < self._until
        return self._fault if strikes else None

    def decide_hook(self, system: str, index: int) -> HookFault | None:
        return None


def settled(world: World) -> list[str]:
    """Work to the end and look at everything."""
    if not world.work(timedelta(minutes=45)):
        return ["it does not come to rest"]
    return invariants.check(world)


def throttle_storm(world: World) -> list[str]:
    """F6: sixty refusals in a row use up nobody's attempts."""
    world.use_faults(Spell(world, "brightpearl", Fault.THROTTLE, STORM))
    world.ring(SALE)
    return settled(world)


def outage(world: World) -> list[str]:
    """F7: half an hour of 503; nothing is given up."""
    world.use_faults(Spell(world, "brightpearl", Fault.HTTP_503, OUTAGE))
    world.ring(SALE)
    return settled(world)


def outage_after_order(world: World) -> list[str]:
    """F7: the ERP fails once the order is made, with goods and payments still to come."""
    world.ring(SALE)
    world.work(timedelta(seconds=2))
    world.use_faults(Spell(world, "brightpearl", Fault.HTTP_500, SHORT_OUTAGE))
    return settled(world)


def tills_out(world: World) -> list[str]:
    """F7 on the other side: the tills' system answers nothing for minutes."""
    world.use_faults(Spell(world, "sitoo", Fault.HTTP_503, SHORT_OUTAGE))
    world.ring(SALE)
    return settled(world)


def tight_quota(world: World) -> list[str]:
    """I13: many sales against a small allowance; never a request above it."""
    world.wait(timedelta(minutes=5))
    world.sandbox.brightpearl.configure({"per_minute": TIGHT})
    RateBudget.objects.filter(connection__slug="brightpearl").update(limit=TIGHT)
    world.ring(*(shop.sale(f"Q-{n}", shop.row("FD")) for n in range(12)))
    return settled(world)


def zombie(world: World) -> list[str]:
    """F23: a worker sleeps through its lease after its order landed; another one takes over."""
    return _zombie(world, "POST order-service/sales-order", SALE)


def zombie_at_level(world: World) -> list[str]:
    """F23: the sleeper had sent a level; a newer level was sent meanwhile."""
    endpoint = "PUT /sites/{siteid}/warehouses/{warehouseid}/warehouseitems"
    later = shop.sale("SC-2", shop.row("MG-WHI", 3))
    return _zombie(world, endpoint, SALE, later)


def _zombie(world: World, endpoint: str, *sales: object) -> list[str]:
    first, *later = sales

    def take_over() -> None:
        world.wait(timedelta(minutes=5))
        world.ring(*later)  # type: ignore[arg-type]
        world.work(timedelta(hours=1), polls=bool(later))

    world.nemesis.interlude = (endpoint, take_over)
    world.ring(first)  # type: ignore[arg-type]
    found = settled(world)
    if world.nemesis.interlude is not None:
        return [*found, f"{endpoint} was never called"]
    return found


def lost_webhooks(world: World) -> list[str]:
    """F17: every webhook is lost; the poll finds the sale by itself within its interval."""
    world.use_faults(FaultScript(hooks=dict.fromkeys(range(1, 100), HookFault.LOSE)))
    world.ring(SALE)
    world.work(timedelta(minutes=15), polls=False)
    world.wait(timedelta(minutes=2))
    world.work(timedelta(minutes=13), polls=False)
    return [*invariants.check(world)]


def refund_before_sale(world: World) -> list[str]:
    """F16: only the return's webhook comes at first; it waits for its sale and goes on."""
    world.use_faults(FaultScript(hooks=dict.fromkeys(range(1, 3), HookFault.LOSE)))
    world.ring(SALE)
    world.use_faults("none")
    world.ring(shop.refund("SC-9", SALE, (0, 1, "101")))
    world.work(timedelta(minutes=1), polls=False)
    return settled(world)


def double_refund(world: World) -> list[str]:
    """F39: the same goods come back twice; the second credit waits for a person."""
    world.ring(SALE)
    world.work()
    for number in (1, 2):
        world.ring(shop.refund(f"SC-{number + 1}", SALE, (0, 2, "101"), (1, 1, "101")))
        world.work()
    problems = [p for p in invariants.check(world) if "VALIDATION_FAILED" not in p]
    if not Hold.objects.open().filter(kind="VALIDATION_FAILED").exists():
        problems.append("I5: the second refund is not held")
    return [p for p in problems if not p.startswith("I8")]


def zero_everywhere(world: World) -> list[str]:
    """The ERP's stock is wiped by mistake: the tills keep what they show until a person agrees."""
    link = Link.objects.get()
    guard = {"max_zeroed_percent": 2, "max_changed_percent": 40, "min_rows": 5}
    Link.objects.filter(pk=link.pk).update(
        policy={**link.policy, "stock": {**link.policy.get("stock", {}), "guard": guard}}
    )
    before = outcome(world.sandbox).levels
    for sku in ("MG-WHI", "NB-RUL", "SK-GRE-S", "FD", "BK", "CB"):
        golden.correct(world, sku, shop.LEEDS, Decimal(-shop.OPENING_EACH))
    world.work()
    if outcome(world.sandbox).levels != before:
        return ["the guard let an unusual publication go"]
    return [] if Hold.objects.open().filter(kind="STOCK_WRITE_HELD").exists() else ["nothing held"]


def late_approval(world: World) -> list[str]:
    """F38: the wiped stock was put right meanwhile; approving the old levels sends none of them."""
    problems = zero_everywhere(world)
    for sku in ("MG-WHI", "NB-RUL", "SK-GRE-S", "FD", "BK", "CB"):
        golden.correct(world, sku, shop.LEEDS, Decimal(shop.OPENING_EACH))
    world.work()
    with world.operator():
        commands.approve_levels(
            link_slug=world.link().slug, by="olive", reason="Simulated", now=world.now()
        )
    return [*problems, *settled(world)]


def old_level_late(world: World) -> list[str]:
    """F38: a level that could not be sent must not be sent after the newer one."""
    world.ring(SALE)
    world.use_faults(Spell(world, "sitoo", Fault.HTTP_503, timedelta(seconds=20)))
    world.work(timedelta(seconds=15), polls=False)
    world.use_faults("none")
    world.ring(shop.sale("SC-2", shop.row("MG-WHI", 3)))
    return settled(world)


def unknown_price(world: World) -> list[str]:
    """A product that the owner has no reading for is not told to be empty."""
    CatalogueItem.objects.filter(sku="BK").update(is_active=False)
    world.ring(shop.sale("U-1", shop.row("LOCAL-MUG"), shop.row("FD")))
    return settled(world)


def revoked_and_restored(world: World) -> list[str]:
    """F40: the ERP refuses our credentials for a while; all work waits and none fails."""
    settings = world.sandbox.brightpearl.settings
    right, settings.account_token = settings.account_token, "another"
    world.ring(SALE)
    world.work(timedelta(minutes=10))
    settings.account_token = right
    world.wait(timedelta(minutes=2))
    return settled(world)


def paused(world: World) -> list[str]:
    """A paused ERP is not called, and everything goes on when it is resumed."""
    Connection.objects.filter(slug="brightpearl").update(state="paused")
    world.sandbox.requests.reset()
    world.ring(SALE)
    world.work(timedelta(minutes=10))
    called = world.sandbox.requests.requests("brightpearl")
    Connection.objects.filter(slug="brightpearl").update(state="active")
    found = settled(world)
    return [*found, f"it was called {called} times while paused"] if called else found


def stocked_everywhere(world: World) -> list[str]:
    """The plain day: two shops, a split tender, cash that is rounded, a return."""
    desk_of(world.sandbox)
    world.ring(
        SALE,
        golden.SALE,
        shop.sale("P-1", shop.row("FD", 3), store=shop.PARIS, paid=(("Cash", "12.75"),)),
    )
    world.work()
    world.ring(golden.RETURN)
    return settled(world)


SCENARIOS: dict[str, Scenario] = {
    scenario.__name__: scenario
    for scenario in (
        throttle_storm,
        outage,
        outage_after_order,
        tills_out,
        tight_quota,
        zombie,
        zombie_at_level,
        lost_webhooks,
        refund_before_sale,
        double_refund,
        zero_everywhere,
        late_approval,
        old_level_late,
        unknown_price,
        revoked_and_restored,
        paused,
        stocked_everywhere,
    )
}
