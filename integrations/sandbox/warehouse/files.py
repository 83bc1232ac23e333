"""The file drop: one flat table per file, written whole or not at all, ended by its row count."""

import csv
import hashlib
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.sandbox.warehouse.problems import ProblemError
from integrations.sandbox.warehouse.system import WarehouseSystem
from integrations.sandbox.warehouse.tables import Wire, stamp

END = "#EOF"
FOLDERS = {
    "ord": "in/orders", "can": "in/cancellations", "ack": "out/ack", "sts": "out/status",
    "shp": "out/shipments", "inv": "out/inventory",
}  # fmt: skip
COLUMNS = {
    "ack": "source_file client_order_ref result warehouse_order_ref code line_ref message",
    "sts": "client_order_ref status status_at line_ref qty_allocated qty_picked reason",
    "shp": "shipment_ref client_order_ref warehouse dispatched_at carrier service package_ref "
    "tracking_number tracking_url weight_g line_ref sku qty_ordered qty_dispatched final",
    "inv": "warehouse sku on_hand allocated available inbound quarantine as_of snapshot_type",
}


@dataclass
class Manner:
    """How files are written, to be awkward on purpose."""

    bom: bool = False
    crlf: bool = False
    forgets_the_end: bool = False
    stops_half_way: bool = False  # the `.part` file is never renamed
    keep_share: int = 100  # percent of a full stock file that is written


