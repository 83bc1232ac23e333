"""What a store has, for mapping pages, and whether we may use it at all."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from integrations.connectors.bigcommerce.client import BigCommerceClient
from integrations.connectors.bigcommerce.dialect import LACKS_SCOPE, QUOTA, SYSTEM
from integrations.connectors.errors import ConnectorError, UnauthorisedError
from integrations.connectors.http import Reply
from integrations.ports import Choice, Probe

MOST_SKEW = timedelta(seconds=30)  # beyond it cursors by time may skip what just changed
# What each permission is called in the control panel, and a list that needs it.
SCOPES = (
    ("Orders", "/v2/orders"),
    ("Order transactions", "/v3/orders/payment_actions/refunds"),
    ("Products", "/v3/catalog/products"),
    ("Store inventory", "/v3/inventory/items"),
    ("Store locations", "/v3/inventory/locations"),
    ("Customers", "/v3/customers"),
)


def check(client: BigCommerceClient, *, clock: Callable[[], datetime]) -> Probe:
    """Token, permissions and clock. Never raises a ConnectorError."""
    try:
        reply = client.time()
        store = client.store()
        lacking = _lacking(client)
    except ConnectorError as error:
        return Probe(ok=False, sentence=error.sentence, error=error)
    facts = {
        "store": store.name,
        "currency": store.currency,
        "plan": store.plan_level,
        "time zone": str(store.timezone.get("name") or ""),
        "prices": "include tax" if store.is_price_entered_with_tax else "without tax",
        **_quota(reply),
    }
    if lacking:
        named = ", ".join(lacking)
        sentence = f"{SYSTEM} lets us in, but the API account lacks permissions: {named}."
        trouble = UnauthorisedError(sentence, code=LACKS_SCOPE)
        return Probe(ok=False, sentence=sentence, facts=facts, error=trouble)
    return _with_clock(facts, _skew(reply, now=clock()))


def _lacking(client: BigCommerceClient) -> list[str]:
    """Permissions that the API account was not given."""
    lacking = []
    for name, path in SCOPES:
        try:
            client.probe(path)
        except UnauthorisedError as error:
            if error.code != LACKS_SCOPE:
                raise
            lacking.append(name)
    return lacking


def _quota(reply: Reply) -> dict[str, str]:
    quota = reply.headers.get(QUOTA)
    return {"requests in 30 s": quota} if quota else {}


def _with_clock(facts: dict[str, str], skew: timedelta | None) -> Probe:
    if skew is None:
        return Probe(ok=True, sentence=f"{SYSTEM} answers.", facts=facts)
    seconds = skew // timedelta(seconds=1)
    side = "ahead of" if seconds > 0 else "behind"
    facts = facts | {"clock": f"{abs(seconds)} s {side} ours"}
    if abs(skew) > MOST_SKEW:
        sentence = f"{SYSTEM} answers, but its clock and ours are {abs(seconds)} s apart."
        return Probe(ok=False, sentence=sentence, facts=facts)
    return Probe(ok=True, sentence=f"{SYSTEM} answers.", facts=facts)


def _skew(reply: Reply, *, now: datetime) -> timedelta | None:
    """Their clock less ours."""
    seconds = reply.data.get("time") if isinstance(reply.data, Mapping) else None
    if not isinstance(seconds, int):
        return None
    return datetime.fromtimestamp(seconds, UTC) - now


def choices(client: BigCommerceClient, kind: str) -> Sequence[Choice]:
    """Real values by the code that our records carry; empty for a kind that it does not have."""
    reader = _CHOICES.get(kind)
    return reader(client) if reader else ()


def _payment_methods(client: BigCommerceClient) -> list[Choice]:
    """By gateway, as transactions name them."""
    return _choices(client.bare_rows("/v2/payments/methods"), "code", "name")


def _order_statuses(client: BigCommerceClient) -> list[Choice]:
    """With the merchant's own label where he gave one."""
    return [
        Choice(str(row.get("id")), str(row.get("custom_label") or row.get("name") or ""))
        for row in client.order_statuses()
    ]


def _shipping_methods(client: BigCommerceClient) -> list[Choice]:
    """By name, once each over all zones: an order carries the name only."""
    names: dict[str, list[str]] = {}
    for zone in client.bare_rows("/v2/shipping/zones"):
        for row in client.bare_rows(f"/v2/shipping/zones/{zone.get('id')}/methods"):
            names.setdefault(str(row.get("name")), []).append(str(zone.get("name")))
    return [Choice(name, f"{name} ({', '.join(zones)})") for name, zones in names.items()]


def _tax_rates(client: BigCommerceClient) -> list[Choice]:
    return _choices(client.bare_rows("/v2/tax_classes"), "id", "name")


def _choices(rows: Sequence[Mapping[str, Any]], code: str, label: str) -> list[Choice]:
    return [Choice(str(row.get(code)), str(row.get(label) or row.get(code))) for row in rows]


_CHOICES: Mapping[str, Callable[[BigCommerceClient], list[Choice]]] = {
    "payment-methods": _payment_methods,
    "payment-types": _payment_methods,
    "order-statuses": _order_statuses,
    "shipping-methods": _shipping_methods,
    "tax-classes": _tax_rates,
    "customer-groups": lambda client: _choices(
        client.bare_rows("/v2/customer_groups"), "id", "name"
    ),
    "warehouses": lambda client: _choices(client.rows("/v3/inventory/locations"), "id", "label"),
    "locations": lambda client: _choices(client.rows("/v3/inventory/locations"), "id", "label"),
    "channels": lambda client: _choices(client.rows("/v3/channels"), "id", "name"),
    "price-lists": lambda client: _choices(client.rows("/v3/pricelists"), "id", "name"),
}
