"""Every table of the integration hub."""

from integrations.models.audit import AuditEntry, AuditSeal
from integrations.models.calls import CallLog
from integrations.models.choices import ChoiceList
from integrations.models.connections import (
    Connection,
    Link,
    RateBudget,
    Retailer,
    Store,
    StreamCursor,
)
from integrations.models.days import DayMark
from integrations.models.holds import Hold
from integrations.models.inbox import InboundEvent
from integrations.models.ledger import (
    CatalogueItem,
    Document,
    DocumentLine,
    DocumentLink,
    DocumentTender,
)
from integrations.models.mappings import MappingChange, MappingRow, ValueUse
from integrations.models.outbox import Transfer, TransferAttempt
from integrations.models.replays import ReplayItem, ReplayRun
from integrations.models.schedule import Sweep
from integrations.models.stock import ChannelLevel, StockMovement, StockReading
from integrations.models.tokens import RenewedTokens

__all__ = [
    "AuditEntry",
    "AuditSeal",
    "CallLog",
    "CatalogueItem",
    "ChannelLevel",
    "ChoiceList",
    "Connection",
    "DayMark",
    "Document",
    "DocumentLine",
    "DocumentLink",
    "DocumentTender",
    "Hold",
    "InboundEvent",
    "Link",
    "MappingChange",
    "MappingRow",
    "RateBudget",
    "RenewedTokens",
    "ReplayItem",
    "ReplayRun",
    "Retailer",
    "StockMovement",
    "StockReading",
    "Store",
    "StreamCursor",
    "Sweep",
    "Transfer",
    "TransferAttempt",
    "ValueUse",
]
