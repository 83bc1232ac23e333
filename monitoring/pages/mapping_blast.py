"""What a change would do, in words and money: the panel beside every form that changes a row."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from integrations.public import TABLES, Document, Link, desk
from monitoring.day_standings import DayStanding, day_standings
from monitoring.pages.mapping_reads import labels_of

SHOWN = 12  # receipts, days or accounts listed; the others are counted
LEDGER = ("payment-type", "nominal")


@dataclass(frozen=True)
class Account:
    """Money on one code before and after. `what` is the column it belongs to."""

    what: str
    label: str
    currency: str
    before: Decimal
    after: Decimal

    @property
    def difference(self) -> Decimal:
        return self.after - self.before


@dataclass(frozen=True)
class Panel:
    """A blast as its page shows it."""

    blast: desk.Blast
    money: list[tuple[Decimal, str]]
    go_money: list[tuple[Decimal, str]]
    accounts: list[Account]
    past_accounts: list[Account]
    days: list[tuple[desk.Day, DayStanding | None]]
    closed: list[tuple[desk.Day, DayStanding]]
    stays: list[desk.Rehearsed]
    excluded: list[Document]

    @property
    def removes(self) -> bool:
        return self.blast.proposal.target is None


def panel_of(blast: desk.Blast) -> Panel:
    """Put the vendor's words to the codes, and the states of the days beside the days."""
    link = blast.proposal.link
    keys = {(day.store_code, day.on) for day in blast.days if day.on is not None}
    marks = day_standings((code, on) for code, on in keys)
    days = [(day, marks.get((day.store_code, day.on)) if day.on else None) for day in blast.days]
    return Panel(
        blast=blast,
        money=_pairs(blast.value),
        go_money=_pairs(_summed(each.document for each in blast.go)),
        accounts=_accounts(link, blast.moved, table=blast.proposal.table.key),
        past_accounts=_accounts(link, blast.past.moved, table=blast.proposal.table.key),
        days=days[:SHOWN],
        closed=[(day, mark) for day, mark in days if mark is not None and mark.is_closed],
        stays=list(blast.stay[:SHOWN]),
        excluded=list(blast.excluded[:SHOWN]),
    )


def _accounts(link: Link, moved: Iterable[desk.Moved], *, table: str) -> list[Account]:
    """The GL accounts, and the codes of the table that is changed."""
    kept = [each for each in moved if each.bearing[:2] == LEDGER or each.bearing.table == table][
        :SHOWN
    ]
    labels = {key: labels_of(link, TABLES[key]) for key in {each.bearing.table for each in kept}}
    return [_account(each, labels) for each in kept]


def _account(moved: desk.Moved, labels: Mapping[str, Mapping[str, Mapping[str, str]]]) -> Account:
    bearing = moved.bearing
    field = TABLES[bearing.table].target(bearing.field)
    label = labels[bearing.table].get(bearing.field, {}).get(bearing.code, bearing.code)
    what = field.label if field else bearing.field
    return Account(what, label, moved.currency, moved.before, moved.after)


def _summed(documents: Iterable[Document]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for document in documents:
        sums[document.currency] = sums.get(document.currency, Decimal(0)) + document.gross
    return sums


def _pairs(value: Mapping[str, Decimal]) -> list[tuple[Decimal, str]]:
    return [(amount, currency) for currency, amount in sorted(value.items())]
