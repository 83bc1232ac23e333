"""What the file may say of a system, as far as a system is known."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

REFERENCE = re.compile(r"env:[A-Z][A-Z0-9_]*")


@dataclass(frozen=True, slots=True)
class SystemFacts:
    """A system we have a connector for. `config` validates settings and credentials together."""

    slug: str
    label: str
    roles: frozenset[str]
    credentials: tuple[str, ...]
    config: type[BaseModel]


Systems = Mapping[str, SystemFacts]
# A base URL → the same, tidied. Raises ValueError with a sentence.
CheckUrl = Callable[[str], str]


def is_reference(text: str) -> bool:
    """Whether a credential only names where it is kept."""
    return bool(REFERENCE.fullmatch(text))


def stand_ins(credentials: Mapping[str, str]) -> dict[str, Any]:
    """Something in the place of each secret, so that the rest can be checked without them."""
    return dict.fromkeys(credentials, "stand-in-secret")
