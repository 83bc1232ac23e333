"""Who may sign in and what they may do: each change is audited, and holds from the next click."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from integrations import public
from monitoring.kit.permissions import BY_SLUG, Capability
from monitoring.models import Team

if TYPE_CHECKING:
    from django.contrib.auth.models import User


class PeopleError(ValueError):
    """It was not done; the sentence says why."""


@transaction.atomic
def add_person(
    *, username: str, name: str, email: str, password: str, by: "User", now: datetime
) -> "User":
    """Make an account without any role. Raises PeopleError for a taken name or a weak password."""
    users = get_user_model().objects
    if users.filter(username__iexact=username).exists():
        raise PeopleError(f"There is somebody called “{username}” already.")
    first, _, last = name.strip().partition(" ")
    person = get_user_model()(username=username, first_name=first, last_name=last, email=email)
    try:
        validate_password(password, person)
    except ValidationError as error:
        raise PeopleError(" ".join(error.messages)) from None
    person.set_password(password)
    person.save()
    public.record_audit(
        by=by, action="person.add", subject=person.username, after=_state(person), now=now
    )
    return person


@transaction.atomic
def change_person(
    *,
    person: "User",
    roles: Iterable[str],
    teams: Iterable[str],
    is_active: bool,
    by: "User",
    now: datetime,
) -> None:
    """Set roles, teams and the right to sign in. Raises PeopleError when `by` would lose access."""
    wanted = sorted(set(roles) & BY_SLUG.keys())
    keeps = any(Capability.MANAGE_USERS in BY_SLUG[slug].capabilities for slug in wanted)
    if person.pk == by.pk and not by.is_superuser and not (keeps and is_active):
        raise PeopleError("You cannot take your own access away. Ask another administrator.")
    before = _state(person)
    person.groups.set(Group.objects.filter(name__in=wanted))
    person.teams.set(Team.objects.filter(code__in=list(teams)))
    if person.is_active != is_active:
        person.is_active = is_active
        person.save(update_fields=("is_active",))
    after = _state(person)
    if after != before:
        public.record_audit(
            by=by,
            action="person.change",
            subject=person.username,
            before=before,
            after=after,
            now=now,
        )


def _state(person: "User") -> dict[str, Any]:
    teams: Any = person.teams
    return {
        "roles": sorted(person.groups.values_list("name", flat=True)),
        "teams": sorted(teams.values_list("code", flat=True)),
        "may sign in": person.is_active,
    }
