"""The routing table as people edit it: replaced as a whole, in effect at once, with a record."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Count, Q

from integrations import public
from monitoring import registry
from monitoring.models import CaseEvent, ExceptionCase, RoutingRule, Team
from monitoring.services.cases import refresh_cases

if TYPE_CHECKING:
    from django.contrib.auth.models import User


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
    enabled: bool = True


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
            enabled=row.enabled,
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
                enabled=each.enabled,
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


def version_of(lines: Sequence[RuleLine]) -> str:
    """Return a short name of this very table, to notice that somebody else changed it."""
    return sha256(repr(list(lines)).encode()).hexdigest()[:16]


def edit_rules(
    change: Callable[[list[RuleLine]], list[RuleLine]],
    *,
    version: str,
    by: "User",
    reason: str = "",
    now: datetime,
) -> int:
    """Change the table that `version` names; returns how many open cases have another owner now.

    Raises ValueError when it is not that table any more, or with every mistake of the new one.
    """
    lines = rules_in_force()
    if version != version_of(lines):
        raise ValueError("Somebody changed the rules meanwhile. Look at them and do it again.")
    replace_rules(change(lines), by=by, reason=reason, now=now)
    return CaseEvent.objects.filter(kind=CaseEvent.Kind.ROUTED, at=now, actor=None).count()


def cases_matching(rules: Sequence[RuleLine]) -> list[int]:
    """Count, for each rule, the open cases whose conditions it meets now. One query."""
    counts = {f"rule{at}": Count("pk", filter=_meets(rule)) for at, rule in enumerate(rules)}
    found = ExceptionCase.objects.unresolved().aggregate(**counts) if counts else {}
    return list(found.values())


def _meets(rule: RuleLine) -> Q:
    wanted = {
        "type_key": rule.type_key,
        "link__slug": rule.link,
        "store_code": rule.store_code,
        "currency": rule.currency,
        "value_at_risk__gte": rule.least_value,
    }
    return Q(pk__gt=0, **{name: value for name, value in wanted.items() if value})


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
