"""Teams as the operating model names them, and who leads them: added and changed, never removed."""

from dataclasses import dataclass
from datetime import datetime, time
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.db import transaction

from integrations import public
from monitoring.models import Team

if TYPE_CHECKING:
    from django.contrib.auth.models import User


@dataclass(frozen=True, slots=True)
class TeamLine:
    """One team; `weekdays` are numbers, Monday is 0; `members` are user names."""

    code: str
    name: str
    members: tuple[str, ...]
    timezone: str
    opens: time
    closes: time
    weekdays: str


def teams_in_force() -> list[TeamLine]:
    """Every team with its members, by code."""
    return [
        TeamLine(
            code=team.code,
            name=team.name,
            members=tuple(sorted(user.get_username() for user in team.members.all())),
            timezone=team.timezone,
            opens=team.opens,
            closes=team.closes,
            weekdays=team.weekdays,
        )
        for team in Team.objects.prefetch_related("members").order_by("code")
    ]


@transaction.atomic
def put_teams(lines: list[TeamLine]) -> None:
    """Add or change these teams. Raises ValueError naming every member who is not a user."""
    names = {name for line in lines for name in line.members}
    field = get_user_model().USERNAME_FIELD
    users = {user.get_username(): user for user in _users(field, names)}
    if unknown := sorted(names - set(users)):
        raise ValueError("\n".join(f"teams: there is no user “{name}”." for name in unknown))
    for line in lines:
        team, _ = Team.objects.update_or_create(
            code=line.code,
            defaults={
                "name": line.name,
                "timezone": line.timezone,
                "opens": line.opens,
                "closes": line.closes,
                "weekdays": line.weekdays,
            },
        )
        team.members.set([users[name] for name in line.members])


def _users(field: str, names: set[str]):  # type: ignore[no-untyped-def]
    return get_user_model().objects.filter(**{f"{field}__in": names})


@transaction.atomic
def set_ladder(
    *, team: Team, lead: "User | None", backup: "User | None", by: "User", now: datetime
) -> None:
    """Say who leads a team and who stands in. Nobody is a possible answer."""
    before = _ladder(team)
    team.lead, team.backup = lead, backup
    team.save(update_fields=("lead", "backup"))
    if _ladder(team) != before:
        public.record_audit(
            by=by,
            action="team.ladder",
            subject=team.name,
            before=before,
            after=_ladder(team),
            now=now,
        )


def _ladder(team: Team) -> dict[str, str]:
    people = (("lead", team.lead), ("backup", team.backup))
    return {part: user.get_username() if user else "" for part, user in people}
