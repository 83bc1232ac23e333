"""What a fault puts at risk, in money, and how urgent that makes it. Pure.

The formulas are those of the exception catalogue. Every figure they assume is a row that an
administrator may change; a formula is spelt out so that a reader can check it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal

from integrations.canonical.money import round_money
from monitoring.kit.formats import money
from monitoring.words import counted

LEAST_HOURS = Decimal("0.25")  # a deadline that has passed counts as a quarter of an hour away
HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Figure:
    """One assumption: what it is, in which unit, and what we take until somebody knows better."""

    key: str
    label: str
    unit: str  # money, percent, minutes, hours, seconds, rows, units
    default: Decimal


FIGURES: tuple[Figure, ...] = (
    Figure("oversell-cost", "Cost of one oversell beyond the goods", "money", Decimal(25)),
    Figure("contact-cost", "Cost of one customer contact", "money", Decimal(6)),
    Figure("minute-cost", "Cost of one minute of staff time", "money", Decimal("0.50")),
    Figure("margin-percent", "Margin where the cost is unknown", "percent", Decimal(40)),
    Figure("silence-percent", "Trade lost while a system is silent", "percent", Decimal(10)),
    Figure("change-percent", "Share of stale levels that are wrong", "percent", Decimal(10)),
    Figure("parked-hours", "A record may wait for another", "hours", Decimal(4)),
    Figure("sale-patience-minutes", "A sale may take to reach the ERP", "minutes", Decimal(30)),
    Figure(
        "stuck-minutes",
        "An order may stand still where no usual time is known",
        "minutes",
        Decimal(60),
    ),
    Figure(
        "stuck-least-minutes",
        "An order may stand still however quick it usually is",
        "minutes",
        Decimal(10),
    ),
    Figure("unknown-minutes", "An outcome may stay unknown", "minutes", Decimal(15)),
    Figure("receipt-grace-minutes", "A missing receipt may arrive late", "minutes", Decimal(60)),
    Figure("close-grace-minutes", "A till may close late", "minutes", Decimal(120)),
    Figure("cash-alarm", "A drawer may be off before it is urgent", "money", Decimal(50)),
    Figure("journal-minutes", "A journal may take to reach the ledger", "minutes", Decimal(60)),
    Figure("stock-age-minutes", "Stock numbers may be this old", "minutes", Decimal(60)),
    Figure("drift-units", "A difference of stock counts from", "units", Decimal(1)),
    Figure("silence-seconds", "A system may be out of reach", "seconds", Decimal(60)),
    Figure("quiet-minutes", "A store or its webhooks may be quiet", "minutes", Decimal(30)),
    Figure("unread-minutes", "A reading may be overdue", "minutes", Decimal(10)),
    Figure("lag-seconds", "Work may wait beyond its lane's patience", "seconds", Decimal(60)),
    Figure("throttled-minutes", "A vendor may refuse us for its limit", "minutes", Decimal(5)),
    Figure("escalate-minutes", "Overdue until the next person is told", "minutes", Decimal(60)),
    Figure(
        "escalate-value", "From this value on it is told four times as fast", "money", Decimal(1000)
    ),
    # What a case weighs in the queue when its own money is less: nothing is ever weightless.
    Figure("floor-critical", "Least weight of a critical case", "money", Decimal(100)),
    Figure("floor-high", "Least weight of a high case", "money", Decimal(25)),
    Figure("floor-medium", "Least weight of a medium case", "money", Decimal(5)),
    Figure("floor-low", "Least weight of a low case", "money", Decimal(1)),
)
DEFAULTS: Mapping[str, Decimal] = {figure.key: figure.default for figure in FIGURES}


@dataclass(frozen=True, slots=True)
class Assumptions:
    """The figures in force, and the retailer's own currency."""

    currency: str = "GBP"
    changed: Mapping[str, Decimal] = field(default_factory=dict)

    def __getitem__(self, key: str) -> Decimal:
        """Return the figure. An unknown key raises KeyError: it is a mistake of ours."""
        return self.changed.get(key, DEFAULTS[key])

    def minutes(self, key: str) -> timedelta:
        return timedelta(minutes=1) * int(self[key])

    def seconds(self, key: str) -> timedelta:
        return timedelta(seconds=1) * int(self[key])

    def hours(self, key: str) -> timedelta:
        return timedelta(hours=1) * int(self[key])

    def share(self, key: str) -> Decimal:
        """Return a percentage as a fraction of one."""
        return self[key] / 100


@dataclass(frozen=True, slots=True)
class Stake:
    """Money at risk, never negative, and how it was reckoned.

    Amounts in other currencies than `currency` are named in the formula, not converted.
    """

    value: Decimal
    currency: str
    is_exact: bool
    formula: str


