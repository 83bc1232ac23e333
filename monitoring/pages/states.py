"""States in plain words with their tone: connections, documents, transfers. Pure.

A light is green only when the newest answer is fresh; silence is never green.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from integrations.public import Connection, Document, Transfer

FRESH = timedelta(minutes=5)  # a connection is polled far more often than this


@dataclass(frozen=True)
class State:
    """A word and its tone, and one sentence for who asks why."""

    word: str
    tone: str
    sentence: str = ""


TROUBLES = {
    "unauthorised": State("refuses us", "wrong"),
    "unavailable": State("no answer", "wrong"),
    "throttled": State("at its limit", "soon"),
}


def connection_state(connection: Connection, *, now: datetime) -> State:
    """Say how a connection is. What people switched off comes before what broke."""
    if connection.state == Connection.State.DISABLED:
        return State("off", "unknown", "Switched off: nothing is received and nothing is sent.")
    if connection.state == Connection.State.PAUSED:
        why = f" Reason: {connection.state_reason}." if connection.state_reason else ""
        return State("paused", "waiting", f"Paused: news is kept and nothing is sent.{why}")
    if connection.trouble:
        state = TROUBLES.get(connection.trouble, State("in trouble", "wrong"))
        return State(state.word, state.tone, connection.trouble_sentence)
    if connection.last_success_at is None:
        return State("not asked yet", "unknown", "No question has been answered so far.")
    if now - connection.last_success_at > FRESH:
        return State("silent", "soon", "Its last answer is older than five minutes.")
    return State("in touch", "agrees", "Answers as it should.")


DOCUMENTS = {
    Document.State.OPEN: State("Not finished at the till", "unknown"),
    Document.State.PARKED: State("Waits for its sale", "waiting"),
    Document.State.HELD: State("Needs a person", "soon"),
    Document.State.POSTING: State("On its way", "waiting"),
    Document.State.POSTED: State("Complete", "agrees"),
    Document.State.SKIPPED: State("Not needed", "unknown"),
    Document.State.DISMISSED: State("Dismissed", "unknown"),
}
PROVING = State("Being read back", "waiting")  # all is sent, and not all of it is proved
TRANSFERS = {
    Transfer.State.READY: State("Next to go", "waiting"),
    Transfer.State.SENDING: State("Being sent", "waiting"),
    Transfer.State.UNKNOWN: State("Checking what happened", "soon"),
    Transfer.State.HELD: State("Needs a person", "soon"),
    Transfer.State.POSTED: State("Sent", "agrees"),
    Transfer.State.DISMISSED: State("Dismissed", "unknown"),
    Transfer.State.SUPERSEDED: State("Replaced by a newer one", "unknown"),
}


def document_state(document: Document) -> State:
    return DOCUMENTS[Document.State(document.state)]


def transfer_state(transfer: Transfer) -> State:
    """Say where a transfer is. Sent and read back equal is more than sent."""
    if transfer.state == Transfer.State.READY and transfer.waiting:
        return State("Waits its turn", "waiting")
    if transfer.state == Transfer.State.POSTED and transfer.verified_at:
        return State("Sent and checked", "agrees")
    return TRANSFERS[Transfer.State(transfer.state)]


OPERATIONS = {
    "create-order": "Sales order",
    "create-credit": "Sales credit",
    "take-payment": "Payment",
    "refund-payment": "Refund",
    "issue-goods-out": "Goods-out note",
    "ship-goods-out": "Goods shipped",
    "receive-goods-in": "Goods-in note",
    "close-order": "Invoice",
    "close-credit": "Credit note closed",
    "post-journal": "Day journal",
    "set-level": "Stock level",
    "put-product": "Product",
}


def operation_words(operation: str) -> str:
    return OPERATIONS.get(operation, operation.replace("-", " ").capitalize())


FLOWS = {
    "sales-order-to-erp": "Store sales",
    "sales-credit-to-erp": "Returns",
    "stock-to-channel": "Stock levels",
    "product-to-channel": "Products and prices",
    "day-journal-to-erp": "Day journals",
}


def flow_words(flow: str) -> str:
    """Return a flow's name as people say it; a new flow is spelt out until it has one."""
    if flow in FLOWS:
        return FLOWS[flow]
    words = flow.replace("-", " ").replace(" erp", " ERP")
    return words[:1].upper() + words[1:]
