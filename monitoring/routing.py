"""Who owns a case: rules in order, the last match wins; without one, the type's team. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Rule:
    """Sends what matches to `team`. An empty condition matches everything."""

    id: int
    team: str
    type_key: str = ""
    link: str = ""
    store_code: str = ""
    least_value: Decimal | None = None
    currency: str = ""

    def matches(self, case: "Routable") -> bool:
        """A rule on value matches from that value on, in its own currency only."""
        return (
            self.type_key in ("", case.type_key)
            and self.link in ("", case.link)
            and self.store_code in ("", case.store_code)
            and self.currency in ("", case.currency)
            and (self.least_value is None or case.value >= self.least_value)
        )


@dataclass(frozen=True, slots=True)
class Routable:
    """What a rule may look at."""

    type_key: str
    link: str = ""
    store_code: str = ""
    value: Decimal = Decimal(0)
    currency: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    team: str
    rule_id: int | None  # None: the type's own team


def route(case: Routable, rules: Sequence[Rule], *, default: str) -> Route:
    """Return the team that owns `case`. Never nobody."""
    for rule in reversed(rules):
        if rule.matches(case):
            return Route(rule.team, rule.id)
    return Route(default, None)