def waiting(totals: Mapping[str, Decimal], *, count: int, figures: Assumptions) -> Stake:
    """Return ΣV of `count` records that wait; exact, unless they are in several currencies."""
    currency, value, rest = _largest(totals, figures)
    formula = f"{money(value, currency)} = gross value of {counted(count)} waiting"
    return Stake(value, currency, not rest, formula + rest)


def waiting_with_tax(
    totals: Mapping[str, Decimal],
    taxes: Mapping[str, Decimal],
    *,
    count: int,
    figures: Assumptions,
) -> Stake:
    """Return ΣV waiting + the tax in it: both the sale and the VAT return are late."""
    currency, value, rest = _largest(totals, figures)
    tax = taxes.get(currency, Decimal(0))
    parts = f"{money(value, currency)} waiting + {money(tax, currency)} tax in it"
    formula = f"{money(value + tax, currency)} = {parts}"
    return Stake(value + tax, currency, not rest, formula + rest)


def stopped(
    totals: Mapping[str, Decimal], *, age: timedelta, count: int, figures: Assumptions
) -> Stake:
    """Return V + a customer's call for each, which grows likely over two days."""
    currency, value, rest = _largest(totals, figures)
    share = min(Decimal(1), in_hours(age) / 48)
    risk = round_money(value + figures["contact-cost"] * count * share, currency)
    parts = (
        f"{money(value, currency)} of {counted(count, 'order')} + {count} × "
        f"{figures['contact-cost']} per contact × {share:.2f} (two days make 1)"
    )
    return Stake(risk, currency, False, f"{money(risk, currency)} = {parts}{rest}")


def unknown(totals: Mapping[str, Decimal], *, count: int, figures: Assumptions) -> Stake:
    """Return V × 0.5 + a quarter of an hour of work each: half of them probably arrived."""
    currency, value, rest = _largest(totals, figures)
    work = figures["minute-cost"] * 15 * count
    risk = round_money(value / 2 + work, currency)
    parts = f"{money(value, currency)} × 0.5 + 15 min × {count} × {figures['minute-cost']}"
    return Stake(risk, currency, False, f"{money(risk, currency)} = {parts}{rest}")


def returned(
    totals: Mapping[str, Decimal], *, units: Decimal, count: int, figures: Assumptions
) -> Stake:
    """Return V of the returns + the margin that their goods would earn if they were on sale."""
    currency, value, rest = _largest(totals, figures)
    margin = value * figures.share("margin-percent") if units else Decimal(0)
    parts = (
        f"{money(value, currency)} to credit for {counted(count)} + "
        f"{figures['margin-percent']} % margin on {units.normalize():f} units not on sale"
    )
    risk = round_money(value + margin, currency)
    return Stake(risk, currency, False, f"{money(risk, currency)} = {parts}{rest}")


def gaps(*, missing: int, average: Decimal, currency: str) -> Stake:
    """Return the number of missing receipts × the average basket of that till."""
    risk = round_money(average * missing, currency)
    parts = f"{missing} missing × {money(average, currency)} average basket"
    return Stake(risk, currency, False, f"{money(risk, currency)} = {parts}")


def overpromised(units: Decimal, *, price: Decimal, figures: Assumptions) -> Stake:
    """Return (last told − true)⁺ × (margin per unit + cost of an oversell).

    `units` is what the channel promises too much; `price` is the average net price of one.
    """
    each = price * figures.share("margin-percent") + figures["oversell-cost"]
    currency = figures.currency
    risk = round_money(max(units, Decimal(0)) * each, currency)
    parts = (
        f"{max(units, Decimal(0)).normalize():f} units promised too many × "
        f"({figures['margin-percent']} % of {money(price, currency)} + "
        f"{figures['oversell-cost']} per oversell)"
    )
    return Stake(risk, currency, False, f"{money(risk, currency)} = {parts}")


def drifted(units: Decimal, *, price: Decimal, figures: Assumptions) -> Stake:
    """Return |units| × cost + what is promised too much × (margin + cost of an oversell).

    `units` are the owner's less the channel's: below zero the channel promises too much. Cost is
    the net price less the assumed margin.
    """
    margin = price * figures.share("margin-percent")
    over = max(-units, Decimal(0))
    each = margin + figures["oversell-cost"]
    risk = round_money(abs(units) * (price - margin) + over * each, figures.currency)
    cost = money(price - margin, figures.currency)
    parts = (
        f"{abs(units).normalize():f} units apart × {cost} cost + "
        f"{over.normalize():f} promised too many × {money(each, figures.currency)}"
    )
    return Stake(risk, figures.currency, False, f"{money(risk, figures.currency)} = {parts}")


