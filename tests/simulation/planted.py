"""Bugs planted on purpose. Each must be found, or the harness is not worth its time.

A bug patches one place of the product while it lasts. `likely` names the parts of the harness that
are tried first; random bad days follow.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any
from unittest import mock

from django.db.models import F

from integrations import views
from integrations.connectors.brightpearl.adapter import BrightpearlConnector
from integrations.connectors.errors import (
    AmbiguousError,
    RejectedError,
    ThrottledError,
    UnavailableError,
)
from integrations.flows import receipt_effects, sales_credit_to_erp
from integrations.mapping.lookups import Lookups, Row
from integrations.models import Transfer
from integrations.ports import Done
from integrations.services import (
    budget,
    claim,
    deliver,
    documents,
    levels,
    outcomes,
    plan_receipts,
    poll,
    publish,
    readings,
    refs,
    replay,
    settle,
    sweeps,
)

Plant = Callable[[], AbstractContextManager[Any]]


@dataclass(frozen=True)
class Bug:
    name: str
    plant: Plant
    likely: tuple[str, ...] = ()  # scenarios, or "flow/kind" of the grid


BUGS: dict[str, Bug] = {}


def bug(*likely: str) -> Callable[[Callable[[], Iterator[None]]], Plant]:
    def register(plant: Callable[[], Iterator[None]]) -> Plant:
        made = contextmanager(plant)
        name = plant.__name__
        BUGS[name] = Bug(name, made, likely)
        return made

    return register


def swap(owner: Any, name: str, value: Any) -> AbstractContextManager[Any]:
    return mock.patch.object(owner, name, value)


# Unknown outcomes


@bug("payment/timeout_applied")
def sends_again_without_looking_up() -> Iterator[None]:
    def guess(rt: Any, connection: Any, **_: Any) -> int:
        unknown = Transfer.objects.filter(connection=connection, state="unknown")
        return unknown.update(state="ready", not_before=rt.clock())

    with swap(sweeps, "settle", guess):
        yield


@bug("payment/timeout_applied", "sale/timeout_applied")
def believes_the_first_look_up_at_once() -> Iterator[None]:
    with (
        swap(settle, "PROOFS_OF_ABSENCE", 1),
        swap(BrightpearlConnector, "visibility_lag", lambda self: timedelta()),
    ):
        yield


@bug("payment/timeout_applied", "payment/reset")
def treats_a_lost_answer_as_a_failure() -> Iterator[None]:
    original = outcomes._fail

    def fail(transfer: Any, error: Any, **rest: Any) -> None:
        if isinstance(error, AmbiguousError):
            error = UnavailableError(error.sentence)
        original(transfer, error, **rest)

    with swap(outcomes, "_fail", fail):
        yield


@bug("sale/timeout_not_applied")
def gives_each_attempt_a_key_of_its_own() -> Iterator[None]:
    original = refs.intents

    def own(intent: Any, transfer: Any) -> Any:
        if transfer.operation != "create-order" or transfer.attempts < 2:
            return intent
        ref = f"{intent.effect.external_ref}-{transfer.attempts}"
        return replace(intent, effect=intent.effect.model_copy(update={"external_ref": ref}))

    def intents(transfers: Any) -> Any:
        pairs = zip(original(transfers), transfers, strict=True)
        return [own(intent, transfer) for intent, transfer in pairs]

    with swap(refs, "intents", intents):
        yield


# Leases and fences


@bug("zombie", "zombie_at_level")
def fences_nobody() -> Iterator[None]:
    with swap(outcomes, "_still_mine", lambda settled, token: list(settled)):
        yield


@bug("sale/crash_after")
def never_frees_what_the_dead_held() -> Iterator[None]:
    with swap(claim, "expire_leases", lambda rt: 0):
        yield


@bug("sale/crash_after", "payment/crash_after")
def sends_again_what_the_dead_held() -> Iterator[None]:
    def expire(rt: Any) -> int:
        gone = Transfer.objects.filter(state="sending", leased_until__lte=rt.clock())
        return gone.update(state="ready", lease_token="", leased_until=None)

    with swap(claim, "expire_leases", expire):
        yield


# Taking in


@bug("sale/commit_before", "sale/hook_duplicate")
def acknowledges_before_it_stores() -> Iterator[None]:
    with swap(views, "store_hints", lambda *args, **kwargs: None):
        yield


@bug("polled/commit_after", "polled/crash_after")
def moves_the_cursor_before_it_stores() -> Iterator[None]:
    original = poll._store

    def store(
        rt: Any, connector: Any, connection: Any, cursor: Any, page: Any, fields: Any
    ) -> bool:
        type(cursor).objects.filter(pk=cursor.pk).update(cursor=page.cursor)
        cursor.cursor = page.cursor
        stored: bool = original(rt, connector, connection, cursor, page, fields)
        return stored

    with swap(poll, "_store", store):
        yield


@bug("lost_webhooks", "sale/hook_lose")
def relies_on_webhooks_alone() -> Iterator[None]:
    with swap(poll, "STREAMS", {"erp": poll.STREAMS["erp"]}):
        yield


@bug("refund_before_sale")
def forgets_those_who_wait_for_their_sale() -> Iterator[None]:
    with (
        swap(plan_receipts.sales, "release_parked", lambda *args, **kwargs: 0),
        swap(sweeps, "ask_for_parents", lambda *args, **kwargs: 0),
    ):
        yield


# Planning


@bug()
def takes_the_day_of_the_server() -> Iterator[None]:
    with swap(plan_receipts, "trading_day", lambda at, **_: at.astimezone(UTC).date()):
        yield


@bug()
def counts_money_in_floats() -> Iterator[None]:
    original = receipt_effects.effect_lines

    def lines(*receipt: Any) -> Any:
        return tuple(_floated(line) for line in original(*receipt))

    with swap(receipt_effects, "effect_lines", lines):
        yield


def _floated(line: Any) -> Any:
    """The unit price by division, in binary, and the row's total from it."""
    unit = round(float(line.net) / float(line.quantity), 2)
    return line.model_copy(update={"net": Decimal(str(round(unit * float(line.quantity), 2)))})