@dataclass
class FileDrop:
    """The warehouse's side of one directory. Hold the system's lock around its methods."""

    system: WarehouseSystem
    root: Path
    sender: str = "WMS"
    manner: Manner = field(default_factory=Manner)
    _taken: set[tuple[str, str]] = field(default_factory=set)  # name and digest
    _told: dict[str, datetime] = field(default_factory=dict)
    _count: int = 0

    def __post_init__(self) -> None:
        for folder in (*FOLDERS.values(), "archive", "error"):
            (self.root / folder).mkdir(parents=True, exist_ok=True)

    # What comes in

    def collect(self) -> int:
        """Take every whole file, and acknowledge its orders. Returns how many files."""
        waiting = [*self._waiting("ord"), *self._waiting("can")]
        for path in waiting:
            content = path.read_bytes()
            mark = (path.name, hashlib.sha256(content).hexdigest())
            if mark in self._taken:
                path.unlink()  # a file that came twice has no second effect
                continue
            self._taken.add(mark)
            self._take(path, _rows(content))
        return len(waiting)

    def _waiting(self, kind: str) -> list[Path]:
        return sorted((self.root / FOLDERS[kind]).glob("*.csv"))

    def _take(self, path: Path, rows: Sequence[Wire] | None) -> None:
        if rows is None:
            path.rename(self.root / "error" / path.name)
            return
        if path.name.startswith("can_"):
            for row in rows:
                self._cancel(row)
        else:
            self.write("ack", [self._accept(path.name, lines) for lines in _by_order(rows)])
        path.rename(self.root / "archive" / path.name)

    def _accept(self, file: str, lines: Sequence[Wire]) -> Wire:
        ref = lines[0]["client_order_ref"]
        ack = {"source_file": file, "client_order_ref": ref, "result": "accepted"}
        known = self.system.state.orders.rows.get(ref)
        if known:
            return ack | {
                "result": "duplicate",
                "warehouse_order_ref": known["warehouse_order_ref"],
            }
        try:
            if any(line["order_line_count"] != str(len(lines)) for line in lines):
                raise ProblemError("validation", "Lines of the order are missing.")
            order = self.system.orders.accept(_order(lines))
        except ProblemError as error:
            first = error.errors[0] if error.errors else {}
            refused = {"result": "rejected", "code": error.code, "message": error.detail}
            return ack | refused | {"line_ref": first.get("line_ref", "")}
        return ack | {"warehouse_order_ref": order["warehouse_order_ref"]}

    def _cancel(self, row: Wire) -> None:
        try:
            self.system.orders.cancel(row["client_order_ref"])
        except ProblemError:
            return  # the next status file says how far it is

    # What goes out

    def tell_statuses(self) -> Path | None:
        """Orders that changed since the last status file."""
        rows = [
            {
                "client_order_ref": order["client_order_ref"],
                "status": order["status"],
                "status_at": order["status_at"],
                "reason": order.get("reason", ""),
            }
            for order in self._changed("sts", self.system.state.orders.rows.values())
        ]
        return self.write("sts", rows) if rows else None

    def tell_shipments(self) -> Path | None:
        """What left since the last shipment file, one row per line."""
        shipments = self._changed("shp", self.system.state.shipments.rows.values())
        rows = [
            {**shipment, **shipment["packages"][0], **line, "qty_dispatched": line["qty"],
             "final": str(shipment["final"]).lower()}
            for shipment in shipments
            for line in shipment["lines"]
        ]  # fmt: skip
        return self.write("shp", rows) if rows else None

    def tell_stock(self, warehouse: str, *, skus: Sequence[str] | None = None) -> Path | None:
        """Every level of a warehouse, or of these SKUs only."""
        levels = [
            row
            for row in self.system.state.stock.rows.values()
            if row["warehouse"] == warehouse and (skus is None or row["sku"] in skus)
        ]
        kept = levels[: len(levels) * self.manner.keep_share // 100]
        kind = "full" if skus is None else "delta"
        at = stamp(self.system.state.now())
        return self.write("inv", [{**row, "as_of": at, "snapshot_type": kind} for row in kept])

    def write(self, kind: str, rows: Sequence[Mapping[str, Any]]) -> Path | None:
        """One file, renamed into place when it is whole. None when the writer stopped half-way."""
        self._count += 1
        at = self.system.state.now().strftime("%Y%m%dT%H%M%SZ")
        path = self.root / FOLDERS[kind] / f"{kind}_{self.sender}_{at}_{self._count:06d}.csv"
        part = path.with_name(path.name + ".part")
        part.write_bytes(self._render(COLUMNS[kind].split(), rows))
        return None if self.manner.stops_half_way else part.rename(path)

    def _render(self, columns: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> bytes:
        out = io.StringIO()
        ending = "\r\n" if self.manner.crlf else "\n"
        writer = csv.DictWriter(out, columns, extrasaction="ignore", lineterminator=ending)
        writer.writeheader()
        writer.writerows(rows)
        if not self.manner.forgets_the_end:
            out.write(f"{END},{len(rows)}{ending}")
        return out.getvalue().encode("utf-8-sig" if self.manner.bom else "utf-8")

    def _changed(self, kind: str, rows: Iterable[Wire]) -> list[Wire]:
        since = self._told.get(kind)
        self._told[kind] = self.system.state.now()
        return [row for row in rows if since is None or row["updated_at"] >= stamp(since)]


def _rows(content: bytes) -> list[Wire] | None:
    """The rows of a whole file; None when its end is missing or counts something else."""
    lines = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    if len(lines) < 2 or lines[-1][:1] != [END] or lines[-1][1:2] != [str(len(lines) - 2)]:
        return None
    return [dict(zip(lines[0], row, strict=False)) for row in lines[1:-1]]


def _by_order(rows: Sequence[Wire]) -> list[list[Wire]]:
    orders: dict[str, list[Wire]] = {}
    for row in rows:
        orders.setdefault(row["client_order_ref"], []).append(row)
    return list(orders.values())


def _order(lines: Sequence[Wire]) -> Wire:
    """The object that the same order would be over REST."""
    head = lines[0]
    address = {
        name.removeprefix("ship_"): value
        for name, value in head.items()
        if name.startswith("ship_") and name != "ship_not_before" and value
    }
    return {
        **{
            name: head[name]
            for name in ("client_order_ref", "order_type", "warehouse", "ordered_at", "channel")
            if head.get(name)
        },
        "service": {"code": head.get("service_code", ""), "name": head.get("service_name", "")},
        "ship_to": address,
        "allow_partial": head.get("allow_partial", "true") != "false",
        "lines": [
            {"line_ref": line["line_ref"], "sku": line["sku"], "qty": _units(line["qty"])}
            for line in lines
        ],
    }


def _units(text: str) -> object:
    return int(text) if text.isdecimal() else text
