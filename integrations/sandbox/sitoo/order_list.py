"""Finding orders: by what they are known by, by id range, and by every filter of the list."""

from bisect import bisect_left
from collections.abc import Callable
from typing import Any

from integrations.sandbox.core.http import Request
from integrations.sandbox.sitoo.errors import invalid_value
from integrations.sandbox.sitoo.listing import (
    Wire,
    page,
    project,
    wanted,
    wanted_int,
    wanted_ints,
)
from integrations.sandbox.sitoo.order_wire import LEFT_OUT_OF_LISTS, OPEN
from integrations.sandbox.sitoo.state import State, find

Test = Callable[[Wire], bool]
LIST_FILTERS = {
    "eshopid": "eshopid",
    "orderstate": "orderstateid",
    "paymentstate": "paymentstateid",
    "ordertype": "ordertypeid",
    "warehouseid": "warehouseid",
}


def list_orders(state: State, request: Request) -> Any:
    """Source: reference 3.1, list filters. Newest first unless `sort=orderid`."""
    sort = request.last("sort") or "-orderid"
    if sort.lstrip("-") != "orderid":
        raise invalid_value("sort", sort)
    ids = _candidates(state, request)
    tests = _tests(request)
    rows = (state.orders[id] for id in (reversed(ids) if sort[0] == "-" else ids))
    kept = [row for row in rows if all(test(row) for test in tests)]
    return page(request, kept, omit=LEFT_OUT_OF_LISTS)


def get_order(state: State, request: Request, orderid: str) -> Any:
    """One order with all its fields."""
    return project(request, find(state.orders, orderid))


def _candidates(state: State, request: Request) -> list[int]:
    """Ids, ascending, by the narrowest filter. QUIRK(sitoo): some filters override `orderid`."""
    if (receipts := wanted(request, "receiptid")) is not None:
        return sorted({state.by_receipt.get(receipt, 0) for receipt in receipts} - {0})
    if (credited := wanted_ints(request, "creditorderid")) is not None:
        return sorted({id for sale in credited for id in state.by_credit.get(sale, ())})
    if (ids := wanted_ints(request, "orderid")) is not None:
        return sorted({id for id in ids if id in state.orders})
    if (keys := wanted(request, "externalid")) is not None:
        return sorted({state.by_external_id.get(key, 0) for key in keys} - {0})
    if wanted_ints(request, "orderstate") == [OPEN]:
        return sorted(state.open_orders)
    return state.order_ids[_id_range(state, request)]


def _id_range(state: State, request: Request) -> slice:
    low, high = wanted_int(request, "orderidfrom"), wanted_int(request, "orderidto")
    start = None if low is None else bisect_left(state.order_ids, low)
    return slice(start, None if high is None else bisect_left(state.order_ids, high))


def _tests(request: Request) -> list[Test]:
    tests = [
        _is_one_of(field, values)
        for name, field in LIST_FILTERS.items()
        if (values := wanted_ints(request, name)) is not None
    ]
    for field in ("orderid", "orderdate"):
        low, high = wanted_int(request, f"{field}from"), wanted_int(request, f"{field}to")
        if low is not None:
            tests.append(_is_at_least(field, low))
        if high is not None:
            tests.append(_is_at_most(field, high - 1 if field == "orderid" else high))
    if (email := request.last("email")) is not None:
        tests.append(lambda row: row["email"].lower() == email.lower())
    return tests


def _is_one_of(field: str, values: list[int]) -> Test:
    allowed = frozenset(values)
    return lambda row: row[field] in allowed


def _is_at_least(field: str, low: int) -> Test:
    return lambda row: row[field] >= low


def _is_at_most(field: str, high: int) -> Test:
    return lambda row: row[field] <= high
