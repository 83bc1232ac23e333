"""The sandbox's endpoints for master data and trade, under /_sandbox."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from integrations.sandbox.core.http import BadJsonError, Request, Response, json_response
from integrations.sandbox.trade.csv_files import CsvTrade, read_tenders, read_trade
from integrations.sandbox.trade.estate import example_estate
from integrations.sandbox.trade.file_rows import TradeFileError
from integrations.sandbox.trade.file_trade import FileOptions
from integrations.sandbox.trade.generator import generate
from integrations.sandbox.trade.online_days import FileShop, generate_online
from integrations.sandbox.trade.ring_up import TradeDesk

if TYPE_CHECKING:
    from integrations.sandbox.app import Sandbox

Body = dict[str, Any]
EVENTS_WITHIN_STOCK = 3000  # more would sell the example estate's usual opening stock out


class TradeRequestError(ValueError):
    """The request cannot be obeyed; the message says why."""


def desk_of(sandbox: "Sandbox") -> TradeDesk:
    """The desk where this sandbox's trade is rung up: one, kept with the sandbox."""
    desk: TradeDesk = vars(sandbox).setdefault("trade_desk", TradeDesk(sandbox))
    return desk


def handle_control(sandbox: "Sandbox", request: Request) -> Response:
    """Answer one call. A file that is refused names its line and column, and nothing is rung."""
    action = _ACTIONS.get((request.method, request.path.rstrip("/")))
    if action is None:
        text = f"The sandbox has no {request.method} {request.path}."
        return json_response({"error": text}, status=404)
    try:
        return json_response(action(sandbox, request))
    except TradeFileError as error:
        where = {"file": str(error.path), "line": error.line, "column": error.column}
        return json_response({"error": str(error), **where}, status=400)
    except (TradeRequestError, BadJsonError) as error:
        return json_response({"error": str(error)}, status=400)


def _show_estate(sandbox: "Sandbox", request: Request) -> Any:
    return desk_of(sandbox).as_plain()


def _open_estate(sandbox: "Sandbox", request: Request) -> Any:
    """Seed the example estate, or the shops and products that trade files speak of.

    Body: `{"opening_each": 500}` or `{"paths": […], …}` as for trade/csv; all optional.
    """
    body, desk = _body(request), desk_of(sandbox)
    if _paths(body):
        desk.prepare(_read_files(body).estate)
    else:
        desk.open(replace(example_estate(), opening_each=_whole(body, "opening_each")))
    return desk.as_plain()


def _generate(sandbox: "Sandbox", request: Request) -> Any:
    """Body: `{"events": 2000, "seed": 1, "day": "2026-11-20", "days": 1, "ring": true}`.

    The day is yesterday unless given. `ring: false` only loads; trade/next rings.
    """
    body, desk = _body(request), desk_of(sandbox)
    yesterday = sandbox.clock.now().date() - timedelta(days=1)
    events = _whole(body, "events") or 0
    ample = events if events > EVENTS_WITHIN_STOCK else None
    estate = desk.estate or desk.open(replace(example_estate(), opening_each=ample))
    items = generate(
        events=events,
        seed=sandbox.seed if body.get("seed") is None else int(body["seed"]),
        day=_date(body["day"]) if body.get("day") else yesterday,
        days=_whole(body, "days") or 1,
        estate=estate,
    )
    desk.load(items)
    return _rung(desk, body)


def _generate_online(sandbox: "Sandbox", request: Request) -> Any:
    """Body: `{"orders": 200, "seed": 1, "day": "2026-11-20", "ring": true}`; as for tills."""
    body, desk = _body(request), desk_of(sandbox)
    yesterday = sandbox.clock.now().date() - timedelta(days=1)
    items = generate_online(
        orders=_whole(body, "orders") or 0,
        seed=sandbox.seed if body.get("seed") is None else int(body["seed"]),
        day=_date(body["day"]) if body.get("day") else yesterday,
        estate=desk.estate or desk.open(example_estate()),
    )
    desk.load(items)
    return _rung(desk, body)


def _ring_files(sandbox: "Sandbox", request: Request) -> Any:
    """Body: `{"path": …}` or `{"paths": […]}`, and `stores`, `currency`, `timezone`, `days`.

    `settlement` names an expected.json that says which receipts which provider paid. With
    `"channel": "online"` the receipts are orders of the online shop.
    """
    body, desk = _body(request), desk_of(sandbox)
    if not _paths(body):
        raise TradeRequestError("Say which file to ring up: {'path': 'day.csv'}.")
    trade = _read_files(body)
    desk.open(trade.estate)
    desk.load(FileShop().items(trade.items) if body.get("channel") == "online" else trade.items)
    return _rung(desk, body)


