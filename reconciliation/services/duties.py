"""Who may do what to a day: roles, and never both sides of one day by one person."""

from decimal import Decimal
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model

from monitoring.kit.formats import money
from monitoring.kit.permissions import Capability, can, holders
from reconciliation.models import LateItem, SignerLimit, SignOff, StoreDay, VarianceNote
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
    """Whoever prepared or explained this round of the day, or decided its late receipts."""
    round = {"day": day, "round": day.round}
    ids = {
        *SignOff.objects.filter(**round, step=SignOff.Step.PREPARED).values_list("by", flat=True),
        *VarianceNote.objects.filter(**round).values_list("by", flat=True),
        *LateItem.objects.filter(**round)
        .exclude(decided_by=None)
        .values_list("decided_by", flat=True),
    }
    return list(get_user_model().objects.filter(pk__in=ids).order_by("pk"))


def refuse_same_person(day: StoreDay, signer: "User") -> None:
    """Raise RefusedError when the signer, or an account of theirs, had a hand in the day."""
    for person in involved(day):
        if person.pk == signer.pk:
            raise RefusedError(
                "You prepared or explained this day, so somebody else has to sign it."
            )
        if _mailbox(person) and _mailbox(person) == _mailbox(signer):
            raise RefusedError(
                f"{person.get_username()} prepared or explained this day and has your e-mail "
                "address. Somebody else has to sign it."
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
