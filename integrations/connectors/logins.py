"""A key that a vendor gives for a user name and a password, and that runs out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import TypeVar

from integrations.connectors.errors import UnauthorisedError
from integrations.connectors.redaction import MASK
from integrations.connectors.spec import Context
from integrations.ports import Call, Recorder, Tokens, TokenStore

Answer = TypeVar("Answer")
MISSING_RIGHT = "403"  # the code of an error that a new key would not help


class HeldTokens:
    """Tokens kept in this process only."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    def load(self) -> Tokens:
        return self._tokens

    def load_fresh(self) -> Tokens:
        return self._tokens

    def save(self, tokens: Tokens) -> None:
        self._tokens = tokens


class KeptKey:
    """One key for all processes of a connection: asked for once, and once more when it ran out.

    `ask` logs in and returns the key. `store` keeps it; its refresh token only marks from which
    credentials the key came.
    """

    def __init__(self, store: TokenStore, ask: Callable[[], str]) -> None:
        self._store = store
        self._ask = ask
        self._renewing = Lock()

    def key(self) -> str:
        """The newest key known here; the first use logs in."""
        return self._store.load().access or self._renew(stale="")

    def using(self, call: Callable[[], Answer]) -> Answer:
        """The call's answer; called again, once, with a new key when the one in use was refused.

        A call that was refused for its key was not processed, so a write may be repeated too.
        Raises UnauthorisedError when a fresh key is refused as well, or when a right is missing.
        """
        key = self.key()
        try:
            return call()
        except UnauthorisedError as error:
            if error.code == MISSING_RIGHT:
                raise
        self._renew(stale=key)
        return call()

    def _renew(self, *, stale: str) -> str:
        """Replace `stale`, once however many threads ask."""
        with self._renewing:
            known = self._store.load_fresh()
            if known.access and known.access != stale:
                return known.access
            fresh = self._ask()
            self._store.save(Tokens(fresh, known.refresh))
            return fresh


@dataclass(frozen=True, slots=True)
class _Discreet:
    """Records calls without their answers: a bare key has no name to be recognised by."""

    recorder: Recorder

    def record(self, call: Call) -> None:
        self.recorder.record(replace(call, response=MASK if call.response else ""))


def discreet(context: Context) -> Context:
    """The same, for calls whose answer is a secret."""
    return replace(context, recorder=_Discreet(context.recorder))
