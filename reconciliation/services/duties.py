"""Who may do what to a day: roles, and never both sides of one day by one person."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db.models import Q

from monitoring.kit.formats import money
from monitoring.kit.permissions import Capability, can, holders
from reconciliation.models import DayJournal, SignerLimit, SignOff, StoreDay, VarianceNote
from reconciliation.services.days import limits
from reconciliation.services.errors import RefusedError

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def require(user: "User", capability: Capability, what: str) -> None:
    """Raise RefusedError unless one of the user's roles may do it."""
    if not can(user, capability):
        roles = " or ".join(holders(capability))
        raise RefusedError(f"Your role may not {what}. Ask {roles}.")


def involved(day: StoreDay) -> list["User"]:
    """Whoever prepared or explained this round of the day, or reversed a journal of it in it."""
    steps = SignOff.objects.filter(day=day)
    opened = steps.filter(step=SignOff.Step.REOPENED).order_by("-at").first()
    prepared = steps.filter(round=day.round, step=SignOff.Step.PREPARED)
    noted = VarianceNote.objects.filter(day=day, round=day.round)
    reversals = DayJournal.objects.of_day(day.store_code, day.business_date).exclude(reverses=None)
    if opened is not None:
        reversals = reversals.filter(built_at__gt=opened.at)
    users = get_user_model().objects.filter(
        Q(pk__in=prepared.values("by"))
        | Q(pk__in=noted.values("by"))
        | Q(username__in=reversals.values("by_name"))
    )
    return list(users.order_by("pk"))


def refuse_same_person(day: StoreDay, signer: "User") -> None:
    """Raise RefusedError when the signer, or an account of theirs, had a hand in the day."""
    for person in involved(day):
        if person.pk == signer.pk:
            raise RefusedError(
                "You prepared or explained this day or reversed a journal of it, so somebody else "
                "has to sign it."
            )
        if _mailbox(person) and _mailbox(person) == _mailbox(signer):
            name = person.get_username()
            raise RefusedError(
                f"{name} prepared or explained this day or reversed a journal of it, and has your "
                "e-mail address. Somebody else has to sign it."
            )


def _mailbox(user: "User") -> str:
    return user.email.strip().casefold()


def sign_limit(day: StoreDay, signer: "User") -> Decimal:
    own = SignerLimit.objects.filter(user=signer).first()
    return own.amount if own else limits(day.store_code).sign


def refuse_beyond_limit(day: StoreDay, signer: "User", explained: Decimal, currency: str) -> None:
    """Raise RefusedError when more was explained than this person may take on."""
    limit = sign_limit(day, signer)
    if explained > limit:
        raise RefusedError(
            f"{money(explained, currency)} of this day is explained, your limit is "
            f"{money(limit, currency)}. Ask an approver with a higher limit."
        )
