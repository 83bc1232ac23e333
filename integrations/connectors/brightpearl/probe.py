"""Testing a connection: credentials, remaining budget and clock."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from integrations.connectors.brightpearl.assumed import CLOCK_TOLERANCE
from integrations.connectors.brightpearl.client import Client
from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.connectors.brightpearl.envelope import REMAINING
from integrations.connectors.errors import ConnectorError
from integrations.ports import Probe

SETTINGS = {
    "base currency": "baseCurrencyCode",
    "time zone": "timeZone",
    "tax scheme": "taxSchemeCode",
}


def probe(client: Client, config: BrightpearlConfig, *, now: datetime) -> Probe:
    """Ask for the account's configuration, and say what it told. Never raises a ConnectorError."""
    facts = {"access": config.access.value}
    try:
        found, headers = client.account_configuration()
    except ConnectorError as error:
        return Probe(ok=False, sentence=error.sentence, facts=facts, error=error)
    for label, name in SETTINGS.items():
        if name in found.configuration:
            facts[label] = str(found.configuration[name])
    if REMAINING in headers:
        facts["requests left this minute"] = headers[REMAINING]
    return _with_clock(facts, clock_skew(headers, now=now))


def _with_clock(facts: dict[str, str], skew: timedelta | None) -> Probe:
    if skew is None:
        return Probe(ok=True, sentence="Brightpearl answers.", facts=facts)
    facts = facts | {"clock difference": f"{skew.total_seconds():.0f} s"}
    if abs(skew) > CLOCK_TOLERANCE:
        sentence = "Brightpearl answers, but its clock and ours differ: set this machine's clock."
        return Probe(ok=True, sentence=sentence, facts=facts)
    return Probe(ok=True, sentence="Brightpearl answers.", facts=facts)


def clock_skew(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Their clock less ours by the Date header; None without one."""
    try:
        theirs = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return (theirs if theirs.tzinfo else theirs.replace(tzinfo=UTC)) - now
