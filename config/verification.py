"""Is every fact somewhere, once? The invariants, against the database and the sandbox's ledger.

Deliberately plain: it reads rows and what the target itself recorded, not the pipeline's opinion.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Q

from config.rehearsal.control import Control, ControlError
from config.targets import accepted
from integrations import public
from integrations.public import Connection, Document, InboundEvent, Transfer
from monitoring import public as monitoring
from reconciliation import public as reconciliation

TRADE = ("orders", "warehouse-transactions")


@dataclass(slots=True)
class Report:
    """What was found. `ok` only when nothing is lost, doubled, unexplained or out of balance."""

    events: int = 0
    posted: int = 0
    skipped: int = 0
    superseded: int = 0
    held: int = 0
    dismissed: int = 0
    exceptions: dict[str, int] = field(default_factory=dict)
    lost: int = 0
    duplicates: int = 0
    phantom: int = 0
    problems: list[str] = field(default_factory=list)
    compared_with_target: bool = False
    audit_head: str = ""  # position and hash of the newest link: keep it elsewhere to compare

    @property
    def ok(self) -> bool:
        return not (self.lost or self.duplicates or self.phantom or self.problems)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ok": self.ok}

    def problem(self, sentence: str) -> None:
        if len(self.problems) < 50:
            self.problems.append(sentence)


def verify(now: datetime) -> Report:
    """Run the detectors, then check every invariant that can be checked now."""
    monitoring.refresh_cases(now=now)
    report = Report()
    report.exceptions = dict(Counter(monitoring.open_cases().values_list("type_key", flat=True)))
    _events(report)
    _transfers(report)
    _journals(report)
    _chains(report)
    for connection in public.connections():
        control = _sandbox_of(connection)
        if control is not None:
            _compare(report, connection, control)
    return report


def _events(report: Report) -> None:
    """Every trading fact ends in exactly one way; a held one has an open exception naming it."""
    facts = public.events().facts().filter(topic__in=TRADE).exclude(reason=public.ECHO_REASON)
    named = _named_records()
    documents = _documents_by_event()
    state = InboundEvent.State
    for pk, external_id, how in facts.values_list("pk", "external_id", "state"):
        report.events += 1
        if how == state.SKIPPED:
            report.skipped += 1
        elif how == state.SUPERSEDED:
            report.superseded += 1
        elif how == state.DISMISSED:
            report.dismissed += 1
        elif how == state.PLANNED:
            _planned(report, external_id, documents.get(pk, []), named)
        elif how in (state.HELD, state.PARKED):
            _held(report, external_id, [pk, *[d[0] for d in documents.get(pk, [])]], named, pk)
        else:
            report.lost += 1
            report.problem(f"{external_id} was received and is not finished.")


def _planned(
    report: Report, external_id: str, documents: list[tuple[int, str]], named: "Named"
) -> None:
    states = {state for _, state in documents}
    if states <= {Document.State.POSTED}:
        report.posted += 1
    elif states <= {Document.State.POSTED, Document.State.DISMISSED}:
        report.dismissed += 1
    elif any(pk in named.documents for pk, _ in documents):
        report.held += 1
    elif states & {Document.State.SKIPPED}:
        report.skipped += 1
    else:
        report.lost += 1
        report.problem(f"{external_id} is planned, not posted, and no exception names it.")


def _held(report: Report, external_id: str, keys: list[int], named: "Named", event: int) -> None:
    if event in named.events or any(key in named.documents for key in keys[1:]):
        report.held += 1
        return
    report.lost += 1
    report.problem(f"{external_id} is held and no open exception names it.")


@dataclass(frozen=True, slots=True)
class Named:
    """Records that an open exception names."""

    documents: set[int]
    events: set[int]


def _named_records() -> Named:
    rows = monitoring.named_records()
    return Named(
        documents={row["document_id"] for row in rows if row["document_id"]},
        events={row["event_id"] for row in rows if row["event_id"]},
    )


def _documents_by_event() -> dict[int, list[tuple[int, str]]]:
    found: dict[int, list[tuple[int, str]]] = {}
    rows = public.documents().receipts().exclude(event=None)
    for event, pk, state in rows.values_list("event_id", "pk", "state"):
        found.setdefault(event or 0, []).append((pk, state))
    return found


def _transfers(report: Report) -> None:
    """Nothing is in the middle of being done, and what is held or unknown has its reason open."""
    state = Transfer.State
    stuck = public.transfers().filter(state__in=(state.SENDING,)).count()
    if stuck:
        report.problem(f"{stuck} transfers are being sent by nobody.")
    unexplained = (
        public.transfers()
        .filter(state__in=(state.HELD, state.UNKNOWN))
        .exclude(holds__closed_at__isnull=True, holds__isnull=False)
    )
    for key in unexplained.values_list("key", flat=True)[:10]:
        report.problem(f"{key} waits and no open hold says why.")
    waiting = (
        public.transfers()
        .filter(state=state.READY)
        .exclude(Q(waiting=True) & Q(document__holds__closed_at__isnull=True))
    )
    if waiting.exists():
        report.problem(f"{waiting.count()} transfers are due and not sent.")


def _journals(report: Report) -> None:
    """Debits equal credits in every journal that was asked for."""
    journals = public.transfers().filter(operation="post-journal")
    for key, payload in journals.values_list("key", "payload"):
        debit = sum((Decimal(line["debit"]) for line in payload["lines"]), Decimal(0))
        credit = sum((Decimal(line["credit"]) for line in payload["lines"]), Decimal(0))
        if debit != credit:
            report.problem(f"{key}: debits {debit}, credits {credit}.")


def _chains(report: Report) -> None:
    """Nobody rewrote the audit or the evidence, and signed days say what was signed."""
    public.seal_entries()
    audit, evidence = public.verify_audit(), reconciliation.verify_chain()
    report.audit_head = f"{audit.position}:{audit.head}"
    for sentence in (audit.problem, evidence.sentence if evidence else ""):
        if sentence:
            report.problem(sentence)
    for sentence in reconciliation.seal_problems():
        report.problem(sentence)


def _sandbox_of(connection: Connection) -> Control | None:
    """The sandbox behind a connection, when its origin is one of our allowed ones and is one."""
    url = urlsplit(str(connection.settings.get("base_url", "")))
    origin = f"{url.scheme}://{url.netloc}"
    if origin not in settings.PLUMBLINE_ALLOWED_ORIGINS:
        return None
    control = Control(origin)
    try:
        control.get("state")
    except ControlError:
        return None
    return control


def _compare(report: Report, connection: Connection, control: Control) -> None:
    answer = control.get(f"ledger?system={connection.system}")
    mine = [d for d in answer["duplicates"] if d["system"] == connection.system]
    report.compared_with_target = True
    if connection.role == Connection.Role.POS:
        _source(report, connection, answer["entries"])
    else:
        report.duplicates += sum(len(d["ids"]) - 1 for d in mine)
        for duplicate in mine:
            report.problem(
                f"{duplicate['kind']} {duplicate['key']} exists {len(duplicate['ids'])}×."
            )
        _target(report, connection, answer["entries"])


def _source(report: Report, connection: Connection, entries: Iterable[dict[str, Any]]) -> None:
    """Every receipt that was rung up is in the inbox."""
    rung = {entry["id"] for entry in entries if entry["kind"] == "receipt"}
    known = set(
        public.events()
        .facts()
        .filter(connection=connection, topic="orders")
        .values_list("external_id", flat=True)
    )
    for missing in sorted(rung - known):
        report.lost += 1
        report.problem(f"Receipt {missing} was rung up and never arrived.")


def _target(report: Report, connection: Connection, entries: list[dict[str, Any]]) -> None:
    """What the target has is what we meant: no more, no less, and equal."""
    there = {(each.operation, each.key): each for each in accepted(connection.system, entries)}
    for (operation, key), meant in _wanted(connection).items():
        found = there.get((operation, key))
        if found is None:
            report.lost += 1
            report.problem(f"{operation} {key} is posted here and not at {connection.label}.")
        elif found.amount != meant:
            report.problem(f"{operation} {key}: {meant} was meant, {found.amount} is there.")
    known = {key for _, key in _intended(connection)}
    for operation, key in there:
        if key not in known:
            report.phantom += 1
            report.problem(f"{operation} {key} at {connection.label} belongs to nothing here.")


# Our operation → what it is compared as at the target, and where its key stands.
OPERATIONS = {
    "create-order": ("create-order", "external_ref"),
    "create-credit": ("create-credit", "external_ref"),
    "take-payment": ("take-payment", "transaction_ref"),
    "refund-payment": ("take-payment", "transaction_ref"),
}


def _rows(connection: Connection, **filters: Any) -> Iterable[tuple[str, dict[str, Any]]]:
    rows = public.transfers().filter(connection=connection, operation__in=OPERATIONS, **filters)
    return rows.values_list("operation", "payload").iterator(chunk_size=2000)


def _wanted(connection: Connection) -> dict[tuple[str, str], Decimal]:
    """What must be there, by operation and key, with its gross amount."""
    found: dict[tuple[str, str], Decimal] = {}
    for operation, payload in _rows(connection, state=Transfer.State.POSTED):
        kind, name = OPERATIONS[operation]
        if "amount" in payload:
            amount = Decimal(payload["amount"])
        else:
            amount = sum(
                (Decimal(line["net"]) + Decimal(line["tax"]) for line in payload["lines"]),
                Decimal(0),
            )
        found[(kind, payload[name])] = amount
    return found


def _intended(connection: Connection) -> set[tuple[str, str]]:
    return {
        (OPERATIONS[operation][0], payload[OPERATIONS[operation][1]])
        for operation, payload in _rows(connection)
    }
