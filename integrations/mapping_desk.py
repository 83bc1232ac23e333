"""The front door's wing for the mapping desk, reached as `public.desk`.

What a change would do, what a save lets go and who approves it, versions, and how complete the
tables are. QuerySets may be filtered, paged and aggregated; they are never saved.
"""

from django.db.models import QuerySet

from integrations.models import ReplayItem, ReplayRun, ValueUse
from integrations.models.replays import ReplayRunQuerySet
from integrations.services.blast import Blast, Day, preview_change, recheck
from integrations.services.choices import choices_read_at
from integrations.services.choices import read_lists as choice_lists
from integrations.services.coverage import Coverage, coverage, documents_using, one_each
from integrations.services.mapping_files import fingerprint, replace_rows
from integrations.services.mapping_history import Step, roll_back, roll_back_to, steps_back
from integrations.services.mappings import latest_number
from integrations.services.rehearsal import Moved, Proposal, Rehearsed
from integrations.services.replay_approval import RunError, approve, ask_again, go_on, refuse
from integrations.services.replay_progress import Stage, stage_of, standings
from integrations.services.replay_runs import latest_run
from integrations.services.reversal import ReversalPlan, reversal_plan


def runs() -> ReplayRunQuerySet:
    return ReplayRun.objects.all()


def items() -> QuerySet[ReplayItem]:
    return ReplayItem.objects.all()


def value_uses() -> QuerySet[ValueUse]:
    return ValueUse.objects.all()


__all__ = [
    "Blast",
    "Coverage",
    "Day",
    "Moved",
    "Proposal",
    "Rehearsed",
    "ReplayItem",
    "ReplayRun",
    "ReversalPlan",
    "RunError",
    "Stage",
    "Step",
    "ValueUse",
    "approve",
    "ask_again",
    "choice_lists",
    "choices_read_at",
    "coverage",
    "documents_using",
    "fingerprint",
    "go_on",
    "items",
    "latest_number",
    "latest_run",
    "one_each",
    "preview_change",
    "recheck",
    "refuse",
    "replace_rows",
    "reversal_plan",
    "roll_back",
    "roll_back_to",
    "runs",
    "stage_of",
    "standings",
    "steps_back",
    "value_uses",
]
