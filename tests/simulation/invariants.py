"""The invariants, checked from the vendors' ledgers, raw payloads and plain SQL.

Separate code on purpose: nothing here uses the models, the mappers or the planner.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection as database

from integrations.sandbox.core.ledger import Entry
from integrations.sandbox.trade.control import desk_of
from tests.simulation.world import World

ZERO = Decimal(0)
# Holds that a bad day may leave behind: their cause is in the trade itself, not in the weather.
OF_THE_TRADE = {"PAYMENT_UNMAPPED", "SKU_UNMAPPED", "RETURN_NOT_CREDITED", "STOCK_WRITE_HELD"}
KLARNA = {"Klarna": "1250"}  # where the simulated operator maps it; held until then
OPEN_HOLD = "EXISTS (SELECT 1 FROM integrations_hold h WHERE h.closed_at IS NULL AND {})"


def check(world: World) -> list[str]:
    """Everything that is wrong, as sentences; empty when all invariants hold."""
    return [
        *conservation(world),
        *acknowledged(world),
        *only_expected_holds(),
        *duplicates(world),
        *phantoms(world),
        *content(world),
        *completeness(world),
        *refunds(world),
        *methods(world),
        *levels(world),
        *journals(world),
        *quota(world),
        *bounded(),
    ]


def rows(sql: str, *args: Any) -> list[tuple[Any, ...]]:
    with database.cursor() as cursor:
        cursor.execute(sql, args)
        return list(cursor.fetchall())


def plain(value: Any) -> Any:
    """A JSON column: text on one database, a value on the other."""
    return json.loads(value) if isinstance(value, str) else value


def accepted(world: World, kind: str) -> list[Entry]:
    return world.sandbox.ledger.entries(system="brightpearl", kind=kind)


def receipts(world: World) -> dict[str, Entry]:
    """What was rung up at the tills, by the order id that is part of every key."""
    return {e.id: e for e in world.sandbox.ledger.entries(system="sitoo", kind="receipt")}


def source_id(key: str) -> str:
    """`sitoo:20001:P0` and `sitoo:20001-C` → `20001`."""
    return key.split(":")[1].partition("/")[0].partition("-")[0]


# I1: every receipt ends in exactly one way.


def conservation(world: World) -> Iterable[str]:
    """Each receipt arrived, was understood, and is posted, held with a reason, or dismissed."""
    rung = set(receipts(world))
    arrived = rows(
        "SELECT external_id FROM integrations_inboundevent WHERE topic = 'orders' AND kind = 'fact'"
    )
    for missing in sorted(rung - {row[0] for row in arrived}):
        yield f"I1: receipt {missing} never arrived"
    waiting = "SELECT topic, external_id FROM integrations_inboundevent WHERE state = 'received'"
    for topic, external_id in rows(waiting):
        yield f"I1: {topic} {external_id} is not finished"
    known = set()
    for external_id, state, held in _documents():
        known.add(external_id.partition("-")[0])
        if state in ("held", "posting", "parked") and not held:
            yield f"I1: {external_id} is {state} and no open hold says why"
        if state in ("posted", "dismissed", "skipped") and held == "document":
            yield f"I1: {external_id} is {state} and still held"
    for missing in sorted(rung - known):
        yield f"I1: receipt {missing} became nothing"


def _documents() -> list[tuple[str, str, str]]:
    sql = f"""SELECT d.external_id, d.state,
        CASE WHEN {OPEN_HOLD.format("h.document_id = d.id AND h.transfer_id IS NULL")}
        THEN 'document' WHEN {OPEN_HOLD.format("h.document_id = d.id")} THEN 'transfer'
        ELSE '' END
        FROM integrations_document d WHERE d.kind IN ('sale', 'return')"""
    return [(row[0], row[1], row[2]) for row in rows(sql)]


def acknowledged(world: World) -> Iterable[str]:
    """A webhook that we answered with 200 is stored, whatever happened afterwards."""
    stored = {row[0] for row in rows("SELECT version FROM integrations_inboundevent")}
    for call in world.acknowledged:
        body = json.loads(call.body)
        for event in body if isinstance(body, list) else []:
            known = event["event_type"] in ("order", "warehouse-transaction", "z-report")
            if known and event["event_id"] not in stored:
                yield f"I1: webhook {event['event_id']} was acknowledged and is not stored"


def only_expected_holds() -> Iterable[str]:
    """The weather is over: nothing may wait for a person because of it."""
    for kind, subject, sentence in rows(
        "SELECT kind, subject, sentence FROM integrations_hold WHERE closed_at IS NULL"
    ):
        if kind not in OF_THE_TRADE or (
            kind == "RETURN_NOT_CREDITED"
            and "does not say" not in sentence
            and "Its sale" not in sentence
        ):
            yield f"I1: {kind} {subject} is open: {sentence}"


# I2: nothing twice at the target.


def duplicates(world: World) -> Iterable[str]:
    for (system, kind, key), group in world.sandbox.ledger.duplicates().items():
        if system == "brightpearl" and kind != "stock-correction":  # its own people may repeat
            yield f"I2: {kind} {key} exists {len(group)} times"
    notes = Counter(e.payload["orderExternalRef"] for e in accepted(world, "goods-out-note"))
    yield from (f"I2: {n} goods-out notes for {ref}" for ref, n in notes.items() if n > 1)
    for (key,) in rows("SELECT key FROM integrations_transfer GROUP BY key HAVING COUNT(*) > 1"):
        yield f"I2: transfer {key} exists twice"


# I3: nothing at the target that no receipt asked for.


def phantoms(world: World) -> Iterable[str]:
    known = set(receipts(world))
    for kind in ("sales-order", "sales-credit", "customer-payment"):
        for entry in accepted(world, kind):
            if source_id(entry.key) not in known:
                yield f"I3: {kind} {entry.key} belongs to no receipt"


# I4: what is there is what was rung up.


def content(world: World) -> Iterable[str]:
    tills = receipts(world)
    for kind in ("sales-order", "sales-credit"):
        for entry in accepted(world, kind):
            source = tills.get(source_id(entry.key))
            if source is not None:
                yield from _compare(world, source, entry)


def _compare(world: World, receipt: Entry, entry: Entry) -> Iterable[str]:
    meant, found = receipt.payload, entry.payload
    net, tax = abs(Decimal(meant["net"])), abs(Decimal(meant["vat"]))
    for name, wanted in (("net", net), ("tax", tax), ("gross", net + tax)):
        if Decimal(found[name]) != wanted:
            yield f"I4: {entry.key} {name} is {found[name]}, the receipt says {wanted}"
    units = _units(line for line in found["lines"] if line["sku"])
    if units != _units(meant["lines"]):
        yield f"I4: {entry.key} has {units}, the receipt says {_units(meant['lines'])}"
    day = _business_day(world, meant)
    if found["taxDate"].date() != day:
        yield f"I4: {entry.key} is dated {found['taxDate']:%Y-%m-%d}, the shop's day was {day}"


def _units(lines: Iterable[Mapping[str, Any]]) -> dict[str, Decimal]:
    units: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        units[line["sku"]] += abs(Decimal(line["quantity"]))
    return dict(units)


def _business_day(world: World, receipt: Mapping[str, Any]) -> Any:
    shop = _shop_of(world, receipt["warehouseid"])
    placed = datetime.fromtimestamp(int(receipt["orderdate"]), UTC)
    return placed.astimezone(ZoneInfo(shop.timezone)).date()


def _shop_of(world: World, warehouse_id: int) -> Any:
    desk = desk_of(world.sandbox)
    codes = {number: code for code, number in desk.seeding.ids.till_warehouses.items()}
    assert desk.estate is not None
    return desk.estate.store(codes[warehouse_id])


# I4, the other way round: what we call posted is wholly there.


def completeness(world: World) -> Iterable[str]:
    """A posted sale has its goods note, shipped once; with payments, they make up its total."""
    posted = rows(
        "SELECT d.external_id, d.kind, d.gross FROM integrations_document d"
        " WHERE d.state = 'posted' AND d.kind IN ('sale', 'return')"
    )
    orders = {e.key: e for k in ("sales-order", "sales-credit") for e in accepted(world, k)}
    shipped = Counter(e.payload["orderExternalRef"] for e in accepted(world, "goods-out-shipped"))
    paid: dict[str, Decimal] = defaultdict(Decimal)
    for entry in accepted(world, "customer-payment"):
        paid[entry.payload["orderExternalRef"]] += Decimal(entry.payload["amount"])
    closed = {e.payload["externalRef"] for e in accepted(world, "close")}
    for external_id, kind, gross in posted:
        ref = f"sitoo:{external_id}"
        if ref not in orders:
            yield f"I4: {ref} is called posted and the target does not have it"
            continue
        lines = [line for line in orders[ref].payload["lines"] if line["stocked"]]
        if kind == "sale" and shipped[ref] != (1 if lines else 0):
            yield f"I4: {ref} was shipped {shipped[ref]} times"
        if closed and paid[ref] != Decimal(str(gross)):
            yield f"I5: {ref} has payments of {paid[ref]}, its total is {gross}"


def refunds(world: World) -> Iterable[str]:
    """No more is credited than was sold."""
    sold = {e.key: Decimal(e.payload["gross"]) for e in accepted(world, "sales-order")}
    tills = receipts(world)
    credited: dict[str, Decimal] = defaultdict(Decimal)
    for entry in accepted(world, "sales-credit"):
        original = tills[source_id(entry.key)].payload["creditorderid"]
        if original:
            credited[f"sitoo:{original}"] += Decimal(entry.payload["gross"])
    for ref, amount in credited.items():
        if amount > sold.get(ref, ZERO):
            yield f"I5: {amount} is credited for {ref}, which was {sold.get(ref, ZERO)}"


def methods(world: World) -> Iterable[str]:
    """Money goes by the method of its tender; Amex and Klarna may have been mapped anew."""
    estate = desk_of(world.sandbox).estate
    assert estate is not None
    codes = {tender.name: tender.method_code for tender in estate.tenders}
    tills = receipts(world)
    for entry in accepted(world, "customer-payment"):
        paid = tills[source_id(entry.key)].payload["payments"]
        allowed = {codes[each["name"]] for each in paid}
        if {each["name"] for each in paid} & {"Amex", "Klarna"}:
            allowed |= {"CARD", "PAYPAL"}
        if entry.payload["method"] not in allowed:
            yield f"I4: {entry.key} was paid by {entry.payload['method']}, not by {allowed}"


# I8: the tills are told what the ERP can promise, less what it does not know of yet.


def levels(world: World) -> Iterable[str]:
    flying = _units_in_flight(world)
    stranger = "LOCAL-MUG"  # of which the ERP knows nothing: unknown is not zero
    for entry in world.sandbox.ledger.entries(system="sitoo", kind="stock-level"):
        if entry.payload["sku"] == stranger:
            yield f"I8: a level was sent for {stranger}"
    for level in desk_of(world.sandbox).levels():
        if "erp_on_hand" not in level or "till" not in level:
            continue
        place = (level["store"], level["sku"])
        wanted = max(ZERO, Decimal(level["erp_on_hand"]) - flying.get(place, ZERO))
        if Decimal(level["till"]) != wanted:
            yield f"I8: {place} shows {level['till']}, {wanted} could be sold"


def _units_in_flight(world: World) -> dict[tuple[str, str], Decimal]:
    """Units of sales that are held: rung up, not at the ERP."""
    notes = {source_id(e.payload["orderExternalRef"]) for e in accepted(world, "goods-out-note")}
    dismissed = {
        row[0]
        for row in rows(
            "SELECT external_id FROM integrations_document WHERE state IN ('dismissed', 'skipped')"
        )
    }
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for number, receipt in receipts(world).items():
        if number in notes or number in dismissed:
            continue
        for line in receipt.payload["lines"]:
            if Decimal(line["quantity"]) > 0:
                shop = _shop_of(world, receipt.payload["warehouseid"])
                found[shop.code, line["sku"]] += Decimal(line["quantity"])
    return found


# I5, I6: journals balance, and a day's journals hold the money that its tills took.


def journals(world: World) -> Iterable[str]:
    booked: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    days = set()
    for entry in accepted(world, "journal"):
        lines = entry.payload["lines"]
        balance = sum((Decimal(line["debit"]) - Decimal(line["credit"]) for line in lines), ZERO)
        if balance:
            yield f"I6: journal {entry.key} is off by {balance}"
        day = "-".join(entry.key.split("-")[:2])
        days.add(day)
        for line in lines:
            amount = Decimal(line["debit"]) - Decimal(line["credit"])
            booked[day, line["nominalCode"]] += amount
    if accepted(world, "close"):  # money is on the orders themselves
        return
    taken = _money_taken(world)
    for day in sorted(days - _waiting_days()):
        for nominal in {n for d, n in taken if d == day}:
            if booked[day, nominal] != taken[day, nominal]:
                yield (
                    f"I5: the journals of {day} book {booked[day, nominal]} on {nominal}, "
                    f"the tills took {taken[day, nominal]}"
                )


def _waiting_days() -> set[str]:
    """Store-days with a held receipt: what is not in a journal yet goes when that is settled."""
    return {
        f"{store}-{on:%Y%m%d}"
        for store, on in rows(
            "SELECT store_code, business_date FROM integrations_document"
            " WHERE state IN ('held', 'parked') AND business_date IS NOT NULL"
        )
    }


def _money_taken(world: World) -> dict[tuple[str, str], Decimal]:
    """(store-day, account) → tenders of receipts that are posted; cash also carries differences."""
    posted = {
        row[0]
        for row in rows(
            "SELECT external_id FROM integrations_document WHERE state = 'posted'"
            " AND kind IN ('sale', 'return')"
        )
    }
    estate = desk_of(world.sandbox).estate
    assert estate is not None
    accounts = {tender.name: tender.nominal for tender in estate.tenders} | KLARNA
    found: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for number, receipt in receipts(world).items():
        if number not in posted:
            continue
        shop = _shop_of(world, receipt.payload["warehouseid"])
        day = f"{shop.code}-{_business_day(world, receipt.payload):%Y%m%d}"
        for paid in receipt.payload["payments"]:
            if paid["name"] != "Cash" and accounts[paid["name"]]:
                found[day, accounts[paid["name"]]] += Decimal(paid["amount"])
    return found


# I13: no rolling minute above what the vendor allows, as the vendor counted it.


def quota(world: World) -> Iterable[str]:
    seen = world.sandbox.requests.snapshot().get("brightpearl", {})
    limit = world.sandbox.brightpearl.settings.per_minute
    if limit is not None and seen.get("busiest_minute", 0) > limit:
        yield f"I13: {seen['busiest_minute']} requests in a minute, {limit} are allowed"
    injected = sum(seen.get("faults", {}).get(kind, 0) for kind in ("throttle", "http_503"))
    if int(seen.get("answers", {}).get("503", 0)) > injected:
        yield "I13: throttled by our own doing"


# I17: nothing is left lying about.


def bounded() -> Iterable[str]:
    for state, count in rows(
        "SELECT state, COUNT(*) FROM integrations_transfer"
        " WHERE state = 'sending' OR (state = 'ready' AND NOT waiting) GROUP BY state"
    ):
        yield f"I17: {count} transfers are still {state}"
    for (key,) in rows(
        "SELECT key FROM integrations_transfer t WHERE state IN ('held', 'unknown')"
        f" AND NOT {OPEN_HOLD.format('h.transfer_id = t.id')}"
    ):
        yield f"I17: {key} waits and nothing says why"
    unread = (
        "SELECT key FROM integrations_transfer t WHERE state = 'posted' AND verified_at IS NULL"
        " AND operation IN ('create-order', 'create-credit', 'take-payment', 'refund-payment',"
        " 'post-journal', 'issue-goods-out', 'receive-goods-in', 'close-order', 'close-credit')"
    )
    yield from (f"I17: {key} was never read back" for (key,) in rows(unread))
    for (holders,) in rows("SELECT holders FROM integrations_ratebudget"):
        if plain(holders):
            yield f"I17: places of requests that are over are kept: {plain(holders)}"
