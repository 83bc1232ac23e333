"""How far a day has come: what keeps it open, what differs, and the one hash of all that. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from monitoring.words import counted
from reconciliation.content import canonical, digest, plain, sealed_facts
from reconciliation.figures import Blocker, DayFigures, Variance
from reconciliation.takings import DayBook, day_figures
from reconciliation.tills import till_name
from reconciliation.variance import Accepted, unexplained, variances


@dataclass(frozen=True, slots=True)
class Note:
    """One explanation in force: why, by whom, and at which amount."""

    key: str
    reason: str
    text: str
    amount: Decimal
    is_carried: bool
    by: str
    owner: str = ""  # of a carried item
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Assessment:
    """A day's figures with the verdict on them. `content_hash` changes with every fact or note."""

    book: DayBook
    figures: DayFigures
    variances: tuple[Variance, ...]
    unexplained: tuple[Variance, ...]
    blockers: tuple[Blocker, ...]
    notes: tuple[Note, ...]

    @property
    def is_complete(self) -> bool:
        return not self.blockers

    @property
    def explained(self) -> Decimal:
        """Σ |amount| of what somebody explained: what a signer takes upon himself."""
        keys = {note.key for note in self.notes}
        open_keys = {variance.key for variance in self.unexplained}
        return sum(
            (abs(v.amount) for v in self.variances if v.key in keys and v.key not in open_keys),
            Decimal(0),
        )

    @property
    def facts(self) -> dict[str, Any]:
        return sealed_facts(self.book)

    def content(self) -> dict[str, Any]:
        """What the day's pages show, as JSON types."""
        shown: dict[str, Any] = plain(
            {
                "figures": self.figures,
                "variances": self.variances,
                "unexplained": [variance.key for variance in self.unexplained],
                "blockers": self.blockers,
                "journal": self.book.journal or (),
            }
        )
        return shown

    @property
    def content_hash(self) -> str:
        return digest(canonical([self.content(), self.facts, self.notes]))


def assess(
    book: DayBook,
    *,
    accepted: Accepted,
    notes: Iterable[Note] = (),
    exceptions: Sequence[str] = (),
) -> Assessment:
    """Judge a day. `exceptions` are sentences of open cases that forbid its sealing."""
    figures = day_figures(book)
    in_force = tuple(sorted(notes, key=lambda note: note.key))
    found = variances(book, figures, accepted)
    explained: Mapping[str, Decimal] = {note.key: note.amount for note in in_force}
    return Assessment(
        book=book,
        figures=figures,
        variances=tuple(found),
        unexplained=tuple(unexplained(found, explained)),
        blockers=tuple(blockers(book, figures, exceptions)),
        notes=in_force,
    )


def blockers(book: DayBook, figures: DayFigures, exceptions: Sequence[str]) -> list[Blocker]:
    """What must happen before the day can be prepared, the first thing to do first."""
    waiting = [row.register_id for row in figures.registers if not row.is_closed]
    missing = [name for names in book.missing.values() for name in names]
    found = [
        ("till-open", _open_tills(figures, waiting), len(waiting) or 1),
        ("gap", _gap(missing), len(missing)),
        ("held", _held(figures.counts.held), figures.counts.held),
        ("going", _going(figures.counts.going), figures.counts.going),
        ("journal", _journal(book), 1),
        ("exception", " ".join(exceptions), len(exceptions)),
    ]
    return [Blocker(kind, sentence, count) for kind, sentence, count in found if sentence]


def _open_tills(figures: DayFigures, waiting: Sequence[str]) -> str:
    if not figures.registers:
        return "No till has reported yet."
    if not waiting:
        return ""
    names = ", ".join(till_name(each) for each in waiting[:5])
    return f"{counted(len(waiting), 'till')} not closed yet: {names}."


def _gap(missing: Sequence[str]) -> str:
    if not missing:
        return ""
    return f"{counted(len(missing), 'receipt number')} missing: {', '.join(missing[:5])}."


def _held(held: int) -> str:
    return f"{counted(held, 'receipt')} held: see its exception." if held else ""


def _going(going: int) -> str:
    return f"{counted(going, 'receipt')} on the way to the ERP." if going else ""


def _journal(book: DayBook) -> str:
    """With `on_signed` the journal goes out with the signature; it must only be possible."""
    if book.journal_posting == "on_signed" and book.journal_is_draft:
        return ""
    return book.journal_waits
