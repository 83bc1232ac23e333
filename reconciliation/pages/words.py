"""How a store-day stands, in one word, one tone, one mark and one look. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from reconciliation.models import StoreDay

STATE = StoreDay.State
PATIENCE = timedelta(days=1)  # after that, a day that still collects needs somebody


@dataclass(frozen=True)
class DayWord:
    """`mark` and `look` (a class of the grid) say the same as the colour, without it."""

    word: str
    tone: str
    mark: str
    look: str


NO_TRADE = DayWord("No trade", "none", "", "none")
COLLECTING = DayWord("Collecting", "unknown", "…", "open")
OVERDUE = DayWord("Not complete", "soon", "…", "overdue")
DIFFERS = DayWord("Differs", "soon", "≠", "differs")
CLEAN = DayWord("Clean and ready", "agrees", "=", "clean")
EXPLAINED = DayWord("Ready, explained", "agrees", "≈", "explained")
PREPARED = DayWord("Prepared", "waiting", "→", "prepared")
SIGNED = DayWord("Signed", "agrees", "✓", "signed")
BROKEN = DayWord("Changed since signed", "wrong", "!", "broken")
REOPENED = DayWord("Reopened", "soon", "↺", "reopened")
ORDER = (BROKEN, DIFFERS, OVERDUE, REOPENED, COLLECTING, CLEAN, EXPLAINED, PREPARED, SIGNED)
STUCK = (BROKEN, DIFFERS, OVERDUE, REOPENED)  # somebody has to do something first
FILES = (  # of the evidence: ending, icon, label
    ("pdf", "file-text", "PDF"),
    ("zip", "file-archive", "CSV"),
    ("json", "braces", "JSON"),
)
STATEMENTS = {
    "prepared": "I have looked at this day, tills to journal, and every difference is explained.",
    "signed": "I have checked this day and what others explained, and I approve its figures.",
}
BY_STATE = {
    STATE.VARIANCE: DIFFERS,
    STATE.PREPARED: PREPARED,
    STATE.REOPENED: REOPENED,
}


def is_clean(day: StoreDay) -> bool:
    """Say whether the day may be prepared unseen: see `StoreDay.objects.clean`."""
    return day.state == STATE.READY and not day.variances and not day.late


def is_broken(day: StoreDay) -> bool:
    """Say whether a signed day has changed, or has late receipts that nobody decided about."""
    return day.state == STATE.SIGNED and bool(day.seal_broken_at or day.late)


def day_word(day: StoreDay | None, *, today: date) -> DayWord:
    """Return the one headline of a day. `today` is the date in UTC: a day more or less."""
    if day is None:
        return NO_TRADE
    if day.state == STATE.SIGNED:
        return BROKEN if is_broken(day) else SIGNED
    if day.state == STATE.READY:
        return CLEAN if is_clean(day) else EXPLAINED
    if day.state == STATE.COLLECTING:
        return OVERDUE if today - day.business_date > PATIENCE else COLLECTING
    return BY_STATE[STATE(day.state)]
