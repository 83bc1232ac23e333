"""The sections of the file."""

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_serializer, model_validator

from integrations.operating_model.policy import LinkPolicy, Section

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=80)]
Code = Annotated[str, StringConstraints(min_length=1, max_length=40)]
Role = Literal["pos", "erp", "shop", "warehouse"]


class Retailer(Section):
    name: Name
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]  # of the ledger


class RateLimit(Section):
    """Our own share of the vendor's limit. `requests` empty: no limit."""

    requests: Annotated[int, Field(ge=1)] | None = None
    seconds: Annotated[int, Field(ge=1, le=86_400)] = 60
    concurrency: Annotated[int, Field(ge=1, le=64)] | None = None


class Connection(Section):
    """One account of one system. `settings` holds nothing secret, `credentials` only env:NAME."""

    system: Slug
    role: Role
    label: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    enabled: bool = True
    settings: dict[str, Any] = {}
    credentials: dict[str, str] = {}
    rate_limit: RateLimit | None = None


class Inventory(Section):
    """Who owns stock: one connection, with exceptions per location of a channel."""

    default: str
    locations: dict[str, str] = {}


class Owners(Section):
    """Which connection owns each domain."""

    products: str
    prices: str
    finance: str
    inventory: Inventory

    @model_validator(mode="before")
    @classmethod
    def _short_inventory(cls, value: Any) -> Any:
        """`inventory: brightpearl` is short for its default."""
        if isinstance(value, dict) and isinstance(value.get("inventory"), str):
            return {**value, "inventory": {"default": value["inventory"]}}
        return value


class Store(Section):
    name: Name
    timezone: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    cut_off: time = time(0, 0)  # local: where one trading day ends and the next begins
    closes_at: time = time(18, 0)  # local: usual closing
    open: bool = True

    @field_serializer("cut_off", "closes_at", when_used="json")
    def _minutes(self, value: time) -> str:
        return value.strftime("%H:%M")


class Link(Section):
    template: str
    channel: str
    owner: str
    enabled: bool = True
    policy: LinkPolicy = LinkPolicy()


class MappingRow(Section):
    """One row: its value, from when, and the target columns beside them."""

    value: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    label: Annotated[str, StringConstraints(max_length=120)] = ""
    effective_from: date | None = None
    target: dict[str, str]

    @model_validator(mode="before")
    @classmethod
    def _gather_target(cls, row: Any) -> Any:
        """Every column that is not one of ours belongs to the target."""
        if not isinstance(row, dict) or "target" in row:
            return row
        own = {name: row[name] for name in ("value", "label", "effective_from") if name in row}
        target = {name: value for name, value in row.items() if name not in own}
        return {**own, "target": {n: v for n, v in target.items() if v is not None}}


class Team(Section):
    name: Name
    members: tuple[str, ...] = ()  # user names


class RoutingRule(Section):
    """Who gets an exception. Empty fields match everything; the last rule that matches wins."""

    team: Code
    type: str = ""
    link: str = ""
    store: str = ""
    min_value: Annotated[Decimal, Field(ge=0)] | None = None


class OperatingModel(Section):
    """One retailer. Keys are slugs or codes.

    Connections, links and stores that are absent are switched off, never deleted. A mapping table,
    the teams or the routing that the file does not name are left as they are.
    """

    retailer: Retailer
    connections: dict[Slug, Connection]
    owners: Owners
    stores: dict[Code, Store] = {}
    links: dict[Slug, Link] = {}
    mappings: dict[str, dict[str, tuple[MappingRow, ...]]] = {}  # link → table → rows
    teams: dict[Code, Team] | None = None
    routing: tuple[RoutingRule, ...] | None = None
