"""How each call proves who we are, and how OAuth access is renewed.

Source: Brightpearl help, "App types" and "OAuth 2.0".
"""

from collections.abc import Callable, Mapping
from threading import Lock

from integrations.connectors.brightpearl.config import Access, BrightpearlConfig
from integrations.connectors.brightpearl.schemas import TokenAnswer
from integrations.connectors.errors import RejectedError, UnauthorisedError
from integrations.connectors.http import VendorHttp
from integrations.connectors.logins import HeldTokens
from integrations.ports import Tokens, TokenStore


def configured_tokens(config: BrightpearlConfig) -> HeldTokens:
    """Tokens from the configuration, renewed in this process only."""
    access, refresh = config.access_token, config.refresh_token
    return HeldTokens(
        Tokens(
            access.get_secret_value() if access else "",
            refresh.get_secret_value() if refresh else "",
        )
    )


class Login:
    """Headers of every call. Only OAuth access can be renewed."""

    def __init__(
        self, config: BrightpearlConfig, tokens: TokenStore, token_http: Callable[[], VendorHttp]
    ) -> None:
        self._config = config
        self._tokens = tokens
        self._token_http = token_http
        self._renewing = Lock()

    def headers(self) -> Mapping[str, str]:
        """The header set of this kind of app."""
        config, refs = self._config, {"brightpearl-app-ref": self._config.app_ref}
        if config.access is Access.OAUTH:
            bearer = {"Authorization": f"Bearer {self.access_token()}"}
            return {**refs, **bearer, "brightpearl-dev-ref": config.dev_ref}
        if config.dev_ref:  # a registered developer: the account token is signed with their secret
            refs["brightpearl-dev-ref"] = config.dev_ref
        token = config.staff_token or config.account_token
        kind = "staff" if config.staff_token else "account"
        return {**refs, f"brightpearl-{kind}-token": token.get_secret_value() if token else ""}

    def access_token(self) -> str:
        """The OAuth token in use; empty for other apps."""
        return self._tokens.load().access if self._config.access is Access.OAUTH else ""

    def renew(self, *, stale: str) -> bool:
        """Make `stale` be replaced, once however many threads ask. False: cannot be renewed.

        Raises UnauthorisedError when the app must be connected again, else UnavailableError or
        ThrottledError.
        """
        with self._renewing:
            tokens = self._tokens.load_fresh()
            if tokens.access != stale:
                return True
            if not tokens.refresh:
                return False
            return self._exchange(tokens)

    def _exchange(self, tokens: Tokens) -> bool:
        try:
            answer = self._ask(tokens.refresh)
        except (RejectedError, UnauthorisedError) as error:
            if self._tokens.load_fresh().access != tokens.access:
                return True  # another process was faster, and used the refresh token up
            raise UnauthorisedError(
                "Brightpearl no longer accepts our refresh token: connect the account again.",
                detail=error.detail,
            ) from error
        self._tokens.save(Tokens(answer.access_token, answer.refresh_token or tokens.refresh))
        return True

    def _ask(self, refresh: str) -> TokenAnswer:
        secret = self._config.client_secret
        form = {
            "grant_type": "refresh_token",
            "refresh_token": refresh,
            "client_id": self._config.app_ref,
            **({"client_secret": secret.get_secret_value()} if secret else {}),
        }
        http, endpoint = self._token_http(), "POST token"
        reply = http.send("POST", "", endpoint=endpoint, form=form, safe_to_repeat=True)
        return http.parse(TokenAnswer, reply.data, endpoint=endpoint)
