"""How a store's trading day stands, and its tenders side by side. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(frozen=True)
class DayFacts:
    """What is known of one store and trading day. Counts of receipts, till closes and journals."""

    receipts: int = 0
    held: int = 0  # receipts that wait for a person or for another record
    going: int = 0  # receipts on their way to the ERP
    closes: int = 0
    tills: int = 0  # tills that rang anything up
    journals: int = 0
    journals_sent: int = 0
    journals_held: int = 0


@dataclass(frozen=True)
class DayState:
    word: str
    tone: str
    mark: str  # one letter for the grid: read from two metres away, with its colour


QUIET = DayState("Nothing sold", "none", "")
STATES = {
    "held": DayState("Needs a person", "soon", "!"),
    "refused": DayState("Journal needs a person", "wrong", "!"),
    "open": DayState("Tills not closed yet", "unknown", "…"),
    "going": DayState("Receipts on their way", "waiting", "→"),
    "ready": DayState("Ready for its journal", "waiting", "="),
    "sending": DayState("Journal on its way", "waiting", "→"),
    "sent": DayState("Journal in the ledger", "agrees", "✓"),
}


def day_state(facts: DayFacts) -> DayState:
    """Return the one headline of a day: what stops it comes before how far it is."""
    if not facts.receipts and not facts.closes:
        return QUIET
    if facts.journals_held:
        return STATES["refused"]
    if facts.held:
        return STATES["held"]
    if facts.closes < facts.tills or not facts.closes:
        return STATES["open"]
    if facts.going:
        return STATES["going"]
    if not facts.journals:
        return STATES["ready"]
    return STATES["sent" if facts.journals_sent == facts.journals else "sending"]


COLUMNS = ("till", "receipts", "journal")


@dataclass(frozen=True)
class MatrixRow:
    """One tender across the columns. `breaks` names the first column that differs, if one does.

    A column that has nothing to say of the day (no till close, no journal) is None, never zero.
    """

    tender: str
    till: Decimal | None
    receipts: Decimal
    journal: Decimal | None
    breaks: str

    @property
    def variance(self) -> Decimal | None:
        """Receipts − till: positive when the receipts say more."""
        return None if self.till is None else self.receipts - self.till


def tender_matrix(
    *,
    till: Mapping[str, Decimal] | None,
    receipts: Mapping[str, Decimal],
    journal: Mapping[str, Decimal] | None,
) -> list[MatrixRow]:
    """Lay the tenders of one day side by side, largest first."""
    names = {*receipts, *(till or ()), *(journal or ())}
    rows = []
    for name in names:
        mine = receipts.get(name, ZERO)
        counted = None if till is None else till.get(name, ZERO)
        posted = None if journal is None else journal.get(name, ZERO)
        breaks = "receipts" if counted not in (None, mine) else ""
        breaks = breaks or ("journal" if posted not in (None, mine) else "")
        rows.append(MatrixRow(name, counted, mine, posted, breaks))
    return sorted(rows, key=lambda row: (-abs(row.receipts), row.tender))


def summed(pairs: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Add up amounts by name."""
    sums: dict[str, Decimal] = {}
    for name, amount in pairs:
        sums[name] = sums.get(name, ZERO) + amount
    return sums


def till_tenders(reports: Sequence[Mapping[str, object]]) -> dict[str, Decimal] | None:
    """Return sales less refunds by tender over the tills' closes; None when no till has closed."""
    if not reports:
        return None
    pairs = []
    for report in reports:
        tenders = report["tenders"]
        assert isinstance(tenders, list)
        for tender in tenders:
            net = Decimal(tender["sales"]) - Decimal(tender["refunds"])
            pairs.append((str(tender["name"]), net))
    return summed(pairs)
