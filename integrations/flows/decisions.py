"""What a flow can decide about one record. Values, never actions."""

from dataclasses import dataclass
from decimal import Decimal

from integrations.canonical.effects import Effect


@dataclass(frozen=True, slots=True)
class Skip:
    """Nothing to do, and why, in words a person can read."""

    reason: str


@dataclass(frozen=True, slots=True)
class Park:
    """Waits for another record: released when it arrives, an exception when it does not."""

    reason: str
    waits_for: str  # the external id of the record


@dataclass(frozen=True, slots=True)
class Obstacle:
    """One reason why the record cannot go on. `kind` is an exception key."""

    kind: str
    subject: str
    sentence: str
    table: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Blocked:
    """All obstacles at once, so that one visit is enough to mend them."""

    obstacles: tuple[Obstacle, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """One effect to be made. `key` is unique for ever."""

    key: str
    effect: Effect
    lane: int
    step: int = 1
    link_kind: str = ""
    value: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Post:
    flow: str
    steps: tuple[Planned, ...]
    # line id → (target product id, stocked?, disposition of a returned line)
    products: dict[str, tuple[str, bool, str]]
    # tender index → (method code, nominal code)
    methods: dict[int, tuple[str, str]]


Decision = Skip | Park | Blocked | Post