@bug()
def leaves_cash_rounding_in_the_payment() -> Iterator[None]:
    def amounts(receipt: Any) -> list[Any]:
        return [(tender, tender.amount) for tender in receipt.tenders if tender.amount > 0]

    with swap(receipt_effects, "amounts_to_post", amounts):
        yield


@bug()
def holds_without_saying_why() -> Iterator[None]:
    with swap(plan_receipts, "_store_holds", lambda *args, **kwargs: None):
        yield


@bug()
def uses_a_default_for_what_nobody_mapped() -> Iterator[None]:
    original = Lookups.find

    def find(self: Any, need: Any, on: Any) -> Any:
        found = original(self, need, on)
        if found is None and need.table == "payment-type":
            return Row({"method": "CASH", "nominal": "1210"}, None, 1)
        return found

    with swap(Lookups, "find", find):
        yield


@bug("payment/delay", "sale/delay")
def does_not_wait_for_earlier_steps() -> Iterator[None]:
    original = documents.transfer_of

    def transfer_of(planned: Any, **rest: Any) -> Any:
        transfer = original(planned, **rest)
        transfer.waiting = False
        return transfer

    with swap(plan_receipts.documents, "transfer_of", transfer_of):
        yield


@bug("double_refund")
def refunds_more_than_was_paid() -> Iterator[None]:
    with swap(sales_credit_to_erp, "_original_faults", lambda credit, original: []):
        yield


# Delivery


@bug("payment/partial_batch")
def takes_a_batch_for_done_when_one_item_is() -> Iterator[None]:
    original = deliver._send

    def send(sink: Any, transfers: Any) -> Any:
        answers = original(sink, transfers)
        done = next((a for a in answers if isinstance(a, Done)), None)
        return [done] * len(answers) if done else answers

    with swap(deliver, "_send", send):
        yield


@bug("throttle_storm")
def takes_a_throttle_for_a_refusal() -> Iterator[None]:
    original = outcomes._fail

    def fail(transfer: Any, error: Any, **rest: Any) -> None:
        if isinstance(error, ThrottledError):
            error = RejectedError(error.sentence)
        original(transfer, error, **rest)

    with swap(outcomes, "_fail", fail):
        yield


@bug("tight_quota")
def asks_nobody_whether_it_may_call() -> Iterator[None]:
    with swap(budget.SharedLimiter, "acquire", lambda self, cost=1: None):
        yield


@bug("sale/delay")
def reads_nothing_back() -> Iterator[None]:
    with swap(outcomes, "_verify_after", lambda transfer, now: None):
        yield


@bug()
def replays_what_is_posted_already() -> Iterator[None]:
    original = replay.replay_holds

    def again(holds: Any, *, now: Any) -> int:
        keys = [hold.document_id for hold in holds if hold.document_id]
        Transfer.objects.filter(operation="create-order", state="posted").exclude(
            document_id__in=keys
        ).update(state="ready", not_before=now, external_ref="", attempts=F("attempts") + 1)
        found: int = original(holds, now=now)
        return found

    with swap(replay, "replay_holds", again):
        yield


# Stock


@bug("stocked_everywhere")
def tells_no_till_again_after_a_receipt() -> Iterator[None]:
    with swap(levels, "mark_moved", levels.mark_dirty):
        yield


@bug("stocked_everywhere")
def never_absorbs_what_the_owner_knows() -> Iterator[None]:
    with swap(readings, "_absorb", lambda *args, **kwargs: None):
        yield


@bug()
def counts_held_sales_the_wrong_way_round() -> Iterator[None]:
    original = documents._signed

    def signed(document: Any, quantity: Any, disposition: Any) -> Any:
        return -original(document, quantity, disposition)

    with swap(documents, "_signed", signed):
        yield


@bug("unknown_price")
def takes_unknown_for_zero() -> Iterator[None]:
    original = publish._figures

    def figures(*args: Any) -> Any:
        return {
            place: replace(
                each, sellable=each.sellable if each.sellable is not None else Decimal(0)
            )
            for place, each in original(*args).items()
        }

    with swap(publish, "_figures", figures):
        yield


@bug("zero_everywhere")
def switches_the_guard_off() -> Iterator[None]:
    with swap(publish, "_is_unusual", lambda *args, **kwargs: False):
        yield


@bug("late_approval")
def leaves_old_levels_in_the_queue() -> Iterator[None]:
    with swap(publish, "supersede", lambda *args, **kwargs: None):
        yield


@contextmanager
def planted(name: str) -> Iterator[None]:
    """The product with this bug in it."""
    with BUGS[name].plant():
        yield
