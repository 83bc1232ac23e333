"""Every write of reconciliation, and the journals that follow from a day."""

from reconciliation.content import shown
from reconciliation.facts import read_day
from reconciliation.services.chain import Broken, verify_chain
from reconciliation.services.days import build_due_journals, policy_sentences, refresh_day
from reconciliation.services.drill import shares
from reconciliation.services.duties import involved, sign_limit
from reconciliation.services.errors import ConflictError, DayError, NotReadyError, RefusedError
from reconciliation.services.journals import cash_events, day_receipts, journal_lines, stored_lines
from reconciliation.services.late import LatePreview, decide_late, late_items, late_preview
from reconciliation.services.looking import look
from reconciliation.services.notes import explain_variance
from reconciliation.services.reversal import reverse_journal
from reconciliation.services.seal import watch_seals
from reconciliation.services.signing import (
    prepare,
    reopen,
    send_back,
    sign,
    why_not_prepare,
    why_not_sign,
)

__all__ = [
    "Broken",
    "ConflictError",
    "DayError",
    "LatePreview",
    "NotReadyError",
    "RefusedError",
    "build_due_journals",
    "cash_events",
    "day_receipts",
    "decide_late",
    "explain_variance",
    "involved",
    "journal_lines",
    "late_items",
    "late_preview",
    "look",
    "policy_sentences",
    "prepare",
    "read_day",
    "refresh_day",
    "reopen",
    "reverse_journal",
    "send_back",
    "shares",
    "shown",
    "sign",
    "sign_limit",
    "stored_lines",
    "verify_chain",
    "watch_seals",
    "why_not_prepare",
    "why_not_sign",
]
