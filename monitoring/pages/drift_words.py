"""A drift as a bar with its causes in words."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.utils.html import format_html
from django.utils.safestring import SafeString

from monitoring.drift import WORDS, Cause, Drift, Part
from monitoring.kit import charts, formats

TONES = {
    Cause.POLICY: "unknown",
    Cause.IN_FLIGHT: "waiting",
    Cause.HELD: "soon",
    Cause.UNMAPPED: "soon",
    Cause.PUSH: "waiting",
    Cause.PUSH_FAILED: "wrong",
    Cause.ONE_SIDED: "soon",
    Cause.UNEXPLAINED: "wrong",
}


def why(drift: Drift, *, longest: Decimal) -> SafeString:
    """Show a drift as a bar over its causes; all bars of a page are to one scale."""
    if drift.units is None:
        return format_html('<span class="faint">{}</span>', drift.reason)
    if not drift.parts:
        return format_html('<span class="faint">{}</span>', "Agree")
    return bar(drift.parts, longest=longest)


def bar(parts: Iterable[Part], *, longest: Decimal) -> SafeString:
    shown = list(parts)
    words = ", ".join(f"{formats.quantity(part.units)} {part.label}" for part in shown)
    causes = [charts.Cause(part.label, part.units, part.kind) for part in shown]
    return format_html(
        "{}<small>{}</small>", charts.drift_bar(causes, title=words, longest=longest), words
    )


def parts_of(stored: Iterable[dict[str, Any]]) -> list[Part]:
    """Return the parts that a census kept."""
    return [Part(each["label"], Decimal(each["units"]), Cause(each["cause"])) for each in stored]


def cause_choices() -> list[tuple[str, str]]:
    return [(str(cause), WORDS[cause].capitalize()) for cause in Cause]
