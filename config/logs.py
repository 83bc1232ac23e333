"""Log lines as `key=value`, one line each, whatever a vendor put into a name."""

import json
import logging
from datetime import UTC, datetime

_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.:/+@,")


def quoted(value: object) -> str:
    """Return `value` on one line: bare when harmless, else as an ASCII JSON string."""
    text = str(value)
    if text and set(text) <= _PLAIN:
        return text
    return json.dumps(text).replace("\x7f", "\\u007f")


class KeyValueFormatter(logging.Formatter):
    """Control characters, line ends and terminal sequences are escaped, in tracebacks too."""

    def format(self, record: logging.LogRecord) -> str:
        pairs = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "process": record.process,
            "message": record.getMessage(),
        }
        if record.exc_info:
            pairs["traceback"] = self.formatException(record.exc_info)
        return " ".join(f"{key}={quoted(value)}" for key, value in pairs.items())
