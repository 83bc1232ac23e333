"""The Brightpearl account as a system of the sandbox."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from threading import RLock
from typing import Any

from integrations.sandbox.brightpearl import hooks as webhooks
from integrations.sandbox.brightpearl.access import Access
from integrations.sandbox.brightpearl.bundles import as_request, messages_of, run_bundle
from integrations.sandbox.brightpearl.masterdata import MasterData
from integrations.sandbox.brightpearl.quota import Quota, quota_headers
from integrations.sandbox.brightpearl.replies import INTERNAL, ApiError, Reply, message, not_found
from integrations.sandbox.brightpearl.routes import SERVICES
from integrations.sandbox.brightpearl.settings import Settings
from integrations.sandbox.brightpearl.world import SYSTEM, World
from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.faults import Fault
from integrations.sandbox.core.http import JSON_TYPE, Request, Response, write_json
from integrations.sandbox.core.ledger import Ledger
from integrations.sandbox.core.routing import Router
from integrations.sandbox.core.system import Call
from integrations.sandbox.core.webhooks import HookQueue

API = "/brightpearl/public-api"
TOO_MANY = "You have sent too many requests. Please wait before sending another request"
DELAYS = {"visibility_lag_ms", "row_lag_ms", "invoice_delay_ms", "hook_delay_ms"}
INJECTED_WAIT_MS = 1000  # how long an injected throttle asks callers to wait


class BrightpearlSystem(MasterData):
    """One account: `handle` speaks the API, the inherited methods seed it directly."""

    name = SYSTEM

    def __init__(
        self,
        *,
        clock: Clock,
        ledger: Ledger,
        hooks: HookQueue,
        seed: int = 1,
        settings: Settings | None = None,
    ) -> None:
        self.settings = settings or Settings()
        self.lock = RLock()
        self.access = Access(clock, self.settings)
        self._quota = Quota(self.settings.per_minute)
        self._answered = seed * 1_000_000_000
        super().__init__(World(clock=clock, ledger=ledger, settings=self.settings))
        self._hooks = webhooks.Hooks(self.world, hooks)
        self.world.raise_event = self._hooks.raise_event
        self._router = self._make_router()

    def _make_router(self) -> Router:
        router = Router()
        for service, routes in SERVICES.items():
            for method, path, answer in routes:
                router.add(
                    method, f"{API}/{{account}}/{service}{path}", partial(answer, self.world)
                )
        simulate = partial(webhooks.simulate, self._hooks, self.world)
        path = f"{API}/{{account}}/integration-service/webhook/{{webhook_id}}/simulate"
        router.add("POST", path, simulate)
        router.add("POST", f"{API}/{{account}}/multi-message", self._run_bundle)
        router.add("POST", "/brightpearl/oauth/token", self.access.token)
        router.add("POST", "/brightpearl/oauth/token/{account}", self.access.token)
        router.add("POST", "/brightpearl/{account}/oauth/token", self.access.token)
        router.add("GET", "/brightpearl/oauth/authorize/{account}", self.access.authorize)
        return router

    def handle(self, request: Request) -> Response:
        """Answer one request: quota first, then credentials, then the resource."""
        now = self.world.now
        self.world.catch_up()
        if not request.path.startswith(API + "/"):
            return self._respond(self._dispatch(request), {})
        weight = 1
        if self.settings.bundle_counts_as_messages:
            weight = self.describe(request).weight
        if not self._quota.take(weight, now):
            return self._respond(message(503, TOO_MANY), self._quota.headers(now))
        headers = self._quota.headers(now)
        denial = self.access.deny(request, _account(request))
        if denial is None and self.access.is_instance_call(request):
            instance = str(self.settings.instance_id)
            headers["brightpearl-installed-integration-instance-id"] = instance
        return self._respond(denial or self._dispatch(request), headers)

    def _dispatch(self, request: Request) -> Reply:
        """Answer without looking at quota or credentials: also for each message of a bundle."""
        found = self._router.match(request.method, request.path)
        if found is None:
            return not_found(f"{request.method} {request.path}").reply()
        params = dict(found.params)
        if found.template.startswith(API):
            del params["account"]
        try:
            reply: Reply = found.handler(request, **params)
        except ApiError as error:
            return error.reply()
        return reply

    def _run_bundle(self, request: Request) -> Reply:
        return run_bundle(self._dispatch, request, f"{API}/{_account(request)}")

    def _respond(self, reply: Reply, quota: Mapping[str, str]) -> Response:
        self._answered += 1
        headers = {
            "content-type": JSON_TYPE,
            "cache-control": "no-cache, must-revalidate",
            "ruid": f"{self._answered:032x}",
            **quota,
            **reply.headers,
        }
        return Response(reply.status, headers, write_json(reply.body))

    def describe(self, request: Request) -> Call:
        """`METHOD template`, and the same for each message of a bundle."""
        endpoint = self._endpoint(request)
        if not request.path.rstrip("/").endswith("/multi-message"):
            return Call(endpoint)
        prefix = f"{API}/{_account(request)}"
        inner = [as_request(one, prefix, {}) for one in messages_of(request)]
        return Call(endpoint, tuple(self._endpoint(one) for one in inner))

    def _endpoint(self, request: Request) -> str:
        return self._router.endpoint(request).replace(f"{API}/{{account}}/", "")

    def admit(self, request: Request) -> Response | None:
        """Brightpearl takes calls in parallel."""
        return None

    def release(self, request: Request) -> None:
        """Nothing is held while a request runs."""

    def refuse(self, fault: Fault) -> Response:
        """An injected failure in Brightpearl's words."""
        if fault is Fault.THROTTLE:
            return self._respond(message(503, TOO_MANY), quota_headers(0, INJECTED_WAIT_MS))
        quota = self._quota.headers(self.world.now)
        if fault is Fault.HTTP_503:
            return Response(503, {"content-type": "text/plain", **quota}, b"Service Unavailable")
        return self._respond(ApiError(500, INTERNAL, "Internal Server Error").reply(), quota)

    def configure(self, limits: Mapping[str, Any]) -> None:
        """Change the cap, how bundles count, and how long things take.

        `per_minute` (None: no cap), `count` (`bundle` as one request, or its `messages`),
        `visibility_lag_ms`, `row_lag_ms`, `invoice_delay_ms`, `hook_delay_ms`.
        """
        for name in DELAYS & limits.keys():
            span = timedelta(milliseconds=int(limits[name]))
            setattr(self.settings, name.removesuffix("_ms"), span)
        if "per_minute" in limits:
            wanted = limits["per_minute"]
            self._quota.per_minute = None if wanted is None else int(wanted)
        if "count" in limits:
            self.settings.bundle_counts_as_messages = limits["count"] == "messages"


def _account(request: Request) -> str:
    segments = request.path.split("/")
    return segments[3] if len(segments) > 3 else ""