def _ring_next(sandbox: "Sandbox", request: Request) -> Any:
    """Body: `{"count": 20}`; without a count everything that waits is rung up."""
    desk = desk_of(sandbox)
    return {"items": desk.ring(_whole(_body(request), "count")), **desk.summary()}


def _rung(desk: TradeDesk, body: Body) -> Any:
    items = 0 if body.get("ring") is False else desk.ring()
    return {"items": items, **desk.summary()}


def _subscribe(sandbox: "Sandbox", request: Request) -> Any:
    """Body: `{"base_url": "http://…/webhooks/pos", "username": …, "password": …}`."""
    body = _body(request)
    if not body.get("base_url"):
        raise TradeRequestError("Say where events go: {'base_url': 'http://…'}.")
    username, password = str(body.get("username") or ""), str(body.get("password") or "")
    with sandbox.sitoo.lock:
        sandbox.sitoo.events.subscribe(str(body["base_url"]), username, password)
    return {"subscribers": sandbox.sitoo.events.subscribers}


def _unsubscribe(sandbox: "Sandbox", request: Request) -> Any:
    with sandbox.sitoo.lock:
        for url in sandbox.sitoo.events.subscribers:
            sandbox.sitoo.events.unsubscribe(url)
    return {"subscribers": []}


def _show_state(sandbox: "Sandbox", request: Request) -> Any:
    tills, world = sandbox.sitoo.state, sandbox.brightpearl.world
    shop = sandbox.bigcommerce.state
    with sandbox.sitoo.lock, sandbox.brightpearl.lock, sandbox.bigcommerce.lock:
        return {
            "now": sandbox.clock.now(),
            "trade": desk_of(sandbox).summary(),
            "hooks_pending": sandbox.hooks.pending(),
            "sitoo": {
                "products": len(tills.products),
                "orders": len(tills.orders),
                "transactions": len(tills.transactions),
                "z_reports": len(tills.z_reports),
                "open_tills": sandbox.sitoo.tills.open_totals(),
            },
            "brightpearl": {
                "products": len(world.products),
                "orders": len(world.orders),
                "payments": len(world.payments),
                "goods_out": len(world.goods_out),
                "goods_in": len(world.goods_in),
                "journals": len(world.journals),
            },
            "bigcommerce": {
                "products": len(shop.products),
                "orders": len(shop.orders),
                "refunds": sum(len(order.refunds) for order in shop.orders.values()),
                "shipments": sum(len(order.shipments) for order in shop.orders.values()),
            },
        }


def _show_levels(sandbox: "Sandbox", request: Request) -> Any:
    return {"levels": desk_of(sandbox).levels()}


def _read_files(body: Body) -> CsvTrade:
    settlement = body.get("settlement")
    options = FileOptions(
        stores=_whole(body, "stores"),
        currency=str(body.get("currency") or "GBP"),
        timezone=_timezone(body.get("timezone")),
        days=_days(body.get("days")),
        tenders=read_tenders(Path(str(settlement))) if settlement else {},
    )
    return read_trade(_paths(body), options)


def _body(request: Request) -> Body:
    body = request.json() if request.body else {}
    if not isinstance(body, dict):
        raise TradeRequestError("Send a JSON object.")
    return body


def _paths(body: Mapping[str, Any]) -> list[Path]:
    given = body.get("paths") or ([body["path"]] if body.get("path") else [])
    return [Path(str(path)) for path in given]


def _whole(body: Mapping[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise TradeRequestError(f"{name} must be a whole number, not {value!r}.")
    return value


def _timezone(name: Any) -> str | None:
    if name is None:
        return None
    try:
        return ZoneInfo(str(name)).key
    except (ZoneInfoNotFoundError, ValueError):
        raise TradeRequestError(f"There is no time zone called {name!r}.") from None


def _days(text: Any) -> tuple[date, date] | None:
    """`2011-01-05` or `2011-01-05..2011-01-18`, both included."""
    if text is None:
        return None
    first, _, last = str(text).partition("..")
    return _date(first), _date(last or first)


def _date(text: Any) -> date:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        raise TradeRequestError(f"{text!r} is not a date like 2026-11-20.") from None


_ACTIONS: dict[tuple[str, str], Callable[["Sandbox", Request], Any]] = {
    ("GET", "/_sandbox/estate"): _show_estate,
    ("POST", "/_sandbox/estate"): _open_estate,
    ("POST", "/_sandbox/trade/generate"): _generate,
    ("POST", "/_sandbox/trade/online"): _generate_online,
    ("POST", "/_sandbox/trade/csv"): _ring_files,
    ("POST", "/_sandbox/trade/next"): _ring_next,
    ("POST", "/_sandbox/sitoo/events"): _subscribe,
    ("DELETE", "/_sandbox/sitoo/events"): _unsubscribe,
    ("GET", "/_sandbox/state"): _show_state,
    ("GET", "/_sandbox/levels"): _show_levels,
}
