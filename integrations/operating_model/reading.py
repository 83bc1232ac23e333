"""YAML without its surprises: text stays text, and every value knows its line.

Plain scalars are never guessed into dates, numbers or booleans (`NO`, `08:30` and `0120` are text);
the schema says what each value is. Tags, anchors and repeated keys are refused.
"""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import yaml

from integrations.operating_model.problems import OperatingModelError, Path, Problem

LARGEST = 1_000_000  # bytes
DEEPEST = 12  # levels
NOTHING = {"", "~", "null"}


class Repeated(NamedTuple):
    """A key that was written twice; `again` is its second value, None when that is not text."""

    line: int
    path: Path
    first: Any
    again: str | None


@dataclass(slots=True)
class Tree:
    """Plain values (dict, list, str, None), the line of each path, and what was refused."""

    data: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    repeated: list[Repeated] = field(default_factory=list)

    def line(self, path: Path) -> int:
        """The line of a path, or of the nearest thing around it."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def read_tree(text: str, *, name: str) -> Tree:
    """Parse a file. Raises OperatingModelError when it cannot be read any further.

    What does not stop the reading is kept in the tree: repeated keys and other problems.
    """
    if len(text.encode()) > LARGEST:
        raise _refused(name, 1, f"The file is larger than {LARGEST // 1_000_000} MB.")
    try:
        _check_events(text, name=name)
        node = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise _refused(name, line, f"This is not YAML: {error.problem or error.context}.") from None
    except yaml.YAMLError as error:
        raise _refused(name, 1, f"This is not YAML: {str(error).splitlines()[0]}.") from None
    tree = Tree()
    tree.lines[()] = 1
    if node is None:
        raise _refused(name, 1, "The file is empty.")
    tree.data = _value(node, (), tree)
    if not isinstance(tree.data, dict):
        raise _refused(name, 1, "The file must be a mapping that begins with “retailer:”.")
    return tree


def _refused(name: str, line: int, sentence: str) -> OperatingModelError:
    return OperatingModelError(name, [Problem(line, (), sentence)])


def _check_events(text: str, *, name: str) -> None:
    """Refuse what could expand, execute or nest without end, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _refused(name, line, "Anchors and aliases (& and *) are not used here.")
        tag = getattr(event, "tag", None)
        if tag is not None:
            raise _refused(name, line, f"The tag {tag} is not used here; write the plain value.")
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            raise _refused(name, line, f"Values are nested deeper than {DEEPEST} levels.")


def _value(node: yaml.Node, path: Path, tree: Tree) -> Any:
    tree.lines.setdefault(path, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, tree)
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, (*path, index), tree) for index, each in enumerate(node.value)]
    is_nothing = getattr(node, "style", None) is None and node.value.lower() in NOTHING
    return None if is_nothing else node.value


def _mapping(node: yaml.MappingNode, path: Path, tree: Tree) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        if not isinstance(key_node, yaml.ScalarNode) or key_node.value == "<<":
            tree.problems.append(Problem(line, path, "A key must be plain text."))
            continue
        key: str = key_node.value
        if key in found:
            again = value_node.value if isinstance(value_node, yaml.ScalarNode) else None
            tree.repeated.append(Repeated(line, (*path, key), found[key], again))
            continue
        tree.lines[(*path, key)] = line
        found[key] = _value(value_node, (*path, key), tree)
    return found
