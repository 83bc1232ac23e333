"""The front door of the hub: tables to read, facts for detectors, commands for people.

QuerySets may be filtered, paged and aggregated; they are never saved.
"""

from django.db.models import QuerySet

from integrations import mapping_desk as desk
from integrations import models
from integrations.canonical.effects import JournalLine
from integrations.connectors.addresses import AddressError
from integrations.mapping.sheets import SheetError, disarm
from integrations.mapping.tables import (
    JOURNAL_ACCOUNTS,
    MAPPING_TABLES,
    ORDER_KINDS,
    TABLES,
    MappingTable,
    TargetField,
)
from integrations.models import (
    AuditEntry,
    CallLog,
    CatalogueItem,
    ChannelLevel,
    Connection,
    DayMark,
    Document,
    DocumentLine,
    DocumentLink,
    DocumentTender,
    Hold,
    InboundEvent,
    Link,
    MappingChange,
    MappingRow,
    RateBudget,
    Retailer,
    StockMovement,
    StockReading,
    Store,
    StreamCursor,
    Sweep,
    Transfer,
    TransferAttempt,
)
from integrations.operating_model.policy import Cadence, Pace, StockPolicy
from integrations.ports import Choice, Probe
from integrations.services.audit import By, record_audit
from integrations.services.audit_chain import ChainState, seal_entries, verify_audit
from integrations.services.census import ask_for_census, is_under_way, witness_census
from integrations.services.choices import read_choices as choices
from integrations.services.commands import (
    CommandError,
    Release,
    ReplayResult,
    adopt_unknown,
    approve_levels,
    dismiss_hold,
    pause_connection,
    preview_release,
    replay_document,
    replay_holds,
    replay_transfer,
    resume_connection,
    run_flow,
    send_unknown_again,
    test_connection,
)
from integrations.services.day_marks import (
    closed_days,
    day_version,
    dirty_days,
    lock_day,
    mark_day,
)
from integrations.services.day_marks import seen as day_is_seen
from integrations.services.differences import Differences, Plain, find_differences
from integrations.services.find import LOOKED_IN, Found, find
from integrations.services.health_figures import HealthFigures, health_figures
from integrations.services.idle import Pending, pending, run_until_idle
from integrations.services.mapping_files import (
    SheetDifference,
    export_rows,
    import_rows,
    preview_import,
)
from integrations.services.mappings import MappingError, delete_row, set_row
from integrations.services.noticed import KIND as NOTICED
from integrations.services.outbound import Outcome, check_hook
from integrations.services.outbound import post as post_hook
from integrations.services.places import Places, places
from integrations.services.plan_tills import ECHO_REASON
from integrations.services.policy import ledger_currency, link_policy, mapping_tables
from integrations.services.publish import in_flight
from integrations.services.replay_preview import ReplayPreview, Verdict, preview_replay
from integrations.services.runtime import Runtime, new_token, system_now
from integrations.services.schedule import SweepKind, kick, register, sync_sweeps
from integrations.services.sealing import SealBrokenError, seal, unseal
from integrations.services.stock_commands import hold_back, set_pace, start_census
from integrations.services.stock_pace import Projection, Trade, project, trade
from integrations.services.submit import hold_journal, submit_journal
from integrations.services.trading_day import trading_day
from integrations.services.wiring import live

set_mapping = set_row
delete_mapping = delete_row


def connections() -> QuerySet[Connection]:
    return Connection.objects.all()


def links() -> QuerySet[Link]:
    return Link.objects.select_related("channel", "owner")


def stores() -> QuerySet[Store]:
    return Store.objects.all()


def retailer() -> Retailer | None:
    return Retailer.objects.first()


def documents() -> "models.ledger.DocumentQuerySet":
    return Document.objects.all()


def document_lines() -> QuerySet[DocumentLine]:
    return DocumentLine.objects.all()


def document_tenders() -> QuerySet[DocumentTender]:
    return DocumentTender.objects.all()


def document_links() -> QuerySet[DocumentLink]:
    return DocumentLink.objects.all()


def transfers() -> "models.outbox.TransferQuerySet":
    return Transfer.objects.all()


def attempts() -> QuerySet[TransferAttempt]:
    return TransferAttempt.objects.all()


