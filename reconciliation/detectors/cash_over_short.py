"""A drawer that was counted over or short: more than the tolerance, or day after day alike."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from monitoring.findings import ExceptionType, Finding, Severity, TeamCode
from monitoring.kit.formats import money
from monitoring.value import Assumptions, Stake
from monitoring.working_time import Wait
from reconciliation.content import shown
from reconciliation.detectors.rows import name, subject
from reconciliation.models import StoreDay, VarianceNote
from reconciliation.tills import till_name

WINDOW = timedelta(days=14)
ALIKE = 3  # days in a row with a difference of the same sign are a pattern

TYPE = ExceptionType(
    key="CASH_OVER_SHORT",
    code="E19",
    title="Cash counted differs from expected",
    owner=TeamCode.STORE,
    severity=Severity.MEDIUM,
    sla_first=Wait(days=1),
    sla_resolve=Wait(days=2),
    first_step="Count again; look at paid-outs and refunds; record the reason.",
)


@dataclass(frozen=True, slots=True)
class Drawer:
    """One till's counted − expected of one day. `is_settled`: within tolerance, or explained."""

    store_code: str
    label: str
    on: date
    register_id: str
    difference: Decimal
    currency: str
    is_within: bool
    is_explained: bool


def gather(*, now: datetime, figures: Assumptions) -> list[Drawer]:
    """Every drawer of the last two weeks, oldest first. Two queries."""
    since = now.date() - WINDOW
    days = StoreDay.objects.filter(business_date__gte=since).order_by("business_date")
    notes = VarianceNote.objects.filter(day__business_date__gte=since, key__startswith="cash:")
    explained = set(notes.values_list("day", "key", "amount"))
    return [drawer for day in days for drawer in _drawers(day, explained)]


def _drawers(day: StoreDay, explained: set[tuple[int, str, Decimal]]) -> Iterator[Drawer]:
    content = shown(day.content)
    within = {variance.key: variance.is_within for variance in content.variances}
    for row in content.figures.cash if content.figures else ():
        yield Drawer(
            store_code=day.store_code,
            label=name(day),
            on=day.business_date,
            register_id=row.register_id,
            difference=row.difference,
            currency=day.currency,
            is_within=within.get(row.key, True),
            is_explained=(day.pk, row.key, row.difference) in explained,
        )


def detect(facts: Sequence[Drawer], *, now: datetime, figures: Assumptions) -> list[Finding]:
    alarm = figures["cash-alarm"]
    return [
        *(_off(each, alarm) for each in facts if not each.is_within and not each.is_explained),
        *(_pattern(run) for run in _runs(facts) if len(run) >= ALIKE),
    ]


def _runs(facts: Sequence[Drawer]) -> Iterator[list[Drawer]]:
    """Each till's latest days with differences of one sign; explained by its newest, none."""
    tills: dict[tuple[str, str], list[Drawer]] = defaultdict(list)
    for each in facts:
        tills[each.store_code, each.register_id].append(each)
    for drawers in tills.values():
        run: list[Drawer] = []
        for each in reversed(drawers):
            if not each.difference or run and (each.difference > 0) != (run[0].difference > 0):
                break
            run.append(each)
        if run and not run[0].is_explained:
            yield run


def _off(each: Drawer, alarm: Decimal) -> Finding:
    amount = money(abs(each.difference), each.currency)
    word = "over" if each.difference > 0 else "short"
    return Finding(
        type=TYPE,
        subject=f"{subject(each.store_code, each.on)} {each.register_id}",
        title=f"{each.label}: till {till_name(each.register_id)} is {amount} {word}.",
        summary="More than the store's tolerance, and nobody has said why.",
        stake=Stake(abs(each.difference), each.currency, True, f"{amount} = |counted − expected|"),
        store_code=each.store_code,
        count=1,
        severity=Severity.HIGH if abs(each.difference) >= alarm else Severity.MEDIUM,
        detail={"day": each.on.isoformat(), "stores": [each.store_code]},
    )


def _pattern(run: Sequence[Drawer]) -> Finding:
    newest, till = run[0], till_name(run[0].register_id)
    total = sum((abs(each.difference) for each in run), Decimal(0))
    amount = money(total, newest.currency)
    word = "over" if newest.difference > 0 else "short"
    return Finding(
        type=TYPE,
        subject=f"{newest.store_code} {newest.register_id} pattern",
        title=f"{newest.label}: till {till} is {word} {len(run)} days in a row.",
        summary=f"{amount} {word} together, each day perhaps within tolerance.",
        stake=Stake(total, newest.currency, True, f"{amount} = Σ |counted − expected|"),
        store_code=newest.store_code,
        count=len(run),
        severity=Severity.HIGH,
        detail={"days": [each.on.isoformat() for each in run], "stores": [newest.store_code]},
    )
