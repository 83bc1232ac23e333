"""From text to a checked model, or to every problem at once."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from typing import Any

from pydantic import ValidationError

from integrations.operating_model.checks import Declared, check
from integrations.operating_model.connections import check_connection, typed_settings
from integrations.operating_model.explaining import explain
from integrations.operating_model.overrides import override
from integrations.operating_model.problems import OperatingModelError, Path, Problem
from integrations.operating_model.reading import Repeated, Tree, read_tree
from integrations.operating_model.schema import OperatingModel
from integrations.operating_model.systems import CheckUrl, Systems

STAND_IN = {"name": "?", "currency": "XXX"}


def load(
    text: str, *, name: str, systems: Systems, check_url: CheckUrl, overrides: Iterable[str] = ()
) -> OperatingModel:
    """The file as a checked model, each `path=value` of `overrides` applied first.

    Raises OperatingModelError with every problem, each with its line.
    """
    tree = read_tree(text, name=name)
    override(tree, overrides)
    owners = list(_two_owners(tree))
    model, refused = _validate(tree.data)
    found = [*owners, *refused]
    if model is not None:
        found += check(model, _declared(tree.data))
        for slug, entry in model.connections.items():
            place = ("connections", slug)
            found += check_connection(place, entry, systems=systems, check_url=check_url)
    problems = [Problem(tree.line(path), path, sentence) for path, sentence in found]
    problems += [*tree.problems, *_repeated(tree)]
    if problems or model is None:
        raise OperatingModelError(name, problems)
    return _typed(model, systems)


def _validate(data: dict[str, Any]) -> tuple[OperatingModel | None, list[tuple[Path, str]]]:
    """The model; without its refused entries if there are any, so that the rest is checked."""
    try:
        return OperatingModel.model_validate(data), []
    except ValidationError as error:
        refused = explain(error, OperatingModel)
    rest = deepcopy(data)
    for path, _ in refused:
        _prune(rest, path)
    try:
        return OperatingModel.model_validate(rest), refused
    except ValidationError as error:
        for path, _ in explain(error, OperatingModel):
            _prune(rest, path[: _entry_depth(path)])
    rest["retailer"] = STAND_IN  # it is refused in any case; the rest is still worth checking
    try:
        return OperatingModel.model_validate(rest), refused
    except ValidationError:
        return None, refused


def _entry_depth(path: Path) -> int:
    """Where the entry around a path is: a connection, a store, a whole table, the routing."""
    return {"mappings": 3, "routing": 1}.get(str(path[0]), 2) if path else 0


def _prune(data: dict[str, Any], path: Path) -> None:
    """Drop one key; places in a list stay where they are, so that lines stay true."""
    place: Any = data
    for part in path[:-1]:
        is_there = isinstance(place, dict) or (isinstance(place, list) and isinstance(part, int))
        place = (place.get(part) if isinstance(place, dict) else place[part]) if is_there else None
    if isinstance(place, dict) and path:
        place.pop(path[-1], None)


def _declared(data: dict[str, Any]) -> Declared:
    def keys(section: str) -> list[str]:
        entries = data.get(section)
        return list(entries) if isinstance(entries, dict) else []

    return Declared(keys("connections"), keys("links"), keys("stores"))


def _two_owners(tree: Tree) -> Iterator[tuple[Path, str]]:
    """Lists where one owner belongs; each is cut to its first, so that the rest can be checked."""
    owners = tree.data.get("owners")
    inventory = owners.get("inventory") if isinstance(owners, dict) else None
    locations = inventory.get("locations") if isinstance(inventory, dict) else None
    places: tuple[tuple[Any, Path], ...] = (
        (owners, ("owners",)),
        (inventory, ("owners", "inventory")),
        (locations, ("owners", "inventory", "locations")),
    )
    for place, path in places:
        for key, value in place.items() if isinstance(place, dict) else ():
            if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
                place[key] = value[0]
                if len(value) > 1:
                    yield (*path, key), _two(tree, (*path, key), value[0], value[1])


def _two(tree: Tree, path: Path, first: str, second: str) -> str:
    connections = tree.data.get("connections")
    labels = []
    for slug in (first, second):
        entry = connections.get(slug) if isinstance(connections, dict) else None
        label = entry.get("label") if isinstance(entry, dict) else None
        labels.append(label or slug)
    key = path[-1]
    thing = f"stock at location {key}" if "locations" in path else str(key)
    thing = "stock" if key in {"inventory", "default"} else thing
    return (
        f"Both {labels[0]} and {labels[1]} are named as the owner of {thing}. "
        "Only one of them may decide it; remove the other."
    )


def _repeated(tree: Tree) -> Iterator[Problem]:
    for again in tree.repeated:
        yield Problem(again.line, again.path, _repeated_sentence(tree, again))


def _repeated_sentence(tree: Tree, again: Repeated) -> str:
    is_owner = again.path[0] == "owners" and isinstance(again.first, str)
    if is_owner and again.again and again.again != again.first:
        return _two(tree, again.path, again.first, again.again)
    line = tree.line(again.path)
    return f"“{again.path[-1]}” is written twice, first in line {line}. Remove one of them."


def _typed(model: OperatingModel, systems: Systems) -> OperatingModel:
    connections = {
        slug: entry.model_copy(update={"settings": typed_settings(entry, systems[entry.system])})
        for slug, entry in model.connections.items()
    }
    return model.model_copy(update={"connections": connections})
