"""What is wrong with a file, where, and what to do."""

from dataclasses import dataclass

Path = tuple[str | int, ...]


def path_text(path: Path) -> str:
    """`("links", "main", "policy")` → `links.main.policy`; list positions as `[0]`."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend. `line` 0: not in the file itself (an override)."""

    line: int
    path: Path
    sentence: str

    def text(self, name: str) -> str:
        """`retailer.yaml:12 connections.sitoo.role: …`"""
        place = f"{name}:{self.line}" if self.line else "--set"
        where = path_text(self.path)
        return f"{place} {where}: {self.sentence}" if where else f"{place}: {self.sentence}"


class OperatingModelError(ValueError):
    """The file is refused; `problems` are all of them, in the order of the file."""

    def __init__(self, name: str, problems: list[Problem]) -> None:
        self.name = name
        ordered = dict.fromkeys(problems)
        self.problems = sorted(ordered, key=lambda problem: problem.line)
        super().__init__("\n".join(problem.text(name) for problem in self.problems))
