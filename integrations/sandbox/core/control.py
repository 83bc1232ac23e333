"""The sandbox's own endpoints: what it accepted, what it was asked, and how it should behave."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from integrations.sandbox.core.http import BadJsonError, Request, Response, json_response

if TYPE_CHECKING:
    from integrations.sandbox.app import Sandbox
    from integrations.sandbox.core.ledger import Entry


class ControlError(Exception):
    """The control request cannot be obeyed; the message says why."""


def handle_control(sandbox: Sandbox, request: Request) -> Response:
    """Answer one call under /_sandbox. What is not ours goes to the trade's control."""
    action = _ACTIONS.get((request.method, request.path.rstrip("/")))
    if action is None:
        from integrations.sandbox.trade.control import handle_control as handle_trade

        return handle_trade(sandbox, request)
    try:
        return json_response(action(sandbox, request))
    except (ControlError, BadJsonError, ValueError) as error:
        return json_response({"error": str(error)}, status=400)


def _show_ledger(sandbox: Sandbox, request: Request) -> Any:
    entries = sandbox.ledger.entries(
        system=request.last("system"),
        kind=request.last("kind"),
        after=int(request.last("after") or 0),
    )
    duplicates = [
        {"system": system, "kind": kind, "key": key, "ids": [entry.id for entry in group]}
        for (system, kind, key), group in sandbox.ledger.duplicates().items()
    ]
    return {"entries": [_entry(entry) for entry in entries], "duplicates": duplicates}


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "seq": entry.seq,
        "system": entry.system,
        "kind": entry.kind,
        "id": entry.id,
        "key": entry.key,
        "payload": entry.payload,
        "at": entry.at,
    }


def _show_requests(sandbox: Sandbox, request: Request) -> Any:
    return sandbox.requests.snapshot()


def _reset_requests(sandbox: Sandbox, request: Request) -> Any:
    sandbox.requests.reset()
    return {}


def _advance(sandbox: Sandbox, request: Request) -> Any:
    try:
        seconds = Decimal(str(_body(request).get("seconds")))
    except InvalidOperation as error:
        raise ControlError("Say how many seconds to advance: {'seconds': 60}.") from error
    now = sandbox.clock.advance(timedelta(microseconds=int(seconds * 1_000_000)))
    return {"now": now}


def _set_faults(sandbox: Sandbox, request: Request) -> Any:
    body = _body(request)
    plan = str(body.get("plan", "none"))
    sandbox.use_faults(plan, seed=int(body.get("seed", sandbox.seed)))
    return {"plan": plan}


def _set_limits(sandbox: Sandbox, request: Request) -> Any:
    """Body: `{"brightpearl": {"per_minute": 200}, "sitoo": {…}, "latency_ms": 50}`."""
    for name, wanted in _body(request).items():
        if name == "latency_ms":
            sandbox.latency = timedelta(milliseconds=int(wanted))
        elif name in sandbox.systems:
            sandbox.systems[name].configure(wanted)
        else:
            raise ControlError(f"There is no system called {name!r}.")
    return {}


def _show_hooks(sandbox: Sandbox, request: Request) -> Any:
    return {"pending": sandbox.hooks.pending(), **sandbox.hooks.counts}


def _body(request: Request) -> dict[str, Any]:
    body = request.json() if request.body else {}
    if not isinstance(body, dict):
        raise ControlError("Send a JSON object.")
    return body


_ACTIONS = {
    ("GET", "/_sandbox/ledger"): _show_ledger,
    ("GET", "/_sandbox/requests"): _show_requests,
    ("DELETE", "/_sandbox/requests"): _reset_requests,
    ("POST", "/_sandbox/advance"): _advance,
    ("POST", "/_sandbox/faults"): _set_faults,
    ("POST", "/_sandbox/limits"): _set_limits,
    ("GET", "/_sandbox/hooks"): _show_hooks,
}