def emptied(units: Decimal, *, price: Decimal, figures: Assumptions) -> Stake:
    """Return units sold before a channel knows × (margin per unit + cost of an oversell)."""
    each = price * figures.share("margin-percent") + figures["oversell-cost"]
    risk = round_money(units * each, figures.currency)
    parts = (
        f"{units:.2f} units sold before it is told × ({figures['margin-percent']} % of "
        f"{money(price, figures.currency)} + {figures['oversell-cost']} per oversell)"
    )
    return Stake(risk, figures.currency, False, f"{money(risk, figures.currency)} = {parts}")


def stale(per_hour: Decimal, age: timedelta, *, figures: Assumptions) -> Stake:
    """Return trade per hour × hours of age × margin × the share of levels that are wrong."""
    hours = in_hours(age)
    margin, change = figures.share("margin-percent"), figures.share("change-percent")
    risk = round_money(per_hour * hours * margin * change, figures.currency)
    parts = (
        f"{money(per_hour, figures.currency)} an hour × {hours:.1f} h × "
        f"{figures['margin-percent']} % margin × {figures['change-percent']} % changed"
    )
    formula = f"{money(risk, figures.currency)} = {parts}"
    return Stake(risk, figures.currency, False, formula)


def held_back(per_hour: Decimal, age: timedelta, *, share: Decimal, figures: Assumptions) -> Stake:
    """Return trade per hour × hours held × the share (0 to 1) of products that are held."""
    hours = in_hours(age)
    risk = round_money(per_hour * hours * share, figures.currency)
    each = money(per_hour, figures.currency)
    parts = f"{each} an hour × {hours:.1f} h × {share * 100:.1f} % of products held"
    formula = f"{money(risk, figures.currency)} = {parts}"
    return Stake(risk, figures.currency, False, formula)


def silence(
    per_hour: Decimal, age: timedelta, *, held: Decimal = Decimal(0), figures: Assumptions
) -> Stake:
    """Return expected trade per hour × hours silent × the share lost + what is held back by it."""
    hours = in_hours(age)
    lost = per_hour * hours * figures.share("silence-percent")
    risk = round_money(lost + held, figures.currency)
    parts = (
        f"{money(per_hour, figures.currency)} an hour × {hours:.1f} h × "
        f"{figures['silence-percent']} % + {money(held, figures.currency)} waiting for it"
    )
    formula = f"{money(risk, figures.currency)} = {parts}"
    return Stake(risk, figures.currency, False, formula)


def with_oversells(stake: Stake, *, units: int, figures: Assumptions) -> Stake:
    """Return a stake and, beside it, the cost of an oversell for each of `units` sold of the last.

    Added only in the retailer's own currency; elsewhere the formula names it.
    """
    each = figures["oversell-cost"]
    cost = round_money(units * each, figures.currency)
    many = f"{counted(units, 'sale')} of last units × {money(each, figures.currency)}"
    if stake.currency != figures.currency:
        return replace(stake, formula=f"{stake.formula}; besides {many}")
    value = stake.value + cost
    formula = f"{money(value, stake.currency)} = ({stake.formula}) + {many}"
    return Stake(value, stake.currency, False, formula)


def rank(
    value: Decimal, *, severity: str, deadline: datetime, now: datetime, figures: Assumptions
) -> Decimal:
    """Return money ÷ hours to the deadline: what the queue is sorted by, most first.

    A case weighs at least its severity's floor, so a silent system with no figures of its own
    is not at the end of the list.
    """
    weight = max(value, figures[f"floor-{severity}"])
    return (weight / max(in_hours(deadline - now), LEAST_HOURS)).quantize(Decimal("0.0001"))


def in_hours(span: timedelta) -> Decimal:
    """Return `span` as a number of hours."""
    return Decimal(span // timedelta(seconds=1)) / 3600


def add_up(parts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Sum (currency, amount) pairs by currency."""
    totals: dict[str, Decimal] = {}
    for currency, amount in parts:
        totals[currency] = totals.get(currency, Decimal(0)) + amount
    return totals


def _largest(totals: Mapping[str, Decimal], figures: Assumptions) -> tuple[str, Decimal, str]:
    """Return the currency with most at stake, its amount, and words for the others."""
    known = {currency or figures.currency: value for currency, value in totals.items() if value}
    if not known:
        return figures.currency, Decimal(0), ""
    first, *others = sorted(known.items(), key=lambda item: (-item[1], item[0]))
    rest = "".join(f"; and {money(value, code)}, not converted" for code, value in others)
    return first[0], first[1], rest
