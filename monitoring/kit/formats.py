"""How figures are written for people: money, quantities, ages. Pure."""

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

NOTHING = "–"
THIN = "\N{NARROW NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"
SYMBOLS = {"GBP": "£", "EUR": "€", "USD": "$"}
FINEST = 4  # decimals that a stored amount has
EXPONENTS = {"JPY": 0, "KRW": 0, "ISK": 0, "BHD": 3, "KWD": 3, "TND": 3}


def amount(value: Decimal | None, currency: str = "") -> str:
    """Return `value` with grouped thousands and the decimals of its currency, which is not named.

    Shown figures never hide a fraction of a minor unit: more decimals stay if they are not zero.
    """
    if value is None:
        return NOTHING
    places = EXPONENTS.get(currency, 2)
    exact = min(-int(value.normalize().as_tuple().exponent), FINEST) if value else 0
    text = f"{abs(value):,.{max(places, exact)}f}"
    return f"{MINUS}{text}" if value < 0 else text


def money(value: Decimal | None, currency: str) -> str:
    """Return `value` with its currency: a sign where everybody knows it, else the code."""
    if value is None:
        return NOTHING
    text = amount(abs(value), currency)
    lead = SYMBOLS.get(currency, f"{currency}{THIN}")
    return f"{MINUS}{lead}{text}" if value < 0 else f"{lead}{text}"


def quantity(value: Decimal | int | None) -> str:
    """Return `value` without idle zeros; an unknown quantity is a dash and never 0."""
    if value is None:
        return NOTHING
    number = Decimal(value)
    text = f"{abs(number):,f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"{MINUS}{text}" if number < 0 else text


def signed(value: Decimal | int | None) -> str:
    """Return a quantity that moved something, with its sign; nothing moved is 0."""
    text = quantity(value)
    return f"+{text}" if value is not None and value > 0 else text


def age(span: timedelta) -> str:
    """Return a length of time in at most two units: “40 s”, “3 h 10 m”, “5 d”."""
    seconds = int(abs(span).total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    minutes, hours, days = seconds // 60, seconds // 3600, seconds // 86400
    if minutes < 60:
        return f"{minutes} m"
    if hours < 24:
        return f"{hours} h {minutes % 60:02d} m" if minutes % 60 else f"{hours} h"
    if days < 14:
        return f"{days} d {hours % 24} h" if hours % 24 else f"{days} d"
    return f"{days} d"


def relative(moment: datetime, *, now: datetime) -> str:
    """Return how far `moment` lies from `now`: “3 m ago”, “in 2 h”, “just now”."""
    span = now - moment
    if abs(span) < timedelta(seconds=5):
        return "just now"
    return f"in {age(span)}" if span < timedelta() else f"{age(span)} ago"


def absolute(moment: datetime, zone: str = "UTC") -> str:
    """Return the moment in a store's time zone, to the second, with the zone's own name."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y %H:%M:%S} {local:%Z}"
