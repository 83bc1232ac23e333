"""The sweeps of reconciliation."""

from integrations.public import Runtime, SweepKind
from reconciliation.services import build_due_journals, watch_seals


def journals(rt: Runtime, _: str) -> bool:
    build_due_journals(rt.clock())
    return False


def seals(rt: Runtime, _: str) -> bool:
    watch_seals(rt.clock())
    return False


KINDS = (
    SweepKind("journals", 30, journals, lambda: [""], urgency=8),
    SweepKind("seals", 600, seals, lambda: [""], urgency=9),
)
