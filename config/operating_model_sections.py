"""The sections of the operating model that monitoring stores."""

from datetime import datetime
from typing import Any, get_args

from integrations.operating_model.schema import RoutingRule, Team, Weekday
from integrations.services.audit import By
from integrations.services.operating_model import Sections
from monitoring import public as monitoring
from monitoring.services.teams import TeamLine, put_teams, teams_in_force

WEEKDAYS: tuple[str, ...] = get_args(Weekday)


class TeamsSection:
    def read(self) -> Any:
        return {
            line.code: {
                "name": line.name,
                "members": line.members,
                "timezone": line.timezone,
                "opens": line.opens,
                "closes": line.closes,
                "weekdays": [WEEKDAYS[int(day)] for day in line.weekdays],
            }
            for line in teams_in_force()
        }

    def write(self, value: dict[str, Team], *, by: By, reason: str, now: datetime) -> None:
        put_teams([_team(code, team) for code, team in value.items()])


def _team(code: str, team: Team) -> TeamLine:
    return TeamLine(
        code=code,
        name=team.name,
        members=tuple(sorted(team.members)),
        timezone=team.timezone,
        opens=team.opens,
        closes=team.closes,
        weekdays="".join(str(WEEKDAYS.index(day)) for day in team.weekdays),
    )


class RoutingSection:
    def read(self) -> Any:
        return [
            {
                "team": line.team,
                "type": line.type_key,
                "link": line.link,
                "store": line.store_code,
                "least_value": line.least_value,
                "currency": line.currency,
                "note": line.note,
                "enabled": line.enabled,
            }
            for line in monitoring.rules_in_force()
        ]

    def write(self, value: tuple[RoutingRule, ...], *, by: By, reason: str, now: datetime) -> None:
        lines = [
            monitoring.RuleLine(
                team=rule.team,
                type_key=rule.type,
                link=rule.link,
                store_code=rule.store,
                least_value=rule.least_value,
                currency=rule.currency,
                note=rule.note,
                enabled=rule.enabled,
            )
            for rule in value
        ]
        monitoring.replace_rules(lines, by=by, reason=reason, now=now)


SECTIONS: Sections = {"teams": TeamsSection(), "routing": RoutingSection()}
