"""What happens between the order and the van: by hand, or step by step as the clock goes on."""

from collections import Counter
from datetime import datetime, timedelta

from integrations.sandbox.warehouse.state import State
from integrations.sandbox.warehouse.tables import Wire, stamp

STEPS = ("allocated", "picking", "picked", "packed", "dispatched")
PROGRESS = ("received", "on_hold", "backordered", *STEPS, "delivered")
CLOSED = ("dispatched", "delivered", "cancelled", "rejected")


class Floor:
    """Moves orders. `pace` is the time of one step; None: only by hand.

    `missing` counts units per SKU that the next picker will not find; a SKU in `late` is packed
    with the rest of its order but leaves a step later.
    """

    def __init__(self, state: State) -> None:
        self._state = state
        self.pace: timedelta | None = None
        self.missing: Counter[str] = Counter()
        self.late: set[str] = set()
        self.asked_to_cancel: set[str] = set()
        self._due: dict[str, datetime] = {}

    def begin(self, order: Wire) -> None:
        """Allocate a new order; what left the shop already is only deducted."""
        if order["order_type"] == "pos_sale":
            self._deduct(order)
            return
        self._allocate(order)
        self._settle(order)
        if self.pace is not None:
            self._due[order["client_order_ref"]] = self._state.now() + self.pace

    def catch_up(self) -> None:
        """Take every step that is due by now."""
        now = self._state.now()
        if self.pace is None:
            return
        for ref, due in list(self._due.items()):
            while due <= now and ref in self._due:
                self.step(ref)
                due += self.pace
                if ref in self._due:
                    self._due[ref] = due

    def step(self, ref: str) -> Wire:
        """Take an order one step on."""
        order = self._state.orders.get(ref)
        if ref in self.asked_to_cancel and not _has_left(order):
            self.asked_to_cancel.discard(ref)
            self.cancel(order)
        elif order["status"] == "on_hold":
            return order
        else:
            self._allocate(order)
            self._move(order)
            self._settle(order)
        if order["status"] in ("delivered", "cancelled", "rejected"):
            self._due.pop(ref, None)
        return order

    def run(self, ref: str, until: str) -> Wire:
        """Step until the order has a status, at most ten times."""
        for _ in range(10):
            if self._state.orders.get(ref)["status"] == until:
                break
            self.step(ref)
        return self._state.orders.get(ref)

    def hold(self, ref: str, reason: str) -> Wire:
        """Set an order aside."""
        return self._enter(self._state.orders.get(ref), "on_hold", reason)

    def release(self, ref: str) -> Wire:
        """Take up an order that was set aside."""
        return self._settle(self._state.orders.get(ref))

    def reject(self, ref: str, reason: str) -> Wire:
        """Refuse an order after it was accepted."""
        order = self._state.orders.get(ref)
        self._free(order)
        return self._enter(order, "rejected", reason)

    def cancel(self, order: Wire) -> Wire:
        """Send nothing more of the order."""
        self._free(order)
        for line in order["lines"]:
            line["qty_cancelled"] = line["qty"] - line["qty_dispatched"]
            line["status"] = "cancelled"
        return self._enter(order, "cancelled", "Cancelled on request")

    def _allocate(self, order: Wire) -> None:
        wanted = [line for line in order["lines"] if line["status"] in ("received", "backordered")]
        free = {line["sku"]: self._available(order, line["sku"]) for line in wanted}
        is_whole = all(free[line["sku"]] >= _open(line) for line in wanted)
        for line in wanted:
            units = max(0, min(_open(line), self._available(order, line["sku"])))
            if not is_whole and not order.get("allow_partial", True):
                units = 0
            line["qty_allocated"] += units
            line["status"] = "allocated" if line["qty_allocated"] else "backordered"
            if units:
                self._state.change(order["warehouse"], line["sku"], allocated=units)

    def _available(self, order: Wire, sku: str) -> int:
        return int(self._state.level(order["warehouse"], sku)["available"])

    def _move(self, order: Wire) -> None:
        leaving = []
        for line in order["lines"]:
            if line["status"] not in STEPS[:-1]:
                continue
            following = STEPS[STEPS.index(line["status"]) + 1]
            if following == "dispatched" and line["sku"] in self.late:
                self.late.discard(line["sku"])
                continue
            if following == "picked":
                self._pick(order, line)
            line["status"] = following
            if following == "dispatched" and line["qty_picked"]:
                leaving.append(line)
        if leaving:
            self._dispatch(order, leaving)
        elif order["status"] == "dispatched":
            self._deliver(order)

    def _pick(self, order: Wire, line: Wire) -> None:
        """A picker takes what is there; what is not is cancelled and written off."""
        short = min(self.missing[line["sku"]], line["qty_allocated"])
        if short:
            self.missing[line["sku"]] -= short
            line["qty_cancelled"] += short
            line["qty_allocated"] -= short
            self._state.change(order["warehouse"], line["sku"], allocated=-short)
            self._state.move(order["warehouse"], line["sku"], -short, "short_pick")
        line["qty_picked"] = line["qty_allocated"]

    def _dispatch(self, order: Wire, lines: list[Wire]) -> None:
        now, ref = self._state.now(), self._state.next_ref("S", 55120)
        sent = [
            {"line_ref": line["line_ref"], "sku": line["sku"], "qty": line["qty_picked"],
             "package_ref": "1"}
            for line in lines
        ]  # fmt: skip
        for line in lines:
            units = line["qty_picked"]
            line["qty_dispatched"] += units
            line["qty_allocated"], line["qty_picked"] = 0, 0
            line["status"] = "backordered" if _open(line) else "dispatched"
            self._state.change(order["warehouse"], line["sku"], on_hand=-units, allocated=-units)
        number = f"1550{ref.partition('-')[2]}"
        shipment = {
            "shipment_ref": ref,
            "client_order_ref": order["client_order_ref"],
            "warehouse": order["warehouse"],
            "status": "dispatched",
            "dispatched_at": stamp(now),
            "carrier": "DPD",
            "service": (order.get("service") or {}).get("name", ""),
            "packages": [
                {
                    "package_ref": "1",
                    "tracking_number": number,
                    "tracking_url": f"https://track.example/{number}",
                    "weight_g": 640,
                }
            ],
            "lines": sent,
            "final": not any(_open(line) for line in order["lines"]),
        }
        self._state.shipments.put(ref, shipment, now)
        self._state.record("shipment", ref, "", {"order": order["client_order_ref"], "lines": sent})
        self._state.hooks.tell("shipment.dispatched", shipment)

    def _deliver(self, order: Wire) -> None:
        for line in order["lines"]:
            if line["status"] == "dispatched":
                line["status"] = "delivered"
        for ref, row in self._state.shipments.rows.items():
            if row["client_order_ref"] == order["client_order_ref"]:
                row["status"] = "delivered"
                self._state.shipments.put(ref, row, self._state.now())
                self._state.hooks.tell("shipment.delivered", row)

    def _deduct(self, order: Wire) -> None:
        for line in order["lines"]:
            line["qty_dispatched"], line["status"] = line["qty"], "dispatched"
            self._state.move(order["warehouse"], line["sku"], -line["qty"], "pos_sale")
        self._enter(order, "dispatched")

    def _free(self, order: Wire) -> None:
        for line in order["lines"]:
            if line["qty_allocated"]:
                self._state.change(
                    order["warehouse"], line["sku"], allocated=-line["qty_allocated"]
                )
                line["qty_allocated"] = line["qty_picked"] = 0

    def _settle(self, order: Wire) -> Wire:
        """The header says what its least advanced open line says."""
        for line in order["lines"]:
            if not _open(line) and not line["qty_dispatched"]:
                line["status"] = "cancelled"
        live = [line["status"] for line in order["lines"] if line["status"] != "cancelled"]
        status = min(live, key=PROGRESS.index) if live else "cancelled"
        if _has_left(order) and any(_open(line) for line in order["lines"]):
            status = "part_dispatched"
        return order if status == order["status"] else self._enter(order, status)

    def _enter(self, order: Wire, status: str, reason: str = "") -> Wire:
        now = self._state.now()
        order["status"], order["status_at"] = status, stamp(now)
        order.pop("reason", None)
        if reason:
            order["reason"] = reason
        self._state.orders.put(order["client_order_ref"], order, now)
        topic = "order.rejected" if status == "rejected" else "order.status_changed"
        self._state.hooks.tell(topic, order)
        return order


def _open(line: Wire) -> int:
    return int(line["qty"] - line["qty_dispatched"] - line["qty_cancelled"])


def _has_left(order: Wire) -> bool:
    return any(line["qty_dispatched"] for line in order["lines"])
