"""Goods coming in: announced deliveries and their receipts, announced returns and their results."""

from collections.abc import Mapping
from typing import Any

from integrations.sandbox.warehouse.problems import ProblemError
from integrations.sandbox.warehouse.state import State
from integrations.sandbox.warehouse.tables import Wire, stamp

DISPOSITIONS = ("restock", "quarantine", "scrap")


class GoodsIn:
    """Deliveries and returns."""

    def __init__(self, state: State) -> None:
        self._state = state

    def announce_delivery(self, body: Mapping[str, Any]) -> Wire:
        """Expect goods. Raises ProblemError."""
        ref = self._ref(body, "client_inbound_ref")
        warehouse = self._state.need_warehouse(body.get("warehouse"))
        row = {**body, "status": "expected"}
        for line in self._lines(body, "qty_expected"):
            self._state.change(warehouse, line["sku"], inbound=line["qty_expected"])
        self._state.record("inbound", ref, ref, dict(body))
        return self._state.inbound.put(ref, row, self._state.now())

    def receive(self, ref: str, units: Mapping[str, int]) -> Wire:
        """Book in what came of a delivery, by SKU."""
        delivery, now = self._state.inbound.get(ref), self._state.now()
        lines = []
        for line in delivery["lines"]:
            came = units.get(line["sku"], 0)
            missing = line["qty_expected"] - came
            condition = "short" if missing > 0 else "over" if missing < 0 else "good"
            self._state.change(delivery["warehouse"], line["sku"], inbound=-line["qty_expected"])
            self._state.move(delivery["warehouse"], line["sku"], came, "receipt")
            lines.append({"sku": line["sku"], "qty_received": came, "condition": condition})
        receipt = {
            "receipt_ref": self._state.next_ref("R", 7001),
            "client_inbound_ref": ref,
            "warehouse": delivery["warehouse"],
            "received_at": stamp(now),
            "lines": lines,
        }
        self._state.inbound.put(ref, {**delivery, "status": "received"}, now)
        self._state.hooks.tell("receipt.completed", receipt)
        return self._state.receipts.put(receipt["receipt_ref"], receipt, now)

    def announce_return(self, body: Mapping[str, Any]) -> Wire:
        """Expect goods back. Raises ProblemError."""
        ref = self._ref(body, "client_return_ref")
        self._state.need_warehouse(body.get("warehouse"))
        lines = [dict(line) for line in self._lines(body, "qty")]
        self._state.record("return", ref, ref, dict(body))
        row = {**body, "status": "expected", "lines": lines}
        return self._state.returns.put(ref, row, self._state.now())

    def take_back(self, ref: str, disposition: str = "restock") -> Wire:
        """A whole return arrives and is judged. Raises ValueError for an unknown disposition."""
        if disposition not in DISPOSITIONS:
            raise ValueError(f"A return is one of {', '.join(DISPOSITIONS)}.")
        row = self._state.returns.get(ref)
        for line in row["lines"]:
            line |= {"qty_received": line["qty"], "disposition": disposition}
            if disposition == "restock":
                self._state.move(row["warehouse"], line["sku"], line["qty"], "return")
            elif disposition == "quarantine":
                self._state.change(row["warehouse"], line["sku"], quarantine=line["qty"])
        row |= {"status": "received", "received_at": stamp(self._state.now())}
        self._state.returns.put(ref, row, self._state.now())
        self._state.hooks.tell("return.received", row)
        return row

    def _ref(self, body: Mapping[str, Any], name: str) -> str:
        if not body.get(name) or not isinstance(body.get("lines"), list):
            raise ProblemError("validation", f"{name} and lines are needed.")
        return str(body[name])

    def _lines(self, body: Mapping[str, Any], units: str) -> list[Mapping[str, Any]]:
        lines: list[Mapping[str, Any]] = body["lines"]
        unknown = [line for line in lines if line.get("sku") not in self._state.products.rows]
        if unknown:
            errors = [{"field": "sku", "value": line.get("sku")} for line in unknown]
            raise ProblemError("unknown_sku", f"{len(unknown)} lines are not known.", errors)
        if any(type(line.get(units)) is not int for line in lines):
            raise ProblemError("validation", f"{units} must be a whole number.")
        return lines
