"""`--set connections.tills.settings.base_url=http://…`: one value of the file, from outside."""

from collections.abc import Iterable
from typing import Any

from integrations.operating_model.problems import Path, Problem
from integrations.operating_model.reading import Tree


def override(tree: Tree, settings: Iterable[str]) -> None:
    """Set each `path=value` in the tree; a path whose parent does not exist becomes a problem."""
    for setting in settings:
        dotted, equals, value = setting.partition("=")
        path: Path = tuple(dotted.strip().split("."))
        place = _parent(tree.data, path)
        if not equals or not isinstance(place, dict):
            sentence = "Write it as path=value; all of the path but its end must be in the file."
            tree.problems.append(Problem(0, path, sentence))
            continue
        place[str(path[-1])] = value
        tree.lines[path] = 0


def _parent(data: Any, path: Path) -> Any:
    for part in path[:-1]:
        data = data.get(part) if isinstance(data, dict) else None
    return data
