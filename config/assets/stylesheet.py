"""The chart library's stylesheet, read out of its own JavaScript.

plotly.js inserts its rules at run time, which a strict content policy forbids. The rules stand
in the script as one object, `{"X,X div": "…", "Y p": '…'}`, where X and Y are short for the
chart's and the notifier's class. This turns that object into the stylesheet it describes.
"""

import re

_START = '={"X,X div":'
_RULE = re.compile(
    r"""(?: "(?P<quoted>[^"]+)" | (?P<bare>[A-Za-z]+) ) :
        (?: "(?P<double>[^"\\]*(?:\\.[^"\\]*)*)" | '(?P<single>[^'\\]*(?:\\.[^'\\]*)*)' )
        (?P<end>[,}])""",
    re.VERBOSE,
)
_ESCAPE = re.compile(r"\\(.)")
_SHORT = {"X": ".js-plotly-plot .plotly", "Y": ".plotly-notifier"}


class StylesheetNotFoundError(Exception):
    """The script does not hold the rules in the shape we know: the package has changed."""


def stylesheet(script: str) -> str:
    """Return the CSS rules that `script` would insert, one per line.

    Raises StylesheetNotFoundError rather than return a part of them.
    """
    found = script.find(_START)
    if found < 0:
        raise StylesheetNotFoundError("The rules of plotly.js are not where they used to be.")
    lines = []
    position, end = found + len("={"), ","
    while end == ",":
        rule = _RULE.match(script, position)
        if rule is None:
            near = script[position : position + 60]
            raise StylesheetNotFoundError(f"Not a rule of plotly.js: {near!r}")
        lines.append(_line(rule))
        position, end = rule.end(), rule["end"]
    return "\n".join(lines) + "\n"


def _line(rule: re.Match[str]) -> str:
    selector = re.sub("[XY]", lambda short: _SHORT[short[0]], rule["quoted"] or rule["bare"])
    declarations = rule["double"] if rule["double"] is not None else rule["single"]
    plain = _ESCAPE.sub(r"\1", declarations)
    return f"{selector} {{ {plain} }}"
