"""Reads the live configuration: a handful of queries, however many shops there are."""

from dataclasses import replace
from typing import Any

from integrations import public
from monitoring import registry
from monitoring.kit.formats import money
from monitoring.models import AlertChannel, RoutingRule, Team
from monitoring.setup import Crew, Exemption, Setup, Shop, Wiring


def read_setup() -> Setup:
    """Return what is set up now; empty where nothing is."""
    return replace(read_systems(), crews=_crews(), exemptions=_exemptions())


def read_systems() -> Setup:
    """Return the systems and shops alone, without teams and rules: what checklists need."""
    retailer = public.retailer()
    links = list(public.links().filter(enabled=True))
    labels = {each.slug: each.label for link in links for each in (link.channel, link.owner)}
    owners: dict[str, Any] = dict(retailer.owners) if retailer else {}
    stock = owners.pop("inventory", None) or {}
    named = {domain: labels.get(slug, slug) for domain, slug in owners.items()}
    if stock:
        named["inventory"] = labels.get(stock["default"], stock["default"])
    elsewhere = stock.get("locations", {})
    return Setup(
        retailer=retailer.name if retailer else "",
        currency=retailer.currency if retailer else "",
        owners=named,
        stock_elsewhere={place: labels.get(slug, slug) for place, slug in elsewhere.items()},
        wirings=tuple(_wiring(link) for link in links),
        shops=tuple(_shop(store) for store in public.stores().filter(is_open=True)),
        crews=(),
        exemptions=(),
        types=tuple(sorted(registry.TYPES.values(), key=lambda each: each.code)),
    )


def _wiring(link: public.Link) -> Wiring:
    policy = public.link_policy(link)
    return Wiring(
        slug=link.slug,
        channel=link.channel.label,
        channel_role=link.channel.role,
        owner=link.owner.label,
        owner_role=link.owner.role,
        accounting=str(policy.accounting_mode),
        journal=str(policy.journal_posting),
        cadence=str(policy.stock.cadence),
        interval_minutes=policy.stock.interval_minutes,
        merged_seconds=policy.stock.coalesce_seconds,
        nightly_at=f"{policy.stock.nightly_at:%H:%M}",
        parked_hours=policy.parked_hours,
    )


def _shop(store: public.Store) -> Shop:
    return Shop(store.code, store.name, store.timezone, f"{store.closes_at:%H:%M}")


def _crews() -> tuple[Crew, ...]:
    channels: dict[int, list[str]] = {}
    for channel in AlertChannel.objects.filter(enabled=True):
        channels.setdefault(channel.team_id, []).append(channel.label)
    teams = Team.objects.select_related("lead", "backup").prefetch_related("members")
    return tuple(_crew(team, tuple(channels.get(team.pk, ()))) for team in teams)


def _crew(team: Team, channels: tuple[str, ...]) -> Crew:
    return Crew(
        code=team.code,
        name=team.name,
        hours=f"{team.opens:%H:%M}–{team.closes:%H:%M} {team.timezone}",
        members=tuple(_name(user) for user in team.members.all()),
        lead=_name(team.lead),
        backup=_name(team.backup),
        channels=channels,
    )


def _name(user: Any) -> str:
    return (user.get_full_name() or user.get_username()) if user else ""


def _exemptions() -> tuple[Exemption, ...]:
    rules = RoutingRule.objects.filter(enabled=True).select_related("team", "link")
    return tuple(
        Exemption(rule.type_key, _condition(rule), rule.team.name)
        for rule in rules.order_by("position")
    )


def _condition(rule: RoutingRule) -> str:
    parts = [f"of {rule.link.slug}"] if rule.link else []
    parts += [f"in store {rule.store_code}"] if rule.store_code else []
    if rule.least_value is not None:
        parts.append(f"from {money(rule.least_value, rule.currency)}")
    elif rule.currency:
        parts.append(f"in {rule.currency}")
    return " ".join(parts)
