"""A warehouse by file drop. What a file says becomes the same facts as over REST.

A file is read when its writer has let go of it, stored, and only then moved to the archive; one
that is not whole goes to `error`, and a fact says why.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from integrations.canonical.effects import CancelPickList, CreatePickList
from integrations.canonical.stock import StockLevel
from integrations.connectors.errors import (
    ConnectorError,
    SchemaChangedError,
    UnsupportedError,
)
from integrations.connectors.spec import Context
from integrations.connectors.warehouse import pick_lists, rows
from integrations.connectors.warehouse.assumed import STABLE_AFTER
from integrations.connectors.warehouse.config import WarehouseConfig
from integrations.connectors.warehouse.directory import Directory, Entry, LocalDirectory
from integrations.connectors.warehouse.facts import fact, moment
from integrations.connectors.warehouse.inventory import Inventory
from integrations.connectors.warehouse.mapping import SYSTEM
from integrations.connectors.warehouse.rest import order_statuses
from integrations.connectors.warehouse.tables import (
    BadFileError,
    kind_of,
    read_table,
    write_table,
)
from integrations.ports import (
    Absent,
    Choice,
    Done,
    Fact,
    Found,
    Intent,
    LookUp,
    Page,
    Posted,
    Probe,
    ReadBack,
)

Objects = list[dict[str, Any]]

ORDERS, CANCELLATIONS, ERRORS, ARCHIVE = "in/orders", "in/cancellations", "error", "archive"
FOLDERS: Mapping[str, tuple[str, ...]] = {
    "orders": ("out/ack", "out/status"),
    "shipments": ("out/shipments",),
    "stock-changes": ("out/inventory",),
}
MOST_FILES = 200  # stock files that are looked back through for a full one
BAD_FILES = "bad-files"  # the topic of facts about files that could not be taken


class DropTransport:
    def __init__(
        self, config: WarehouseConfig, context: Context, directory: Directory | None = None
    ) -> None:
        root = config.drop_folder.get_secret_value() if config.drop_folder else ""
        self._directory: Directory = directory or LocalDirectory(Path(root))
        self._config = config
        self._clock = context.clock
        self._parsed: dict[Entry, Objects] = {}

    # Reading

    def streams(self) -> Sequence[str]:
        return tuple(FOLDERS)

    def read(self, stream: str, cursor: str, *, now: datetime) -> Page:
        """One file a page. Files of the page before are stored by now, so they are archived."""
        if stream not in FOLDERS:
            raise ValueError(f"{SYSTEM} has no files of {stream}.")
        self._archive(stream, dict(json.loads(cursor)) if cursor else {}, now=now)
        waiting = self._waiting(stream, now=now)
        if not waiting:
            return Page([], "", more=False)
        entry = waiting[0]
        content = self._directory.read(entry)
        try:
            facts = self._facts(stream, entry, content, now=now)
        except BadFileError as error:
            self._directory.move(entry, ERRORS)
            return Page([_bad_file(entry, content, error)], "", more=len(waiting) > 1)
        return Page(facts, json.dumps({entry.name: _digest(content)}), more=len(waiting) > 1)

    def fetch(self, topic: str, external_ids: Sequence[str]) -> Sequence[Fact]:
        return ()  # nothing points at single objects here

    def levels(self, locations: Sequence[str], skus: Sequence[str]) -> Sequence[StockLevel]:
        return self._inventory(self._clock(), locations).read(locations, list(dict.fromkeys(skus)))

    # Writing

    def operations(self) -> frozenset[str]:
        cancels = {CancelPickList.operation} if self._config.can_cancel else set()
        return frozenset({CreatePickList.operation} | cancels)

    def send(self, intent: Intent) -> Done:
        """Put a file down. What the warehouse makes of it comes as a status."""
        effect = intent.effect
        if isinstance(effect, CreatePickList):
            table = rows.order_rows(pick_lists.order_body(effect))
            content, folder = write_table(rows.ORDER_COLUMNS, table), ORDERS
        elif isinstance(effect, CancelPickList):
            row = {"client_order_ref": effect.external_ref, "reason": effect.reason}
            content, folder = write_table(rows.CANCEL_COLUMNS, [row]), CANCELLATIONS
        else:
            raise UnsupportedError(f"{SYSTEM} takes no {effect.operation} by file.")
        name = self._name("ord" if folder == ORDERS else "can", intent.key)
        self._directory.write(folder, name, content)
        return Done(effect.external_ref, {"file": name})

    def look_up(self, intent: Intent) -> LookUp:
        """Our file, waiting or archived. Sending again is harmless: the reference is the key."""
        effect = intent.effect
        if not isinstance(effect, CreatePickList | CancelPickList):
            return Absent()
        kind = "ord" if isinstance(effect, CreatePickList) else "can"
        mark = f"_{_sequence(intent.key)}.csv"
        for folder in (ORDERS, CANCELLATIONS, ARCHIVE):
            for entry in self._directory.entries(folder):
                is_like = kind_of(entry.name) == kind and entry.name.endswith(mark)
                if is_like and self._has_order(entry, effect.external_ref):
                    return Found(effect.external_ref, {"file": entry.name})
        return Absent()

    def read_back(self, posted: Posted) -> ReadBack | None:
        return None

    # The connection itself

    def check(self) -> Probe:
        try:
            there = set(self._directory.folders())
            parked = len(self._directory.entries(ERRORS))
        except ConnectorError as error:
            return Probe(ok=False, sentence=error.sentence, error=error)
        wanted = {ORDERS, *(folder for folders in FOLDERS.values() for folder in folders)}
        facts = {"files in error": str(parked)}
        if missing := sorted(wanted - there):
            return Probe(False, f"The folder {missing[0]} is missing at the warehouse.", facts)
        if parked:
            sentence = f"The folder can be used, but {parked} files wait in error for a person."
            return Probe(False, sentence, facts)
        return Probe(True, "The warehouse's folder can be used.", facts)

    def choices(self, kind: str) -> Sequence[Choice]:
        if kind == "order-statuses":
            return order_statuses()
        if kind != "warehouses":
            return ()
        return [Choice(code, code) for code in sorted(self._inventory(self._clock(), ()).shelves)]

    def subscribe(self, url: str, secret: str) -> Sequence[str]:
        return ()

    def close(self) -> None:
        """Nothing is held open."""

    # Files

    def _waiting(self, stream: str, *, now: datetime) -> list[Entry]:
        """Whole-looking files in the order in which they were written."""
        found = [
            entry
            for folder in FOLDERS[stream]
            for entry in self._directory.entries(folder)
            if now - entry.modified_at >= STABLE_AFTER
        ]
        return sorted(found, key=lambda entry: _made(entry.name))

    def _archive(self, stream: str, stored: Mapping[str, str], *, now: datetime) -> None:
        """Only what we read: a file that came under the same name since is another file."""
        for folder in FOLDERS[stream] if stored else ():
            for entry in self._directory.entries(folder):
                if stored.get(entry.name) == _digest(self._directory.read(entry)):
                    self._directory.move(entry, f"{ARCHIVE}/{now:%Y-%m}")

    def _facts(self, stream: str, entry: Entry, content: bytes, *, now: datetime) -> list[Fact]:
        table = read_table(entry.name, content)
        if stream == "shipments":
            found = list(rows.shipments(table))
        elif stream == "stock-changes":
            found = list(rows.levels(table))
            wanted = {each["warehouse"] for each in found}
            self._inventory(now, wanted, before=entry).apply(found)
        elif kind_of(entry.name) == "ack":
            found = list(rows.acknowledgements(table, at=_stamp_in(entry.name, now)))
        else:
            found = list(rows.statuses(table))
        try:
            return [fact(stream, each) for each in found]
        except SchemaChangedError as error:
            raise BadFileError(f"a row has no {error.field}") from error

    def _inventory(
        self, now: datetime, wanted: Collection[str], *, before: Entry | None = None
    ) -> Inventory:
        """What the accepted files say of these warehouses: archived ones, then those that wait."""
        inventory, tables = Inventory(), self._archived(wanted)
        for table in reversed(tables.values()):
            inventory.take(table)
        for entry in self._waiting("stock-changes", now=now):
            if entry == before:
                break
            try:
                tables[entry] = self._levels_in(entry)
                inventory.apply(tables[entry])
            except BadFileError:
                continue  # the stream parks it when its turn comes
        self._parsed = tables
        return inventory

    def _archived(self, wanted: Collection[str]) -> dict[Entry, Objects]:
        """Newest first, back to where each warehouse has a full file."""
        tables: dict[Entry, Objects] = {}
        whole: set[str] = set()
        entries = [each for each in self._directory.entries(ARCHIVE) if kind_of(each.name) == "inv"]
        for entry in sorted(entries, key=lambda each: _made(each.name), reverse=True)[:MOST_FILES]:
            tables[entry] = self._levels_in(entry)
            whole |= {row["warehouse"] for row in tables[entry] if row["snapshot_type"] == "full"}
            if wanted and whole.issuperset(wanted):
                break
        return tables

    def _levels_in(self, entry: Entry) -> Objects:
        if entry in self._parsed:
            return self._parsed[entry]
        return list(rows.levels(read_table(entry.name, self._directory.read(entry))))

    def _name(self, kind: str, key: str) -> str:
        at = self._clock().strftime("%Y%m%dT%H%M%SZ")
        return f"{kind}_{self._config.sender}_{at}_{_sequence(key)}.csv"

    def _has_order(self, entry: Entry, ref: str) -> bool:
        table = read_table(entry.name, self._directory.read(entry))
        return any(row.get("client_order_ref") == ref for row in table)


def _made(name: str) -> str:
    """When a file was made, and which one of that second: how names end."""
    return "_".join(name.split("_")[-2:])


def _stamp_in(name: str, now: datetime) -> str:
    """When a file says that it was made; its coming, when it does not say."""
    text = name.split("_")[-2] if name.count("_") >= 2 else ""
    return pick_lists.stamp(moment(text) or now)


def _sequence(key: str) -> str:
    """Six digits that one key always has; files of two keys may share them."""
    return f"{int(hashlib.sha256(key.encode()).hexdigest(), 16) % 1_000_000:06d}"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _bad_file(entry: Entry, content: bytes, error: Exception) -> Fact:
    payload = {
        "file": entry.name,
        "sentence": f"The file {entry.name} was not taken: {error}. It waits in {ERRORS}.",
    }
    return Fact(BAD_FILES, entry.name[:120], _digest(content)[:16], payload, entry.modified_at)
