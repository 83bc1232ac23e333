"""The real network, for public addresses only: looked up, judged, called by that address."""

import socket
from collections.abc import Callable, Collection

import httpx

from integrations.connectors.addresses import (
    AddressError,
    check_url,
    is_allowed_origin,
    refuse_private,
)

# (host, port) → the addresses it resolves to. Raises OSError when there are none.
Resolve = Callable[[str, int], list[str]]


def system_resolver(host: str, port: int) -> list[str]:
    """What this machine's resolver says, in its order of preference."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class GuardedTransport(httpx.BaseTransport):
    """Refuses private addresses at the moment of the call, whatever a name resolved to before.

    The request goes to the very address that was judged; name and certificate stay the host's.
    Origins that the operator allowed are called as they are.
    """

    def __init__(
        self,
        allowed_origins: Collection[str],
        *,
        inner: httpx.BaseTransport | None = None,
        resolve: Resolve = system_resolver,
    ) -> None:
        self._allowed = frozenset(allowed_origins)
        self._inner = inner or httpx.HTTPTransport(trust_env=False)
        self._resolve = resolve

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        origin = f"{request.url.scheme}://{request.url.netloc.decode()}"
        if not is_allowed_origin(origin, self._allowed):
            request = self._pinned(request, origin)
        return self._inner.handle_request(request)

    def close(self) -> None:
        """Release the pool."""
        self._inner.close()

    def _pinned(self, request: httpx.Request, origin: str) -> httpx.Request:
        """The same request to the address that was judged. Raises httpx.ConnectError."""
        host, port = request.url.host, request.url.port or 443
        try:
            check_url(origin, self._allowed)
            addresses = self._resolve(host, port)
            for (
                address
            ) in addresses:  # all of them: one private answer among public ones is a trick
                refuse_private(address)
        except (OSError, AddressError) as error:
            raise httpx.ConnectError(str(error), request=request) from error
        return httpx.Request(
            method=request.method,
            url=request.url.copy_with(host=addresses[0].split("%")[0]),
            headers=request.headers,  # with the Host of the name
            stream=request.stream,
            extensions={**request.extensions, "sni_hostname": host},
        )
