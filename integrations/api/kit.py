"""What every operation of the JSON API declares, and the shapes they share.

An operation is a row of a table: no address of the API exists without a capability and a scope.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, Generic, Literal, Protocol, TypeVar, cast

from django.db.models import Model, QuerySet, TextChoices
from django.http import HttpRequest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, WithJsonSchema

from integrations.canonical.money import minor_unit

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOST = 200  # rows of one page
BIGGEST = 2**63 - 1

# PostgreSQL cannot store NUL, so it is refused by name and not by a failing write.
Text = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\x00]*$")
]
Name = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=160, pattern=r"^[^\x00]+$")
]
Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\x00]+$")
]
Id = Annotated[int, Field(ge=0, le=BIGGEST)]


def choice(kind: type[TextChoices]) -> WithJsonSchema:
    """Write the values out where they are used: many of our enumerations are called `State`."""
    return WithJsonSchema({"type": "string", "enum": list(kind.values)})


class Scope(StrEnum):
    """What a token may be used for; its user's role must allow it as well."""

    READ = "read"
    TRIAGE = "triage"
    REPLAY = "replay"
    MAPPINGS = "mappings"
    SIGN_OFF = "sign-off"


@dataclass(frozen=True)
class Operation:
    """One operation. Without `capability` and `scope` it cannot be written down."""

    method: Literal["GET", "POST", "PUT", "DELETE"]
    path: str
    view: Callable[..., BaseModel]
    answer: type[BaseModel]
    capability: str
    scope: Scope
    # What another capability is asked for by, where the address says which part of the business.
    capability_at: Callable[[Mapping[str, Any]], str] | None = None

    def needs(self, path: Mapping[str, Any]) -> str:
        """Return the capability for an address, given the parts of its path."""
        return self.capability_at(path) if self.capability_at else self.capability

    @property
    def name(self) -> str:
        return self.view.__name__.replace("_", "-")


class ApiError(Exception):
    """Refuse with this status and sentence; `field` names the part of the request to change."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        field: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status, self.message, self.field = status, message, field
        self.headers = dict(headers or {})


class Caller(Protocol):
    """The person a token acts as."""

    @property
    def user(self) -> "User": ...

    def may(self, capability: str) -> bool:
        """Say whether the person's roles allow it; an unknown capability raises ValueError."""


def caller(request: HttpRequest) -> Caller:
    """Return who calls. Only inside an operation: there is always somebody."""
    return cast("Caller", request.auth)  # type: ignore[attr-defined]


class Given(BaseModel):
    """What a caller sends as a body: a field that we do not know is refused by name."""

    model_config = ConfigDict(extra="forbid")


class Paging(BaseModel):
    """Rows come in the order of their ids; `after` is the last id that was already read."""

    after: Id | None = None
    limit: Annotated[int, Field(ge=1, le=MOST)] = 50


class Problem(BaseModel):
    """Why it was refused, in a sentence; `field` names what to change, if that is known."""

    message: str
    field: str | None = None


Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item", bound=BaseModel)
Kind = TypeVar("Kind", bound=Model)


class Listing(BaseModel, Generic[Item]):
    """One page. `next` is what to send as `after` for the following page; null: there is none."""

    items: list[Item]
    next: int | None = None


def listing(
    shape: type[Listing[Item]],
    rows: QuerySet[Row],
    asked: Paging,
    show: Callable[[Row], Item],
) -> Listing[Item]:
    """Cut one page out of `rows` by id: one query, whatever the depth."""
    if asked.after is not None:
        rows = rows.filter(pk__gt=asked.after)
    found = list(rows.order_by("pk")[: asked.limit + 1])
    page = found[: asked.limit]
    more = page[-1].pk if len(found) > asked.limit else None
    return shape(items=[show(row) for row in page], next=more)


def one(rows: QuerySet[Row], pk: int, noun: str) -> Row:
    """Return the row of this id, or answer 404 by name."""
    found = rows.filter(pk=pk).first()
    if found is None:
        raise ApiError(404, f"There is no {noun} {pk}.")
    return found


def named(rows: QuerySet[Kind], value: str, *, by: str, field: str) -> Kind:
    """Return what a filter names, or answer 400: a typing error is not an empty list."""
    found = rows.filter(**{by: value}).first()
    if found is None:
        raise ApiError(400, f"There is no {field} “{value}”.", field=field)
    return found


class Money(BaseModel):
    """An exact amount as text, with its currency."""

    amount: str = Field(examples=["12.00"])
    currency: str = Field(examples=["GBP"])


def money(amount: Decimal, currency: str) -> Money:
    """Write an amount with the currency's places, and with more only where it has more."""
    value = Decimal(amount)
    rounded = value.quantize(minor_unit(currency))
    exact = rounded if rounded == value else value.normalize()
    return Money(amount=format(exact, "f"), currency=currency)


def quantity(units: Decimal | None) -> str | None:
    """Write a quantity as text: `3`, `0.75`; null stays null and is never zero."""
    return None if units is None else format(Decimal(units).normalize() + 0, "f")


def dropped(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filters that were given."""
    return {name: value for name, value in values.items() if value is not None}
