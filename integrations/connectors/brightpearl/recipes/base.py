"""A recipe: how one operation is written, understood, looked up and read back."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from integrations.canonical.effects import Effect
from integrations.connectors.brightpearl.calls import Message
from integrations.connectors.brightpearl.search import instant
from integrations.connectors.errors import (
    AmbiguousError,
    ConnectorError,
    RejectedError,
    SchemaChangedError,
    UnsupportedError,
)
from integrations.ports import Done, Intent, LookUp, Posted, ReadBack

if TYPE_CHECKING:
    from integrations.connectors.brightpearl.account import Account

# What becomes of an intent before anything is sent: a message, or an outcome that needs none.
Draft = Message | Done | ConnectorError
Drafts = Callable[[Sequence[Intent], "Account"], Sequence[Draft]]
Understand = Callable[[Intent, Any], Done]
Find = Callable[[Sequence[Intent], "Account"], Sequence[LookUp]]
Compare = Callable[[Sequence[Posted], "Account"], Sequence[ReadBack | None]]

E = TypeVar("E", bound=Effect)


@dataclass(frozen=True, slots=True)
class Recipe:
    """One operation. Each function takes many intents, so that it can ask in bulk.

    `drafts` may read, never write an order. `understand` turns the accepted answer into Done and
    raises AmbiguousError when it says nothing. Operations that share `read_back` are read together.
    """

    drafts: Drafts
    understand: Understand
    look_up: Find
    read_back: Compare


@dataclass(frozen=True, slots=True)
class Wanted(Generic[E]):
    """An intent whose effect is of a known type."""

    intent: Intent
    effect: E

    def ref(self, name: str) -> int:
        """An external id that an earlier effect left. Raises RejectedError without it."""
        value = str(self.intent.refs.get(name) or "")
        if not value.isdecimal():
            raise RejectedError(f"It is not known which {name.replace('_', ' ')} this belongs to.")
        return int(value)


def wanted(intent: Intent, kind: type[E]) -> Wanted[E]:
    """The intent with its effect's type proven."""
    if not isinstance(intent.effect, kind):
        raise TypeError(f"{intent.key} is a {intent.effect.operation}, not a {kind.operation}")
    return Wanted(intent, intent.effect)


def each(intents: Sequence[Intent], write: Callable[[Intent], Draft]) -> list[Draft]:
    """Drafts one by one; what cannot be expressed holds only its own intent."""
    drafts: list[Draft] = []
    for intent in intents:
        try:
            drafts.append(write(intent))
        except (RejectedError, SchemaChangedError) as error:
            drafts.append(error)
    return drafts


def created_id(response: Any) -> int:
    """The id in `{"response": 1029}` or `{"response": [16]}`. Raises AmbiguousError without one."""
    value = response[0] if isinstance(response, list) and response else response
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise AmbiguousError("Brightpearl accepted it but did not say under which id.")


def vendor_id(value: str, what: str) -> int:
    """An id that a mapping holds. Raises RejectedError when it is not a number."""
    if not value.isdecimal():
        raise RejectedError(f"{value or 'Nothing'} is not the id of a Brightpearl {what}.")
    return int(value)


def whole(quantity: Decimal, *, what: str) -> int:
    """QUIRK(brightpearl): goods are counted in whole units. Raises UnsupportedError."""
    if quantity != quantity.to_integral_value():
        raise UnsupportedError(f"Brightpearl counts {what} in whole units, not {plain(quantity)}.")
    return int(quantity)


def plain(value: Decimal) -> str:
    """A decimal without exponent or needless zeros: `2`, `0.5`, `10.00` as `10`."""
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def noon(day: date) -> str:
    """A date that is the same day in every account's time zone: a bare date means midnight UTC."""
    return instant(datetime.combine(day, time(12), UTC))
