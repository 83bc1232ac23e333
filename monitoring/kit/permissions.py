"""The one permission table: nine roles, kept as Django groups, by what each may do.

Roles are read from the database on every request, so a change of groups holds from the next click.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser


class Capability(StrEnum):
    """One thing that a person may or may not do."""

    VIEW_TODAY = "view_today"
    VIEW_EXCEPTIONS = "view_exceptions"
    TRIAGE = "triage"
    REPLAY = "replay"
    VIEW_MAPPINGS = "view_mappings"
    EDIT_MAPPING = "edit_mapping"
    EDIT_MONEY_MAPPING = "edit_money_mapping"
    APPROVE_REPLAY = "approve_replay"
    APPROVE_MONEY_REPLAY = "approve_money_replay"
    VIEW_ORDERS = "view_orders"
    VIEW_MESSAGES = "view_messages"
    VIEW_STOCK = "view_stock"
    APPROVE_STOCK_WRITE = "approve_stock_write"
    VIEW_DAYS = "view_days"
    PREPARE_DAY = "prepare_day"
    SIGN_DAY = "sign_day"
    VIEW_EVIDENCE = "view_evidence"
    VIEW_PAYOUTS = "view_payouts"
    IMPORT_PAYOUTS = "import_payouts"
    VIEW_FLOWS = "view_flows"
    RUN_FLOW = "run_flow"
    PAUSE_FLOW = "pause_flow"
    VIEW_CONNECTIONS = "view_connections"
    EDIT_CONNECTIONS = "edit_connections"
    VIEW_MANUAL = "view_manual"
    TICK_CHECKLIST = "tick_checklist"
    VIEW_SETTINGS = "view_settings"
    EDIT_SETTINGS = "edit_settings"
    MANAGE_USERS = "manage_users"


C = Capability
EVERYBODY = frozenset(
    {C.VIEW_TODAY, C.VIEW_EXCEPTIONS, C.VIEW_ORDERS, C.VIEW_MANUAL, C.TICK_CHECKLIST}
)
OPERATIONS = EVERYBODY | {C.TRIAGE, C.VIEW_STOCK, C.VIEW_FLOWS, C.VIEW_MAPPINGS}
FINANCE = EVERYBODY | {
    *(C.TRIAGE, C.VIEW_DAYS, C.VIEW_EVIDENCE, C.VIEW_PAYOUTS),
    *(C.VIEW_FLOWS, C.VIEW_MAPPINGS, C.VIEW_CONNECTIONS),
}
READING = frozenset(capability for capability in C if capability.startswith("view_"))


@dataclass(frozen=True)
class Role:
    """A job in the business, as a Django group named `slug`."""

    slug: str
    label: str
    capabilities: frozenset[Capability]


ROLES = (
    Role(
        "operator",
        "Operations",
        OPERATIONS
        | {C.REPLAY, C.EDIT_MAPPING, C.APPROVE_REPLAY, C.APPROVE_STOCK_WRITE}
        | {C.RUN_FLOW, C.PAUSE_FLOW}
        | {C.VIEW_CONNECTIONS, C.VIEW_DAYS, C.VIEW_MESSAGES},
    ),
    Role(
        "finance_preparer",
        "Finance, prepares",
        FINANCE
        | {C.REPLAY, C.PREPARE_DAY, C.IMPORT_PAYOUTS, C.EDIT_MONEY_MAPPING}
        | {C.APPROVE_MONEY_REPLAY},
    ),
    Role("finance_approver", "Finance, approves", FINANCE | {C.SIGN_DAY, C.APPROVE_MONEY_REPLAY}),
    Role("store", "Store", EVERYBODY | {C.TRIAGE, C.VIEW_STOCK, C.VIEW_DAYS}),
    Role("warehouse", "Warehouse", OPERATIONS | {C.REPLAY}),
    Role("merchandising", "Merchandising", OPERATIONS | {C.REPLAY, C.EDIT_MAPPING}),
    Role("customer_experience", "Customer experience", EVERYBODY | {C.TRIAGE, C.VIEW_STOCK}),
    Role("admin", "Administrator", frozenset(C) - {C.PREPARE_DAY, C.SIGN_DAY}),
    Role("auditor", "Auditor, reads only", READING),
)
BY_SLUG = {role.slug: role for role in ROLES}


def roles_of(user: "AbstractUser | AnonymousUser") -> tuple[Role, ...]:
    """Return the roles of `user`, in the table's order. One query, kept for this request only."""
    if not user.is_authenticated or not user.is_active:
        return ()
    kept = vars(user)
    if "_role_slugs" not in kept:
        kept["_role_slugs"] = frozenset(user.groups.values_list("name", flat=True))
    slugs = kept["_role_slugs"]
    return tuple(role for role in ROLES if role.slug in slugs)


def can(user: "AbstractUser | AnonymousUser", capability: Capability | str) -> bool:
    """Say whether `user` may do `capability`.

    A superuser has the administrator's capabilities: nobody prepares or signs a day without
    holding that role by name. An unknown capability raises ValueError.
    """
    wanted = Capability(capability)
    roles = roles_of(user)
    if user.is_active and getattr(user, "is_superuser", False):
        roles = (*roles, BY_SLUG["admin"])
    return any(wanted in role.capabilities for role in roles)


def holders(capability: Capability) -> Iterable[str]:
    """Name the roles that hold `capability`, for the page that refuses somebody."""
    return [role.label for role in ROLES if capability in role.capabilities]


def ensure_groups(**_signal: object) -> None:
    """Create the groups of the nine roles. Safe to repeat; runs after every migrate."""
    from django.contrib.auth.models import Group  # the registry is not ready at import

    for role in ROLES:
        Group.objects.get_or_create(name=role.slug)
