"""How Brightpearl is asked and told: id sets, searches, messages, and access renewed on the way."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

from pydantic import BaseModel

from integrations.connectors.brightpearl.auth import Login, configured_tokens
from integrations.connectors.brightpearl.config import BrightpearlConfig
from integrations.connectors.brightpearl.envelope import LABEL, classify, learn, response_of
from integrations.connectors.brightpearl.idsets import chunks, encode
from integrations.connectors.brightpearl.schemas import Many
from integrations.connectors.brightpearl.search import (
    Params,
    ResultPage,
    SearchResult,
    page_of,
)
from integrations.connectors.errors import NotFoundError, UnauthorisedError
from integrations.connectors.http import Reply, VendorHttp
from integrations.connectors.spec import Context
from integrations.ports import TokenStore

Item = TypeVar("Item", bound=BaseModel)
Ids = Iterable[int | str]
MULTI_MESSAGE = "/multi-message"


class Message(NamedTuple):
    """One write. `uri` is below the account; `headers` can only be sent outside a bundle."""

    method: str
    uri: str
    body: Any
    endpoint: str
    key: str = ""
    headers: Mapping[str, str] = {}


class Calls:
    """One account; safe to share between threads. Close it when done."""

    def __init__(
        self, config: BrightpearlConfig, context: Context, tokens: TokenStore | None = None
    ) -> None:
        def http(base_url: str, login: Login | None) -> VendorHttp:
            return VendorHttp(
                base_url=base_url,
                headers=login.headers if login else dict,
                context=context,
                classify=classify,
                learn=learn,
                system_label=LABEL,
            )

        self._token_http: VendorHttp | None = None

        def token_http() -> VendorHttp:
            self._token_http = self._token_http or http(config.token_url, None)
            return self._token_http

        self._login = Login(config, tokens or configured_tokens(config), token_http)
        self._http = http(config.base_url, self._login)

    def close(self) -> None:
        """Release the pools."""
        self._http.close()
        if self._token_http:
            self._token_http.close()

    # Writing.

    def send(self, message: Message) -> Any:
        """Write one message; its `response`. Raises AmbiguousError when it may have landed."""
        return response_of(self._written(message, keys=[message.key] if message.key else []).data)

    def send_bundle(self, messages: Sequence[Message]) -> Reply:
        """Write up to ten messages in one request, in order, going on after a failure.

        Source: Brightpearl help, "Multi-message". The reply's data is not yet understood.
        """
        body = {
            "processingMode": "SEQUENTIAL",
            "onFail": "CONTINUE",
            "messages": [
                {"label": str(index), "uri": each.uri, "httpMethod": each.method, "body": each.body}
                for index, each in enumerate(messages)
            ],
        }
        bundle = Message("POST", MULTI_MESSAGE, body, f"POST {MULTI_MESSAGE}")
        return self._written(
            bundle, keys=[each.key for each in messages if each.key], messages=len(messages)
        )

    def _written(self, message: Message, *, keys: Sequence[str], messages: int = 1) -> Reply:
        return self._authorised(
            lambda: self._http.send(
                message.method,
                message.uri,
                endpoint=message.endpoint,
                json=message.body,
                headers=message.headers,
                keys=keys,
                messages=messages,
            )
        )

    # Reading.

    def _authorised(self, call: Callable[[], Reply]) -> Reply:
        """QUIRK(brightpearl): a 401 was not processed, so even a write may follow it."""
        used = self._login.access_token()
        try:
            return call()
        except UnauthorisedError:
            if not self._login.renew(stale=used):
                raise
        return call()

    def get(self, path: str, params: Params | None = None, *, endpoint: str) -> Reply:
        """The whole answer, headers and all."""
        return self._authorised(lambda: self._http.get(path, params, endpoint=endpoint))

    def read(self, path: str, params: Params | None = None, *, endpoint: str) -> Any:
        """The `response` of an answer, as sent."""
        return response_of(self.get(path, params, endpoint=endpoint).data)

    def read_as(self, model: type[Item], path: str, *, endpoint: str) -> Item:
        """The `response` as a wire model."""
        return self._http.parse(model, self.read(path, endpoint=endpoint), endpoint=endpoint)

    def answers(self, endpoint: str, ids: Ids) -> Iterable[Any]:
        """The `response` of each chunk; a chunk of which nothing exists is skipped."""
        for chunk in chunks(ids):
            try:
                yield self.read(endpoint.format(idset=encode(chunk)), endpoint=f"GET {endpoint}")
            except NotFoundError:
                continue

    def raw(self, endpoint: str, ids: Ids) -> list[dict[str, Any]]:
        """Resources by id, as sent."""
        return [
            item
            for data in self.answers(endpoint, ids)
            for item in (data if isinstance(data, list) else [])
            if isinstance(item, dict)
        ]

    def by_set(self, endpoint: str, ids: Ids, model: type[Item]) -> Iterable[Item]:
        """Each chunk's answer as a wire model; chunks without anything are left out.

        QUIRK(brightpearl): a map without entries may come as `[]`, an array as nothing.
        """
        for data in self.answers(endpoint, ids):
            if data:
                yield self._http.parse(model, data, endpoint=endpoint)

    def listed(self, path: str, model: type[Many[Item]]) -> list[Item]:
        """All of a small resource; none is an empty list."""
        try:
            data = self.read(path, endpoint=f"GET {path}")
        except NotFoundError:
            return []
        return self._http.parse(model, data or [], endpoint=path).root

    def searcher(self, path: str) -> Callable[[Params], ResultPage]:
        """Asks one page of this search at a time."""

        def ask(params: Params) -> ResultPage:
            data = self.read(path, params, endpoint=f"GET {path}")
            return page_of(self._http.parse(SearchResult, data, endpoint=path))

        return ask
