"""The door of one operation: who calls, may they, and is the question one that we understand."""

from typing import get_type_hints

from django.http import HttpRequest
from django.utils import timezone
from ninja.security import HttpBearer

from config.client_address import client_address
from config.tokens.callers import TokenCaller, identify, log, refusal
from integrations.api.kit import ApiError, Operation
from monitoring.kit.permissions import Capability, holders


class ApiTokenAuth(HttpBearer):
    """Guards one operation. Built with it, so that no operation can forget it."""

    def __init__(self, operation: Operation) -> None:
        super().__init__()
        self.operation = operation
        self.capability = Capability(operation.capability)
        filters = get_type_hints(operation.view).get("filters")
        self.known = frozenset(filters.model_fields) if filters else frozenset()

    def __call__(self, request: HttpRequest) -> TokenCaller:
        caller = identify(request, now=timezone.now())
        self._authorise(request, caller)
        self._understand(request)
        if request.method != "GET":
            log.info(
                "api command operation=%s token=%s user=%s",
                *(self.operation.name, caller.token.prefix, caller.user.pk),
            )
        return caller

    def authenticate(self, request: HttpRequest, token: str) -> TokenCaller | None:
        raise NotImplementedError("The header is read in identify().")

    def _authorise(self, request: HttpRequest, caller: TokenCaller) -> None:
        scope, match = self.operation.scope, request.resolver_match
        capability = Capability(self.operation.needs(match.kwargs if match else {}))
        if not caller.has(scope):
            self._refuse(request, caller, "scope", f"This token lacks the scope “{scope}”.")
        if not caller.may(capability):
            roles = ", ".join(holders(capability))
            sentence = (
                f"{caller.user.get_username()} may not do this: “{capability}” is for {roles}."
            )
            self._refuse(request, caller, "capability", sentence)

    def _refuse(self, request: HttpRequest, caller: TokenCaller, why: str, message: str) -> None:
        refusal(
            *(403, why),
            address=client_address(request),
            token=caller.token.prefix,
            operation=self.operation.name,
        )
        raise ApiError(403, message)

    def _understand(self, request: HttpRequest) -> None:
        """A filter that we do not know would silently answer too much: it is refused by name."""
        for name, values in request.GET.lists():
            if name not in self.known:
                known = f" Known: {', '.join(sorted(self.known))}." if self.known else ""
                shown = name[:60]
                raise ApiError(400, f"There is no parameter “{shown}” here.{known}", field=shown)
            if len(values) > 1:
                raise ApiError(400, f"“{name}” was given more than once.", field=name)
