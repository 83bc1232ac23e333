"""A simulated depot behind a real socket, and the connectors that talk to it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from integrations.canonical.effects import CancelPickList, CreatePickList, PickLine
from integrations.canonical.orders import Address
from integrations.connectors.warehouse.adapter import WarehouseConnector
from integrations.connectors.warehouse.config import WarehouseConfig
from integrations.connectors.warehouse.spec import SPEC
from integrations.ports import Fact, Intent
from integrations.sandbox.core.faults import Fault, FaultScript
from integrations.sandbox.core.server import SandboxServer
from integrations.sandbox.warehouse.system import API_KEY
from tests.integrations.connectors.kit import Bench
from tests.integrations.sandbox.warehouse.kit import START, Depot

LEEDS = Address(
    name="Jo Example",
    lines=("1 Example Street",),
    city="Leeds",
    postcode="LS1 1AA",
    country="GB",
    phone="0113 000 0000",
)


@dataclass
class Rig:
    """`desk` remembers what was asked."""

    depot: Depot
    url: str
    desk: Bench

    def connector(self, **settings: Any) -> WarehouseConnector:
        config = {"base_url": self.url, "api_key": API_KEY, **settings}
        made = SPEC.build(WarehouseConfig.model_validate(config), self.desk.context)
        assert isinstance(made, WarehouseConnector)
        return made

    def break_request(self, number: int, fault: Fault | str) -> None:
        """The `number`-th request from now on goes wrong."""
        asked = self.depot.sandbox.requests.requests("warehouse")
        self.depot.sandbox.use_faults(FaultScript({asked + number: fault}, system="warehouse"))

    def ledger(self, kind: str) -> list[str]:
        """The keys under which the depot accepted something."""
        entries = self.depot.sandbox.ledger.entries(system="warehouse", kind=kind)
        return [entry.key for entry in entries]


@contextmanager
def rig() -> Iterator[Rig]:
    depot = Depot()
    server = SandboxServer(depot.sandbox)
    server.start()
    desk = Bench(httpx.HTTPTransport(), clock=depot.clock.now)
    try:
        yield Rig(depot, server.url + depot.wms.base_path, desk)
    finally:
        desk.transport.close()
        server.stop()


def pick_list(ref: str = "PL-1", *lines: tuple[str, str], **changes: Any) -> Intent:
    """Two tees for Leeds unless said otherwise."""
    fields: dict[str, Any] = {
        "external_ref": ref,
        "order_type": "ship_to_customer",
        "warehouse_id": "MAIN",
        "ordered_at": START,
        "shipping_method_id": "ND",
        "ship_to": LEEDS,
        "lines": tuple(
            PickLine(line_id=str(place), sku=sku, quantity=Decimal(units))
            for place, (sku, units) in enumerate(lines or (("TEE-BLK-M", "2"),), start=1)
        ),
    }
    return Intent(key=f"pick:{ref}", effect=CreatePickList(**fields | changes), since=START)


def cancellation(ref: str = "PL-1") -> Intent:
    effect = CancelPickList(external_ref=ref, reason="The shopper changed their mind")
    return Intent(key=f"cancel:{ref}", effect=effect)


def read_all(connector: WarehouseConnector, stream: str, now: Any, cursor: str = "") -> Any:
    """Every fact of a stream from a cursor, and where it ends."""
    facts: list[Fact] = []
    while True:
        page = connector.read(stream, cursor, now=now)
        facts += page.facts
        cursor = page.cursor
        if not page.more:
            return facts, cursor


def records(connector: WarehouseConnector, facts: list[Fact]) -> list[Any]:
    return [record for fact in facts for record in connector.records(fact.topic, fact.payload)]
