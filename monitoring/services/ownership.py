"""Who owns a case: the routing table, read once and applied to many."""

from dataclasses import dataclass
from decimal import Decimal

from monitoring import registry
from monitoring.models import RoutingRule, Team
from monitoring.routing import Routable, Route, Rule, route


@dataclass(frozen=True, slots=True)
class Ownership:
    """The teams and rules at one moment."""

    teams: dict[str, Team]
    rules: tuple[Rule, ...]
    links: dict[int, str]

    @classmethod
    def read(cls) -> "Ownership":
        rules = RoutingRule.objects.filter(enabled=True).select_related("team", "link")
        rows = rules.order_by("position")
        teams = {team.code: team for team in Team.objects.all()}
        links = {row.link_id: row.link.slug for row in rows if row.link_id and row.link}
        return cls(teams, tuple(_rule(row) for row in rows), links)

    def route(self, case: Routable) -> Route:
        """Return the owning team of `case`. A type that is gone goes to the administrators."""
        known = registry.TYPES.get(case.type_key)
        own = (known.store_owner if case.store_code else None) or known.owner if known else "ADM"
        return route(case, self.rules, default=own)

    def team_of(
        self, *, type_key: str, link_id: int | None, store_code: str, value: Decimal, currency: str
    ) -> Team:
        link = self.links.get(link_id, "") if link_id else ""  # a link no rule names needs no slug
        found = self.route(Routable(type_key, link, store_code, value, currency))
        return self.teams[found.team]


def _rule(row: RoutingRule) -> Rule:
    return Rule(
        id=row.pk,
        team=row.team.code,
        type_key=row.type_key,
        link=row.link.slug if row.link else "",
        store_code=row.store_code,
        least_value=row.least_value,
        currency=row.currency,
    )
