"""What to do about each exception type: docs/runbooks/<slug>.md as safe HTML.

Only the Markdown that our runbooks use: headings, paragraphs, lists, bold, italics and code.
Everything is escaped first, so a runbook cannot put markup of its own on a page.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "runbooks"
ITEM = re.compile(r"^(?:(?P<number>\d+\.)|-)\s+(?P<text>.*)$")
SPANS = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
)


@dataclass(frozen=True, slots=True)
class Section:
    title: str
    html: SafeString


@dataclass(frozen=True, slots=True)
class Runbook:
    title: str
    lead: SafeString
    sections: tuple[Section, ...]


@lru_cache(maxsize=128)
def runbook(slug: str) -> Runbook | None:
    """Return the runbook of a type's slug; None when it has none. Read once per process."""
    if not re.fullmatch(r"[a-z0-9-]+", slug):
        return None
    path = FOLDER / f"{slug}.md"
    return parse(path.read_text(encoding="utf-8")) if path.is_file() else None


def parse(text: str) -> Runbook:
    """Split at the second-level headings; the first-level one is the title."""
    head, *parts = re.split(r"^## ", text.strip(), flags=re.MULTILINE)
    title, _, lead = head.partition("\n")
    sections = (part.partition("\n") for part in parts)
    return Runbook(
        title.removeprefix("# ").strip(),
        render(lead),
        tuple(Section(name.strip(), render(body)) for name, _, body in sections),
    )


def render(text: str) -> SafeString:
    """Return the text as HTML. Lines of a paragraph or a list item may be wrapped."""
    blocks = re.split(r"\n\s*\n", text.strip())
    return mark_safe("".join(html for block in blocks if block for html in _block(block)))


def _block(block: str) -> Iterator[str]:
    lines = re.sub(r"\n(?!\d+\.\s|-\s)\s*", " ", block).split("\n")  # unwrap
    for kind, group in groupby(lines, key=_kind):
        texts = [_spans(re.sub(ITEM, r"\g<text>", each.strip())) for each in group]
        if kind == "p":
            yield from (f"<p>{text}</p>" for text in texts)
        else:
            yield f"<{kind}>{''.join(f'<li>{text}</li>' for text in texts)}</{kind}>"


def _kind(line: str) -> str:
    match = ITEM.match(line.strip())
    if match is None:
        return "p"
    return "ol" if match["number"] else "ul"


def _spans(text: str) -> str:
    html = str(escape(text))
    for pattern, replacement in SPANS:
        html = pattern.sub(replacement, html)
    return html
