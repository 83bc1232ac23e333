"""A level that a channel refused, or that did not get through."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from integrations import public
from monitoring.detectors.held import HeldCause, cause_finding, held_causes
from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.value import Assumptions, overpromised
from monitoring.working_time import Wait

CHUNK = 500

TYPE = ExceptionType(
    key="STOCK_PUSH_FAILED",
    code="E27",
    title="Channel rejected a stock update",
    owner=TeamCode.ADM,
    severity=Severity.HIGH,
    sla_first=Wait(minutes=30),
    sla_resolve=Wait(minutes=120),
    first_step="Read the channel's reason; mend the item or the credentials; replay.",
    blocks=("stock",),
    takes_holds=True,
)


@dataclass(frozen=True, slots=True)
class Facts:
    causes: Sequence[HeldCause]
    excess: Mapping[int, Decimal]  # transfer → last told − true; negative promises too little
    prices: Mapping[str, Decimal]  # SKU → net price


def gather(*, now: datetime, figures: Assumptions) -> Facts:
    causes = held_causes(TYPE.key)
    held = public.transfers().filter(
        holds__kind=TYPE.key, holds__closed_at__isnull=True, operation="set-level"
    )
    fields = ("pk", "connection_id", "location_code", "sku")
    places = {row[0]: row[1:] for row in held.distinct().values_list(*fields)}
    skus = sorted({sku for _, _, sku in places.values()})
    told = _excess(skus)
    excess = {pk: told[place] for pk, place in places.items() if place in told}
    return Facts(causes, excess, _prices(skus))


def _excess(skus: Sequence[str]) -> dict[tuple[int, str, str], Decimal]:
    found = {}
    for start in range(0, len(skus), CHUNK):
        levels = public.channel_levels().filter(
            sku__in=skus[start : start + CHUNK], told__isnull=False, desired__isnull=False
        )
        fields = ("connection_id", "location_code", "sku", "told", "desired")
        for connection, place, sku, told, desired in levels.values_list(*fields):
            found[connection, place, sku] = told - desired
    return found


def _prices(skus: Sequence[str]) -> dict[str, Decimal]:
    prices: dict[str, Decimal] = {}
    for start in range(0, len(skus), CHUNK):
        items = public.catalogue().filter(sku__in=skus[start : start + CHUNK])
        prices |= dict(items.filter(price_net__isnull=False).values_list("sku", "price_net"))
    return prices


def detect(facts: Facts, *, now: datetime, figures: Assumptions) -> list[Finding]:
    return [_finding(cause, facts, figures) for cause in facts.causes]


def _finding(cause: HeldCause, facts: Facts, figures: Assumptions) -> Finding:
    transfers = {each.transfer_id for each in cause.occurrences if each.transfer_id}
    over = (max(facts.excess.get(pk, Decimal(0)), Decimal(0)) for pk in transfers)
    price = facts.prices.get(cause.subject, Decimal(0))
    stake = overpromised(sum(over, Decimal(0)), price=price, figures=figures)
    title = f"The stock of “{cause.subject}” was not taken. {cause.sentence}"
    return cause_finding(TYPE, cause, figures=figures, stake=stake, title=title)
