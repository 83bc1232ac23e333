"""Multi-message: up to ten writes in one request, each with its own outcome."""

from collections.abc import Callable, Mapping
from typing import Any

from integrations.sandbox.brightpearl.replies import BAD_REQUEST, INTERNAL, ApiError, Reply, invalid
from integrations.sandbox.brightpearl.requests import read_body, read_list
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import BadJsonError, Request, write_json

LARGEST_BUNDLE = 10
METHODS = ("POST", "PUT", "DELETE")

Dispatch = Callable[[Request], Reply]


def messages_of(request: Request) -> list[Mapping[str, Any]]:
    """The messages of a bundle as far as they can be read; for counting, so never an error."""
    try:
        body = request.json()
    except BadJsonError:
        return []
    messages = body.get("messages") if isinstance(body, Mapping) else None
    if not isinstance(messages, list):
        return []
    return [one for one in messages if isinstance(one, Mapping)]


def as_request(message: Mapping[str, Any], prefix: str, headers: Mapping[str, str]) -> Request:
    """One message as if it had been sent alone. Messages carry no headers of their own."""
    body = message.get("body")
    return Request(
        method=str(message.get("httpMethod", "")),
        path=prefix + str(message.get("uri", "")),
        headers=headers,
        body=b"" if body is None else write_json(body),
    )


def run_bundle(dispatch: Dispatch, request: Request, prefix: str) -> Reply:
    """Run the messages in order. 207 when any of them failed or was not run."""
    body = read_body(request)
    messages = read_list(body, "messages")
    stop = _checked(body, messages)
    headers = {key: value for key, value in request.headers.items() if key != "if-match"}
    partial = Fault.PARTIAL_BATCH.value in request.faults
    processed: list[dict[str, Any]] = []
    unprocessed: list[str] = []
    for position, one in enumerate(messages):
        if stop and any(not _went_well(done) for done in processed):
            unprocessed.append(str(one["label"]))
            continue
        fails = partial and position % 2 == 1
        reply = _failure() if fails else dispatch(as_request(one, prefix, headers))
        processed.append(_outcome(str(one["label"]), reply))
    mixed = bool(unprocessed) or not all(map(_went_well, processed))
    outcome = {"processedMessages": processed, "unprocessedMessages": unprocessed}
    return Reply(207 if mixed else 200, {"response": outcome})


def _checked(body: Mapping[str, Any], messages: list[Mapping[str, Any]]) -> bool:
    """Whether to stop at the first failure. Raises ApiError for a malformed bundle."""
    mode, on_fail = body.get("processingMode"), body.get("onFail")
    if mode not in ("SEQUENTIAL", "PARALLEL") or on_fail not in ("STOP", "CONTINUE"):
        raise invalid(BAD_REQUEST, "processingMode or onFail is missing or unknown")
    if mode == "PARALLEL" and on_fail == "STOP":
        raise invalid(BAD_REQUEST, "PARALLEL processing requires CONTINUE")
    if len(messages) > LARGEST_BUNDLE:
        raise invalid(BAD_REQUEST, f"At most {LARGEST_BUNDLE} messages in one request")
    labels = [one.get("label") for one in messages]
    if not all(labels) or len(set(labels)) != len(labels):
        raise invalid(BAD_REQUEST, "Every message needs its own label")
    if any(one.get("httpMethod") not in METHODS for one in messages):
        raise invalid(BAD_REQUEST, f"Messages are {', '.join(METHODS)} only")
    return bool(on_fail == "STOP")


def _outcome(label: str, reply: Reply) -> dict[str, Any]:
    """QUIRK: the content is JSON inside a string."""
    content = write_json(reply.body).decode()
    return {"label": label, "statusCode": reply.status, "body": {"content": content}}


def _went_well(outcome: Mapping[str, Any]) -> bool:
    return int(outcome["statusCode"]) < 300


def _failure() -> Reply:
    return ApiError(500, INTERNAL, "Internal Server Error").reply()
