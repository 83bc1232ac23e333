"""What must agree between the sections of a file: names, owners, templates, tables."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo, available_timezones

from integrations.mapping.tables import TABLES, MappingTable
from integrations.mapping.validation import nearest, row_problems
from integrations.operating_model.problems import Path
from integrations.operating_model.schema import Link, MappingRow, OperatingModel
from integrations.operating_model.templates import LINK_TEMPLATES, LinkTemplate

TEAMS = ("OPS", "FIN", "CX", "WH", "STORE", "MER", "ADM")  # exist without being named

Found = Iterator[tuple[Path, str]]


@dataclass(frozen=True, slots=True)
class Declared:
    """Names that the file uses, those of entries that were refused for other reasons included."""

    connections: Collection[str]
    links: Collection[str]
    stores: Collection[str]


def check(model: OperatingModel, declared: Declared) -> Found:
    """Everything that disagrees, as path and sentence."""
    yield from _owners(model, declared)
    yield from _zones(model)
    for slug, link in model.links.items():
        yield from _link(model, slug, link, declared)
    yield from _posted_twice(model)
    yield from _mappings(model, declared)
    yield from _routing(model, declared)


def _owner_entries(model: OperatingModel) -> Iterator[tuple[Path, str]]:
    owners = model.owners
    yield ("owners", "products"), owners.products
    yield ("owners", "prices"), owners.prices
    yield ("owners", "finance"), owners.finance
    yield ("owners", "inventory", "default"), owners.inventory.default
    for location, slug in owners.inventory.locations.items():
        yield ("owners", "inventory", "locations", location), slug


def _owners(model: OperatingModel, declared: Declared) -> Found:
    for path, slug in _owner_entries(model):
        if slug not in declared.connections:
            yield path, _no_connection(slug, declared)
        elif slug in model.connections and not model.connections[slug].enabled:
            yield path, f"{_label(model, slug)} is switched off, so it cannot own this."


def _no_connection(slug: str, declared: Declared) -> str:
    return f"There is no connection “{slug}”.{nearest(slug, declared.connections)}"


def _label(model: OperatingModel, slug: str) -> str:
    connection = model.connections.get(slug)
    return connection.label if connection else slug


def _zones(model: OperatingModel) -> Found:
    named: list[tuple[Path, str]] = [
        *((("stores", code, "timezone"), store.timezone) for code, store in model.stores.items()),
        *((("teams", c, "timezone"), team.timezone) for c, team in (model.teams or {}).items()),
    ]
    for path, zone in named:
        if not _is_zone(zone):
            help_ = nearest(zone, available_timezones()) or " Write one like Europe/London."
            yield path, f"“{zone}” is not a time zone.{help_}"


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _link(model: OperatingModel, slug: str, link: Link, declared: Declared) -> Found:
    path = ("links", slug)
    template = LINK_TEMPLATES.get(link.template)
    if template is None:
        help_ = nearest(link.template, LINK_TEMPLATES)
        yield (*path, "template"), f"There is no link template “{link.template}”.{help_}"
    for side in ("channel", "owner"):
        name = getattr(link, side)
        if name not in declared.connections:
            yield (*path, side), _no_connection(name, declared)
        elif template and name in model.connections:
            yield from _side(model, (*path, side), name, template, side)
    if template and link.enabled and link.owner in model.connections:
        yield from _foreign_owner(model, slug, link, template)


def _side(model: OperatingModel, path: Path, name: str, template: LinkTemplate, side: str) -> Found:
    connection = model.connections[name]
    wanted = (getattr(template, f"{side}_system"), getattr(template, f"{side}_role"))
    if (connection.system, connection.role) != wanted:
        yield (
            path,
            (
                f"{template.slug} needs a {wanted[0]} connection with role {wanted[1]} here; "
                f"{connection.label} is {connection.system} with role {connection.role}."
            ),
        )


def _foreign_owner(model: OperatingModel, slug: str, link: Link, template: LinkTemplate) -> Found:
    """A link takes from its owner what the owners section gives to somebody else."""
    owners = model.owners
    stock = {owners.inventory.default, *owners.inventory.locations.values()}
    named = {
        "products": {owners.products},
        "prices": {owners.prices},
        "finance": {owners.finance},
        "inventory": stock,
    }
    for domain in template.owned:
        if link.owner not in named[domain]:
            others = " and ".join(_label(model, each) for each in sorted(named[domain]))
            thing = "stock" if domain == "inventory" else domain
            yield (
                ("links", slug, "owner"),
                (
                    f"Two owners of {thing}: this link relies on {_label(model, link.owner)}, "
                    f"but under owners it belongs to {others}. Name one of them in both places."
                ),
            )


def _posted_twice(model: OperatingModel) -> Found:
    """Two enabled links of one template would carry each record of a channel twice."""
    by_channel: dict[tuple[str, str], list[str]] = defaultdict(list)
    for slug, link in model.links.items():
        if link.enabled:
            by_channel[link.template, link.channel].append(slug)
    for (_, channel), slugs in by_channel.items():
        for other in slugs[1:]:
            first = model.links[slugs[0]]
            yield (
                ("links", other, "channel"),
                (
                    f"Links {slugs[0]} (to {_label(model, first.owner)}) and {other} "
                    f"(to {_label(model, model.links[other].owner)}) would both post every sale of "
                    f"{_label(model, channel)}. Switch one of them off."
                ),
            )


def _mappings(model: OperatingModel, declared: Declared) -> Found:
    for link, tables in model.mappings.items():
        path: Path = ("mappings", link)
        if link not in declared.links:
            yield path, f"There is no link “{link}”.{nearest(link, declared.links)}"
        for key, rows in tables.items():
            used = _tables(model, link)
            if key in used:
                yield from _rows((*path, key), used[key], rows)
            elif key in TABLES:
                title = TABLES[key].title
                yield (*path, key), f"This link has no use for {title.lower()}. Remove them."
            else:
                yield (*path, key), f"There is no mapping table “{key}”.{nearest(key, TABLES)}"


def _tables(model: OperatingModel, link: str) -> Mapping[str, MappingTable]:
    """The tables of a link; all of them while its template is not known."""
    named = model.links.get(link)
    template = LINK_TEMPLATES.get(named.template) if named else None
    return template.tables if template else TABLES


def _rows(path: Path, table: MappingTable, rows: tuple[MappingRow, ...]) -> Found:
    seen = set()
    for index, row in enumerate(rows):
        for problem in row_problems(table, row.value, row.target):
            column = "value" if problem.field == "source" else problem.field
            yield (*path, index, column), problem.sentence
        key = (table.source_key(row.value), row.effective_from)
        if key in seen:
            sentence = f"“{row.value}” is written twice for the same date. Remove one of them."
            yield (*path, index, "value"), sentence
        seen.add(key)


def _routing(model: OperatingModel, declared: Declared) -> Found:
    teams = {*TEAMS, *(model.teams or {})}
    for index, rule in enumerate(model.routing or ()):
        path: Path = ("routing", index)
        if rule.team not in teams:
            yield (*path, "team"), f"There is no team “{rule.team}”.{nearest(rule.team, teams)}"
        if rule.least_value is not None and not rule.currency:
            yield (*path, "currency"), "A least value needs its currency."
        if rule.link and rule.link not in declared.links:
            sentence = f"There is no link “{rule.link}”.{nearest(rule.link, declared.links)}"
            yield (*path, "link"), sentence
        if rule.store and rule.store not in declared.stores:
            sentence = f"There is no store “{rule.store}”.{nearest(rule.store, declared.stores)}"
            yield (*path, "store"), sentence
