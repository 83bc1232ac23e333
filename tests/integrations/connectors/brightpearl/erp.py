"""The sandbox's Brightpearl with a small shop in it, and connectors that call it in-process."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from integrations.canonical.effects import (
    CloseOrder,
    CreateOrder,
    Effect,
    EffectLine,
    GoodsLine,
    IssueGoodsOut,
    ShipGoodsOut,
    TakePayment,
)
from integrations.connectors.brightpearl.adapter import BrightpearlConnector
from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.connectors.spec import Context
from integrations.ports import Intent
from integrations.sandbox.app import Sandbox
from integrations.sandbox.core.clock import ManualClock
from integrations.sandbox.core.faults import FaultScript
from tests.integrations.connectors.kit import SpyLimiter, SpyRecorder
from tests.sandbox_transport import SandboxTransport

START = datetime(2026, 3, 28, 10, 0, tzinfo=UTC)
DAY = date(2026, 3, 28)


@dataclass
class Erp:
    """`intent` names effects by the number of the sale, so that keys and references are stable."""

    sandbox: Sandbox
    clock: ManualClock
    recorder: SpyRecorder
    connect: Callable[..., BrightpearlConnector]
    warehouse: int
    walk_in: int
    jacket: int
    socks: int
    price_list: int
    limiter: SpyLimiter = field(default_factory=SpyLimiter)

    @property
    def sink(self) -> BrightpearlConnector:
        return self.connect()

    def advance(self, seconds: float) -> None:
        self.clock.advance(timedelta(seconds=seconds))

    def fail(self, *kinds: str) -> None:
        """The next requests go wrong like this, in turn."""
        made = self.requests
        script = {made + offset: kind for offset, kind in enumerate(kinds, start=1)}
        self.sandbox.use_faults(FaultScript(script, system="brightpearl"))

    @property
    def requests(self) -> int:
        return len(self.recorder.calls)

    def accepted(self, kind: str) -> list[Any]:
        return self.sandbox.ledger.entries(system="brightpearl", kind=kind)

    # Effects of sale number n.

    def lines(self) -> tuple[EffectLine, ...]:
        def line(line_id: str, sku: str, product: int, units: str, net: str, tax: str):
            return EffectLine(
                line_id=line_id,
                sku=sku,
                product_id=str(product),
                name=sku.title(),
                quantity=Decimal(units),
                net=Decimal(net),
                tax=Decimal(tax),
                tax_code="T20",
                nominal_code="4000",
            )

        return (
            line("L1", "JACKET-M", self.jacket, "1", "100.00", "20.00"),
            line("L2", "SOCK-HK", self.socks, "2", "15.00", "3.00"),
        )

    def order(self, number: int, kind: type[CreateOrder] = CreateOrder, **changes: Any) -> Intent:
        usual: dict[str, Any] = {
            "external_ref": f"sitoo:R-{number}:{kind.operation}",
            "reference": f"R-{number}",
            "contact_id": str(self.walk_in),
            "warehouse_id": str(self.warehouse),
            "placed_at": START,
            "tax_date": DAY,
            "currency": "GBP",
            "lines": self.lines(),
        }
        return self.intent(kind(**(usual | changes)), f"{kind.operation}:{number}")

    def payment(self, number: int, order: str, amount: str = "138.00") -> Intent:
        effect = TakePayment(
            transaction_ref=f"sitoo:R-{number}:P0",
            method_code="CARD",
            amount=Decimal(amount),
            currency="GBP",
            paid_at=START,
        )
        return self.intent(effect, f"pay:{number}", order=order)

    def goods_lines(self) -> tuple[GoodsLine, ...]:
        return tuple(
            GoodsLine(
                line_id=line.line_id,
                sku=line.sku,
                product_id=line.product_id,
                quantity=line.quantity,
            )
            for line in self.lines()
        )

    def goods_out(self, number: int, order: str, **refs: Any) -> Intent:
        effect = IssueGoodsOut(
            warehouse_id=str(self.warehouse), release_at=START, lines=self.goods_lines()
        )
        return self.intent(effect, f"goods-out:{number}", order=order, **refs)

    def shipping(self, number: int, note: str) -> Intent:
        return self.intent(ShipGoodsOut(shipped_at=START), f"ship:{number}", goods_out=note)

    def closing(self, number: int, order: str, kind: type[CloseOrder] = CloseOrder) -> Intent:
        return self.intent(kind(tax_date=DAY), f"close:{number}", order=order)

    def intent(self, effect: Effect, key: str, **refs: Any) -> Intent:
        return Intent(key=key, effect=effect, refs=refs, since=self.clock.now())


def open_erp() -> Erp:
    clock, recorder, limiter = ManualClock(START), SpyRecorder(), SpyLimiter()
    sandbox = Sandbox(clock, limits={"brightpearl": {"per_minute": None}})
    seed = sandbox.brightpearl
    seed.add_tax_code("T20", rate=20)
    seed.add_tax_code("T0", rate=0)
    warehouse = seed.add_warehouse("Leeds")
    price_list = seed.add_price_list("RET", "Retail")
    seed.add_payment_method("CARD", "Card", nominal="1220")
    seed.add_payment_method("CASH", "Cash", nominal="1210")
    jacket = seed.add_product(
        "JACKET-M", "Harbour jacket", price_net=Decimal("100"), cost=Decimal(40)
    )
    socks = seed.add_product("SOCK-HK", "Wool socks", price_net=Decimal("7.5"), cost=Decimal("2.5"))
    for sku in ("JACKET-M", "SOCK-HK"):
        seed.set_stock(sku, warehouse, 100)
    settings = seed.settings
    usual: dict[str, Any] = {
        "base_url": f"https://erp.example/public-api/{settings.account}",
        "app_ref": settings.app_ref,
        "account_token": settings.account_token,
        "event_owner_id": 4,
        "price_list_id": price_list,
        "parallel": 1,
    }

    def connect(**changes: Any) -> BrightpearlConnector:
        transport = SandboxTransport(sandbox, prefix="/brightpearl")
        context = Context(limiter=limiter, recorder=recorder, clock=clock.now, transport=transport)
        return BrightpearlConnector(BrightpearlConfig(**(usual | changes)), context)

    return Erp(
        sandbox=sandbox,
        clock=clock,
        recorder=recorder,
        connect=connect,
        warehouse=warehouse,
        walk_in=seed.add_contact("Till", "Leeds"),
        jacket=jacket,
        socks=socks,
        price_list=price_list,
        limiter=limiter,
    )


def references(outcomes: Sequence[Any]) -> list[str]:
    """The ids of accepted effects; fails the test when one was not."""
    return [outcome.external_ref for outcome in outcomes]
