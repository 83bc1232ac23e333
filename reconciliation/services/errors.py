"""Why a step of the day-end was not taken.

DayError
├── RefusedError   this person may not (403)
├── NotReadyError  the day may not yet (409)
└── ConflictError  somebody was faster, or the figures changed since they were shown (409)
"""

from collections.abc import Sequence

from reconciliation.content import Change
from reconciliation.figures import Blocker


class DayError(ValueError):
    """It was not done, and nothing was changed; the sentence says why and what to do."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class RefusedError(DayError):
    """Somebody else has to do it."""


class NotReadyError(DayError):
    """Something of the day is open; `blockers` says what."""

    def __init__(self, sentence: str, blockers: Sequence[Blocker] = ()) -> None:
        super().__init__(sentence)
        self.blockers = tuple(blockers)


class ConflictError(DayError):
    """It is not what was shown any more; `lines` names the figures that changed, if any did."""

    def __init__(self, sentence: str, lines: Sequence[Change] = ()) -> None:
        super().__init__(sentence)
        self.lines = tuple(lines)
