"""What an account has, for mapping pages, and whether we may use it at all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from integrations.connectors.bodies import parse
from integrations.connectors.errors import ConnectorError
from integrations.connectors.sitoo import schemas as wire
from integrations.connectors.sitoo.client import SitooClient
from integrations.connectors.sitoo.mapping import SYSTEM
from integrations.ports import Choice, Probe

MOST_SKEW = timedelta(seconds=30)  # beyond it cursors by time may skip what just changed


def choices(client: SitooClient, kind: str) -> Sequence[Choice]:
    """Real values by the code that our records carry; empty for a kind that Sitoo does not have."""
    reader = _CHOICES.get(kind)
    return reader(client) if reader else ()


def check(client: SitooClient, *, site_id: int, clock: Callable[[], datetime]) -> Probe:
    """Credentials, site and clock. Never raises a ConnectorError."""
    try:
        reply = client.sites()
        listed = parse(wire.Listed, reply.data, system=SYSTEM, endpoint="sites")
    except ConnectorError as error:
        return Probe(ok=False, sentence=error.sentence, error=error)
    sites = [site.get("eshopid") for site in listed.items]
    if site_id not in sites:
        known = ", ".join(str(site) for site in sites) or "none"
        return Probe(ok=False, sentence=f"{SYSTEM} has no site {site_id} here; it has: {known}.")
    return _with_clock(_skew(reply.headers, now=clock()), site_id=site_id)


def _with_clock(skew: timedelta | None, *, site_id: int) -> Probe:
    facts = {"site": str(site_id)}
    if skew is None:
        return Probe(ok=True, sentence=f"{SYSTEM} answers.", facts=facts)
    seconds = skew // timedelta(seconds=1)
    facts["clock"] = f"{abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} ours"
    if abs(skew) > MOST_SKEW:
        return Probe(
            ok=False,
            sentence=f"{SYSTEM} answers, but its clock and ours are {abs(seconds)} s apart.",
            facts=facts,
        )
    return Probe(ok=True, sentence=f"{SYSTEM} answers.", facts=facts)


def _skew(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Their clock less ours, when they tell the time."""
    try:
        moment = parsedate_to_datetime(headers.get("date", ""))
    except ValueError:
        return None
    return moment - now if moment.tzinfo else None


def _payment_types(client: SitooClient) -> list[Choice]:
    """By name, which is what receipts carry."""
    rows = [
        parse(wire.PaymentType, row, system=SYSTEM, endpoint="pospaymenttypes")
        for row in client.payment_types()
    ]
    return [Choice(row.name, _label(row.name, row.externalid)) for row in rows]


def _stores(client: SitooClient) -> list[Choice]:
    """By external id, as in receipts and Z-reports; stores without one are left out."""
    rows = [parse(wire.Store, row, system=SYSTEM, endpoint="stores") for row in client.stores()]
    return [Choice(row.externalid, row.name) for row in rows if row.externalid]


def _warehouses(client: SitooClient) -> list[Choice]:
    rows = [
        parse(wire.Warehouse, row, system=SYSTEM, endpoint="warehouses")
        for row in client.warehouses()
    ]
    return [Choice(str(row.warehouseid), row.name) for row in rows]


def _reason_codes(client: SitooClient) -> list[Choice]:
    rows = [
        parse(wire.ReasonCode, row, system=SYSTEM, endpoint="reasoncodes")
        for row in client.reason_codes()
    ]
    return [Choice(row.reasoncode, _label(row.name or row.reasoncode, "")) for row in rows]


def _tax_rates(client: SitooClient) -> list[Choice]:
    """Percentages, once each: a receipt's row carries the rate, not the group."""
    groups = [
        parse(wire.ProductGroup, row, system=SYSTEM, endpoint="productgroups")
        for row in client.product_groups()
    ]
    names: dict[str, list[str]] = {}
    for group in groups:
        names.setdefault(f"{group.value.normalize():f}", []).append(group.productgroupname)
    return [
        Choice(rate, _label(f"{rate} %", ", ".join(filter(None, names[rate])))) for rate in names
    ]


def _label(name: str, more: str) -> str:
    return f"{name} ({more})" if more else name


_CHOICES: Mapping[str, Callable[[SitooClient], list[Choice]]] = {
    "payment-types": _payment_types,
    "stores": _stores,
    "warehouses": _warehouses,
    "reason-codes": _reason_codes,
    "tax-rates": _tax_rates,
}
