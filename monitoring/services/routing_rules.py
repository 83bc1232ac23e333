"""The routing table as people edit it: replaced as a whole, in effect at once, with a record."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from integrations import public
from monitoring import registry
from monitoring.models import RoutingRule, Team
from monitoring.services.cases import refresh_cases


@dataclass(frozen=True, slots=True)
class RuleLine:
    """One line of the table, in names: an empty condition matches everything."""

    team: str
    type_key: str = ""
    link: str = ""
    store_code: str = ""
    least_value: Decimal | None = None
    currency: str = ""
    note: str = ""


def rules_in_force() -> list[RuleLine]:
    """Return the table, in order: the last match wins."""
    rows = RoutingRule.objects.select_related("team", "link").order_by("position")
    return [
        RuleLine(
            team=row.team.code,
            type_key=row.type_key,
            link=row.link.slug if row.link else "",
            store_code=row.store_code,
            least_value=row.least_value,
            currency=row.currency,
            note=row.note,
        )
        for row in rows
    ]


def replace_rules(
    lines: Sequence[RuleLine], *, by: public.By, reason: str = "", now: datetime
) -> bool:
    """Make `lines` the table and give open cases to whom they belong now. False: nothing new.

    Raises ValueError with every mistake at once; then nothing is changed.
    """
    before = rules_in_force()
    if before == list(lines):
        return False
    teams = {team.code: team for team in Team.objects.all()}
    links = {link.slug: link.pk for link in public.links()}
    mistakes = [m for at, each in enumerate(lines, 1) for m in _mistakes(at, each, teams, links)]
    if mistakes:
        raise ValueError("\n".join(mistakes))
    with transaction.atomic():
        RoutingRule.objects.all().delete()
        RoutingRule.objects.bulk_create(
            RoutingRule(
                position=position,
                type_key=each.type_key,
                link_id=links.get(each.link),
                store_code=each.store_code,
                least_value=each.least_value,
                currency=each.currency,
                team=teams[each.team],
                note=each.note,
            )
            for position, each in enumerate(lines, 1)
        )
        public.record_audit(
            by=by,
            action="routing.change",
            subject="routing rules",
            before=_plain(before),
            after=_plain(lines),
            reason=reason,
            now=now,
        )
    refresh_cases(now=now)
    return True


def _mistakes(at: int, each: RuleLine, teams: dict[str, Team], links: dict[str, int]) -> list[str]:
    checks = (
        (each.team in teams, f"there is no team {each.team!r}"),
        (not each.type_key or each.type_key in registry.TYPES, f"no type {each.type_key!r}"),
        (not each.link or each.link in links, f"there is no link {each.link!r}"),
        (each.least_value is None or bool(each.currency), "a least value needs its currency"),
    )
    return [f"Rule {at}: {sentence}." for holds, sentence in checks if not holds]


def _plain(lines: Sequence[RuleLine]) -> list[dict[str, Any]]:
    return [asdict(each) for each in lines]
