"""Who may call: three kinds of headers, and the token endpoint of the third."""

import hashlib
import hmac
from base64 import b64encode
from datetime import datetime, timedelta
from urllib.parse import parse_qs, quote

from integrations.sandbox.brightpearl.replies import Reply, message
from integrations.sandbox.brightpearl.settings import Settings
from integrations.sandbox.core.clock import Clock
from integrations.sandbox.core.http import Request

TOKEN_LIFE = timedelta(days=7)
NOT_AUTHENTICATED = "Not authenticated. You must provide a valid authentication token."


class Access:
    """Checks credentials and issues OAuth tokens."""

    def __init__(self, clock: Clock, settings: Settings) -> None:
        self._clock = clock
        self._settings = settings
        self._expires: dict[str, datetime] = {}
        self._refresh_tokens: set[str] = set()
        self._issued = 0

    def deny(self, request: Request, account: str) -> Reply | None:
        """The 401 this request deserves, or None. QUIRK: the body is a bare string."""
        settings, headers = self._settings, request.headers
        if account != settings.account or headers.get("brightpearl-app-ref") != settings.app_ref:
            return message(401, NOT_AUTHENTICATED)
        if "authorization" in headers:
            return self._deny_bearer(request)
        token = headers.get("brightpearl-account-token")
        if token is not None and token == self._account_token(headers.get("brightpearl-dev-ref")):
            return None
        if headers.get("brightpearl-staff-token") == settings.staff_token:
            return None
        return message(401, NOT_AUTHENTICATED)

    def is_instance_call(self, request: Request) -> bool:
        """Whether the caller is an installed OAuth app."""
        return "authorization" in request.headers

    def _account_token(self, dev_ref: str | None) -> str | None:
        """Plain for a private system app, signed with the developer's secret otherwise."""
        settings = self._settings
        if dev_ref is None:
            return settings.account_token
        if dev_ref != settings.dev_ref:
            return None
        secret, text = settings.client_secret.encode(), settings.account_token.encode()
        return b64encode(hmac.new(secret, text, hashlib.sha256).digest()).decode()

    def _deny_bearer(self, request: Request) -> Reply | None:
        scheme, _, token = request.headers["authorization"].partition(" ")
        expires = self._expires.get(token)
        is_ours = request.headers.get("brightpearl-dev-ref") == self._settings.dev_ref
        if scheme != "Bearer" or expires is None or not is_ours:
            return message(401, f"Invalid instance token: {token[:4]}…")
        if expires <= self._clock.now():
            return message(401, "Authorization token expired")
        return None

    def expire_tokens(self) -> None:
        """Make every access token out of date; refresh tokens stay good."""
        self._expires = dict.fromkeys(self._expires, self._clock.now())

    def token(self, request: Request, *, account: str | None = None) -> Reply:
        """The token endpoint: form-encoded in, tokens or an OAuth error out."""
        form = {name: values[-1] for name, values in parse_qs(request.body.decode()).items()}
        settings = self._settings
        if (account or form.get("account_code")) != settings.account:
            return _refused("invalid_request", "Unknown account")
        if form.get("client_id") != settings.app_ref:
            return _refused("invalid_client")
        if form.get("client_secret") != settings.client_secret:
            return _refused("invalid_client")
        grant = form.get("grant_type")
        if grant == "authorization_code" and form.get("code") == settings.authorization_code:
            return self._issue(request, first=True)
        if grant == "refresh_token" and form.get("refresh_token") in self._refresh_tokens:
            return self._issue(request, first=False)
        return _refused("invalid_grant", "The code or refresh token is not valid")

    def _issue(self, request: Request, *, first: bool) -> Reply:
        self._issued += 1
        access, refresh = f"sandbox-access-{self._issued}", f"sandbox-refresh-{self._issued}"
        self._expires[access] = self._clock.now() + TOKEN_LIFE
        self._refresh_tokens.add(refresh)
        tokens: dict[str, object] = {
            "access_token": access,
            "refresh_token": refresh,
            "api_domain": f"{request.headers.get('host', '127.0.0.1')}/brightpearl",
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFE.total_seconds()),
        }
        if first:
            tokens["installation_instance_id"] = self._settings.instance_id
        return Reply(200, tokens)

    def authorize(self, request: Request, *, account: str) -> Reply:
        """The consent page: agrees at once and sends the browser back with a code."""
        target, state = request.first("redirect_uri", "") or "", request.first("state", "") or ""
        code = self._settings.authorization_code
        return Reply(302, {}, {"location": f"{target}?code={code}&state={quote(state)}"})


def _refused(error: str, description: str = "") -> Reply:
    body = {"error": error}
    if description:
        body["error_description"] = description
    return Reply(400, body)
