"""The assumptions in force: defaults, and what an administrator changed."""

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import transaction

from integrations import public
from monitoring.models import Assumption
from monitoring.value import Assumptions

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractBaseUser


def figures_in_force() -> Assumptions:
    """Read the figures, and the currency of the retailer's ledger."""
    changed = dict(Assumption.objects.values_list("key", "value"))
    retailer = public.retailer()
    return Assumptions(currency=retailer.currency if retailer else "GBP", changed=changed)


def change_figure(
    *, key: str, value: Decimal, by: "AbstractBaseUser", reason: str, now: datetime
) -> None:
    """Set one assumption. Raises KeyError for a figure that does not exist, ValueError below zero.

    Open cases are reckoned again at the next refresh.
    """
    before = figures_in_force()[key]
    if value < 0:
        raise ValueError(f"{key} cannot be less than nothing.")
    with transaction.atomic():
        Assumption.objects.update_or_create(
            key=key,
            defaults={"value": value, "changed_at": now, "changed_by": by.get_username()},
        )
        public.record_audit(
            by=by,
            action="figure.change",
            subject=key,
            before={"value": str(before)},
            after={"value": str(value)},
            reason=reason,
            now=now,
        )
