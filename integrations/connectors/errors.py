"""Errors of a connector, named for what the caller should do next.

ConnectorError
├── ThrottledError        wait until `retry_after`; nothing was processed, no attempt is used up
├── UnavailableError      certainly not applied (refused, 5xx before apply): back off and retry
├── UnauthorisedError     credentials or permission: pause the connection, tell an administrator
├── AmbiguousError        it may have landed: look it up before sending again
├── RejectedError         the vendor refused this record: a person must act, never retried
│   ├── NotFoundError     what it refers to is not there
│   ├── ConflictError     it exists already, or changed meanwhile: look it up
│   └── UnsupportedError  the target cannot express it (a fraction of a whole-unit item)
└── SchemaChangedError    the answer is not of the promised shape; `field` names the place
"""

from datetime import timedelta


class ConnectorError(Exception):
    """`sentence` is for people; `detail` is for the log and never holds secrets or shoppers."""

    def __init__(self, sentence: str, *, detail: str = "", code: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.detail = detail
        self.code = code  # the vendor's own error code, when it gave one


class ThrottledError(ConnectorError):
    def __init__(
        self, sentence: str, *, retry_after: timedelta, detail: str = "", code: str = ""
    ) -> None:
        super().__init__(sentence, detail=detail, code=code)
        self.retry_after = retry_after


class UnavailableError(ConnectorError):
    pass


class UnauthorisedError(ConnectorError):
    pass


class AmbiguousError(ConnectorError):
    pass


class RejectedError(ConnectorError):
    pass


class NotFoundError(RejectedError):
    pass


class ConflictError(RejectedError):
    pass


class UnsupportedError(RejectedError):
    pass


class SchemaChangedError(ConnectorError):
    def __init__(self, sentence: str, *, field: str, detail: str = "") -> None:
        super().__init__(sentence, detail=detail)
        self.field = field
