"""CSV that a spreadsheet opens safely, and zip files that are the same every time they are made."""

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping

from integrations.public import disarm
from reconciliation.evidence.dossier import Dossier, Row

MADE = (1980, 1, 1, 0, 0, 0)  # no clock in an archive: the same evidence gives the same bytes
MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"  # tells spreadsheets that the file is UTF-8


def csv_text(columns: Row, rows: Iterable[Row]) -> str:
    """Return a CSV file with its header; formulas are made harmless, numbers stay numbers."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([disarm(cell) for cell in row] for row in rows)
    return MARK + out.getvalue()


def csv_files(dossier: Dossier) -> Iterator[tuple[str, bytes]]:
    """Yield a file for each table of the day, in reading order."""
    for place, section in enumerate(dossier.read(), start=1):
        name = f"{dossier.name}/{place:02d}-{section.slug}.csv"
        yield name, csv_text(section.columns, section.rows).encode()


def archive(files: Mapping[str, bytes]) -> bytes:
    """Return `files` by name as one zip file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, MADE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content)
    return out.getvalue()
