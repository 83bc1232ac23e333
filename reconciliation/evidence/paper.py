"""The dossier of a signed day on A4, in the printer's own fonts."""

import io
from xml.sax.saxutils import escape

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import LongTable, Paragraph, SimpleDocTemplate, Spacer, TableStyle
from reportlab.platypus.flowables import Flowable

from reconciliation.evidence.dossier import Dossier, Section

MARGIN, FOOT = 46, 62  # points, as every measure here
PAPER = 595
WIDTH = PAPER - 2 * MARGIN
INK, PALE, RULE = colors.HexColor("#1b1d20"), colors.HexColor("#5c6066"), colors.HexColor("#e3e3df")
TEXT = ParagraphStyle("text", fontName="Helvetica", fontSize=8, leading=10, textColor=INK)
NUMBER = ParagraphStyle("number", TEXT, alignment=2)
HEAD = ParagraphStyle("head", TEXT, fontName="Helvetica-Bold", textColor=PALE, fontSize=7)
HEAD_NUMBER = ParagraphStyle("head number", HEAD, alignment=2)
SAID = ParagraphStyle("said", TEXT, fontSize=10, leading=14, spaceBefore=4, spaceAfter=6)
CODE = ParagraphStyle("code", TEXT, fontName="Courier", fontSize=7, leading=10)
TITLE = ParagraphStyle("title", TEXT, fontName="Helvetica-Bold", fontSize=16, leading=20)
HEADING = ParagraphStyle("heading", TEXT, fontName="Helvetica-Bold", fontSize=11, leading=15)
LINES = TableStyle(
    [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, 0), 1, PALE),
        ("LINEBELOW", (0, 1), (-1, -1), 1, RULE),
        ("TOPPADDING", (0, 0), (-1, -1), 2),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 3),
        ("LEFTPADDING", (0, 0), (-1, -1), 2),
        ("RIGHTPADDING", (0, 0), (-1, -1), 2),
    ]
)
MINUS = "\N{MINUS SIGN}"


def pdf(dossier: Dossier, *, verify: str) -> bytes:
    """Return the dossier as a PDF; the same dossier gives the same bytes.

    `verify` says how to check the hash. Characters that the fonts do not have are written as
    their code points: the canonical JSON beside the PDF has them as they were.
    """
    out = io.BytesIO()
    document = SimpleDocTemplate(
        out,
        pagesize=A4,
        leftMargin=MARGIN,
        rightMargin=MARGIN,
        topMargin=MARGIN,
        bottomMargin=FOOT,
        title=printable(dossier.title),
        author="Plumbline",
        invariant=1,
    )

    def foot(canvas: Canvas, page: SimpleDocTemplate) -> None:
        canvas.setFont("Courier", 7)
        canvas.setFillColor(PALE)
        canvas.drawString(MARGIN, MARGIN, f"{dossier.name}  sha256 {dossier.digest}")
        canvas.drawRightString(PAPER - MARGIN, MARGIN, f"page {page.page}")

    document.build(_story(dossier, verify), onFirstPage=foot, onLaterPages=foot)
    return out.getvalue()


def _story(dossier: Dossier, verify: str) -> list[Flowable]:
    story: list[Flowable] = [
        _text(dossier.title, TITLE),
        Spacer(0, 12),
        _text(dossier.statement, SAID),
    ]
    for section in dossier.read():
        story += [Spacer(0, 9), _text(section.title, HEADING), *_table(section)]
    story += [Spacer(0, 12), _text("How to verify", HEADING), _text(verify, TEXT)]
    story += [_text(f"This day: {dossier.digest}", CODE)]
    story += [_text(f"Day signed before: {dossier.previous or 'none, this is the first'}", CODE)]
    return story


def _table(section: Section) -> list[Flowable]:
    if not section.rows:
        return [_text(section.empty, TEXT)]
    right = [place in section.numbers for place in range(len(section.columns))]
    heads = zip(section.columns, right, strict=True)
    rows = [[_text(cell, HEAD_NUMBER if number else HEAD) for cell, number in heads]]
    for row in section.rows:
        cells = zip(row, right, strict=True)
        rows.append([_text(cell, NUMBER if number else TEXT) for cell, number in cells])
    shares = [5 if number else 8 for number in right]
    widths = [WIDTH * share // sum(shares) for share in shares]
    return [LongTable(rows, colWidths=widths, style=LINES, repeatRows=1, splitInRow=1)]


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    """Return a paragraph in which nothing is markup, whatever a vendor put into a name."""
    return Paragraph(escape(printable(text)).replace("\n", "<br/>"), style)


def printable(text: str) -> str:
    """Return `text` as the standard PDF fonts can show it."""
    return "".join(map(_glyph, text.replace(MINUS, "-")))


def _glyph(character: str) -> str:
    if character == "\n" or (character.isprintable() and _is_western(character)):
        return character
    return f"[U+{ord(character):04X}]"


def _is_western(character: str) -> bool:
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True
