"""The front door of the hub: tables to read, facts for detectors, commands for people.

QuerySets may be filtered, paged and aggregated; they are never saved.
"""

from django.db.models import QuerySet

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
    ReplayItem,
    ReplayRun,
    Retailer,
    StockMovement,
    StockReading,
    Store,
    StreamCursor,
    Sweep,
    Transfer,
    TransferAttempt,
    ValueUse,
)
from integrations.operating_model.policy import Cadence, Pace, StockPolicy
from integrations.ports import Choice, Probe
from integrations.services.audit import By, record_audit
from integrations.services.audit_chain import ChainState, seal_entries, verify_audit
from integrations.services.blast import Blast, Day, preview_change, recheck
from integrations.services.census import ask_for_census, is_under_way, witness_census
from integrations.services.choices import choices_read_at
from integrations.services.choices import read_choices as choices
from integrations.services.choices import read_lists as choice_lists
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
from integrations.services.coverage import Coverage, coverage, documents_using, one_each
from integrations.services.day_marks import (
    closed_days,
    day_version,
    dirty_days,
    lock_day,
    mark_day,
)
from integrations.services.day_marks import seen as day_is_seen
from integrations.services.differences import Differences, Plain, find_differences
from integrations.services.health_figures import HealthFigures, health_figures
from integrations.services.idle import Pending, pending, run_until_idle
from integrations.services.mapping_files import (
    SheetDifference,
    export_rows,
    import_rows,
    preview_import,
)
from integrations.services.mapping_history import Step, roll_back, roll_back_to, steps_back
from integrations.services.mappings import MappingError, delete_row, latest_number, set_row
from integrations.services.noticed import KIND as NOTICED
from integrations.services.outbound import Outcome, check_hook
from integrations.services.outbound import post as post_hook
from integrations.services.places import Places, places
from integrations.services.plan_tills import ECHO_REASON
from integrations.services.policy import ledger_currency, link_policy
from integrations.services.publish import in_flight
from integrations.services.rehearsal import Moved, Proposal, Rehearsed
from integrations.services.replay_approval import (
    RunError,
    approve,
    ask_again,
    go_on,
    refuse,
)
from integrations.services.replay_preview import ReplayPreview, Verdict, preview_replay
from integrations.services.replay_progress import Stage, stage_of, standings
from integrations.services.replay_runs import latest_run
from integrations.services.reversal import ReversalPlan, reversal_plan
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
roll_back_mapping = roll_back
roll_back_mappings_to = roll_back_to
latest_mapping_version = latest_number
approve_replay = approve
refuse_replay = refuse
ask_for_replay_again = ask_again
let_replay_go_on = go_on


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


def replay_runs() -> "models.replays.ReplayRunQuerySet":
    return ReplayRun.objects.all()


def replay_items() -> QuerySet[ReplayItem]:
    return ReplayItem.objects.all()


def value_uses() -> QuerySet[ValueUse]:
    return ValueUse.objects.all()


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
    "MAPPING_TABLES",
    "NOTICED",
    "ORDER_KINDS",
    "TABLES",
    "AddressError",
    "AuditEntry",
    "Blast",
    "By",
    "Cadence",
    "CallLog",
    "CatalogueItem",
    "ChainState",
    "ChannelLevel",
    "Choice",
    "CommandError",
    "Connection",
    "Coverage",
    "Day",
    "DayMark",
    "Differences",
    "Document",
    "DocumentLine",
    "DocumentLink",
    "DocumentTender",
    "HealthFigures",
    "Hold",
    "InboundEvent",
    "JournalLine",
    "Link",
    "MappingChange",
    "MappingError",
    "MappingRow",
    "MappingTable",
    "Moved",
    "Outcome",
    "Pace",
    "Pending",
    "Places",
    "Plain",
    "Probe",
    "Projection",
    "Proposal",
    "RateBudget",
    "Rehearsed",
    "Release",
    "ReplayItem",
    "ReplayPreview",
    "ReplayResult",
    "ReplayRun",
    "Retailer",
    "ReversalPlan",
    "RunError",
    "Runtime",
    "SealBrokenError",
    "SheetDifference",
    "SheetError",
    "Stage",
    "Step",
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
    "ValueUse",
    "Verdict",
    "adopt_unknown",
    "approve_levels",
    "approve_replay",
    "ask_for_census",
    "ask_for_replay_again",
    "attempts",
    "audit_entries",
    "budgets",
    "calls",
    "catalogue",
    "channel_levels",
    "check_hook",
    "choice_lists",
    "choices",
    "choices_read_at",
    "closed_days",
    "connections",
    "coverage",
    "cursors",
    "day_is_seen",
    "day_version",
    "delete_mapping",
    "dirty_days",
    "disarm",
    "dismiss_hold",
    "document_lines",
    "document_links",
    "document_tenders",
    "documents",
    "documents_using",
    "events",
    "export_rows",
    "find_differences",
    "health_figures",
    "hold_back",
    "hold_journal",
    "holds",
    "import_rows",
    "in_flight",
    "is_under_way",
    "kick",
    "latest_mapping_version",
    "latest_run",
    "ledger_currency",
    "let_replay_go_on",
    "link_policy",
    "links",
    "live",
    "lock_day",
    "mapping_changes",
    "mapping_rows",
    "mark_day",
    "movements",
    "new_token",
    "one_each",
    "pause_connection",
    "pending",
    "places",
    "post_hook",
    "preview_change",
    "preview_import",
    "preview_release",
    "preview_replay",
    "project",
    "readings",
    "recheck",
    "record_audit",
    "refuse_replay",
    "register",
    "replay_document",
    "replay_holds",
    "replay_items",
    "replay_runs",
    "replay_transfer",
    "resume_connection",
    "retailer",
    "reversal_plan",
    "roll_back_mapping",
    "roll_back_mappings_to",
    "run_flow",
    "run_until_idle",
    "seal",
    "seal_entries",
    "send_unknown_again",
    "set_mapping",
    "set_pace",
    "stage_of",
    "standings",
    "start_census",
    "steps_back",
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
    "value_uses",
    "verify_audit",
    "witness_census",
]