def holds() -> "models.holds.HoldQuerySet":
    return Hold.objects.all()


def events() -> "models.inbox.InboundEventQuerySet":
    return InboundEvent.objects.all()


def calls() -> QuerySet[CallLog]:
    return CallLog.objects.all()


def catalogue() -> QuerySet[CatalogueItem]:
    return CatalogueItem.objects.all()


def readings() -> QuerySet[StockReading]:
    return StockReading.objects.all()


def channel_levels() -> QuerySet[ChannelLevel]:
    return ChannelLevel.objects.all()


def movements() -> QuerySet[StockMovement]:
    return StockMovement.objects.all()


def mapping_rows() -> QuerySet[MappingRow]:
    return MappingRow.objects.all()


def mapping_changes() -> QuerySet[MappingChange]:
    return MappingChange.objects.all()


def sweeps() -> QuerySet[Sweep]:
    return Sweep.objects.all()


def cursors() -> QuerySet[StreamCursor]:
    return StreamCursor.objects.all()


def budgets() -> QuerySet[RateBudget]:
    return RateBudget.objects.all()


def audit_entries() -> QuerySet[AuditEntry]:
    return AuditEntry.objects.all()


__all__ = [
    "ECHO_REASON",
    "JOURNAL_ACCOUNTS",
    "LOOKED_IN",
    "MAPPING_TABLES",
    "NOTICED",
    "ORDER_KINDS",
    "TABLES",
    "AddressError",
    "AuditEntry",
    "By",
    "Cadence",
    "CallLog",
    "CatalogueItem",
    "ChainState",
    "ChannelLevel",
    "Choice",
    "CommandError",
    "Connection",
    "DayMark",
    "Differences",
    "Document",
    "DocumentLine",
    "DocumentLink",
    "DocumentTender",
    "Found",
    "HealthFigures",
    "Hold",
    "InboundEvent",
    "JournalLine",
    "Link",
    "MappingChange",
    "MappingError",
    "MappingRow",
    "MappingTable",
    "Outcome",
    "Pace",
    "Pending",
    "Places",
    "Plain",
    "Probe",
    "Projection",
    "RateBudget",
    "Release",
    "ReplayPreview",
    "ReplayResult",
    "Retailer",
    "Runtime",
    "SealBrokenError",
    "SheetDifference",
    "SheetError",
    "StockMovement",
    "StockPolicy",
    "StockReading",
    "Store",
    "StreamCursor",
    "Sweep",
    "SweepKind",
    "TargetField",
    "Trade",
    "Transfer",
    "TransferAttempt",
    "Verdict",
    "adopt_unknown",
    "approve_levels",
    "ask_for_census",
    "attempts",
    "audit_entries",
    "budgets",
    "calls",
    "catalogue",
    "channel_levels",
    "check_hook",
    "choices",
    "closed_days",
    "connections",
    "cursors",
    "day_is_seen",
    "day_version",
    "delete_mapping",
    "desk",
    "dirty_days",
    "disarm",
    "dismiss_hold",
    "document_lines",
    "document_links",
    "document_tenders",
    "documents",
    "events",
    "export_rows",
    "find",
    "find_differences",
    "health_figures",
    "hold_back",
    "hold_journal",
    "holds",
    "import_rows",
    "in_flight",
    "is_under_way",
    "kick",
    "ledger_currency",
    "link_policy",
    "links",
    "live",
    "lock_day",
    "mapping_changes",
    "mapping_rows",
    "mapping_tables",
    "mark_day",
    "movements",
    "new_token",
    "pause_connection",
    "pending",
    "places",
    "post_hook",
    "preview_import",
    "preview_release",
    "preview_replay",
    "project",
    "readings",
    "record_audit",
    "register",
    "replay_document",
    "replay_holds",
    "replay_transfer",
    "resume_connection",
    "retailer",
    "run_flow",
    "run_until_idle",
    "seal",
    "seal_entries",
    "send_unknown_again",
    "set_mapping",
    "set_pace",
    "start_census",
    "stores",
    "submit_journal",
    "sweeps",
    "sync_sweeps",
    "system_now",
    "test_connection",
    "trade",
    "trading_day",
    "transfers",
    "unseal",
    "verify_audit",
    "witness_census",
]
