"""Fill a database for work on the pages: as many cases and transfers as a large retailer has.

The rows are of systems of their own, which are switched off: nothing is ever sent. Open cases
come from real holds, so a refresh keeps them.
"""

from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from integrations import public
from monitoring.management.bulk_rows import STEPS, Rows
from monitoring.management.multiply import mend_sequences, multiply, next_id
from monitoring.models import CaseEvent, ExceptionCase, Team
from monitoring.services.cases import refresh_cases
from monitoring.services.flow_hours import close_hours

TEMPLATES = 2000  # rows made one by one; the rest are copies of them
OPEN_SHARE = 50  # one case in so many is open


class Command(BaseCommand):
    help = "Fill the database with believable rows for page work. Not in production."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--cases", type=int, default=10_000)
        parser.add_argument("--transfers", type=int, default=100_000)
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--mix", action="store_true", help="also beside rows of real systems")

    def handle(self, *args: Any, cases: int, transfers: int, seed: int, **options: Any) -> None:
        _refuse(mix=options["mix"])
        now = public.system_now()
        rows = Rows(_pair(), _stores(), seed=seed, now=now)
        with transaction.atomic():
            _receipts(rows, transfers // len(STEPS))
            _closed(rows, cases - cases // OPEN_SHARE)
            _held(rows, cases // OPEN_SHARE)
        close_hours(now=now)
        done = refresh_cases(now=now)
        self.stdout.write(
            f"{ExceptionCase.objects.count():,} cases, {done.present:,} of them open; "
            f"{public.transfers().count():,} transfers."
        )


def _refuse(*, mix: bool) -> None:
    """Invented rows have no place in production, nor unasked beside anybody's own."""
    if settings.PRODUCTION:
        raise CommandError("This fills the database with invented rows: not in production.")
    others = public.connections().exclude(slug__startswith="bulk-")
    if others.exists() and not mix:
        name = connection.settings_dict["NAME"]
        raise CommandError(f"{name} has systems of its own. Use another, or say --mix.")


def _pair() -> public.Link:
    """Two systems of the rows' own, switched off, so that nobody tries to reach them."""
    off = {"system": "sitoo", "state": "disabled"}
    channel, _ = public.Connection.objects.get_or_create(
        slug="bulk-tills", defaults=off | {"label": "Bulk tills", "role": "pos"}
    )
    owner, _ = public.Connection.objects.get_or_create(
        slug="bulk-erp", defaults=off | {"label": "Bulk ERP", "role": "erp"}
    )
    link, _ = public.Link.objects.get_or_create(
        slug="bulk",
        defaults={"template": "bulk", "channel": channel, "owner": owner, "enabled": False},
    )
    return link


def _stores() -> list[public.Store]:
    """Forty shops, some of them perhaps there already."""
    return [
        public.Store.objects.get_or_create(
            code=f"S{number:03d}",
            defaults={"name": f"Shop {number}", "timezone": "Europe/London"},
        )[0]
        for number in range(1, 41)
    ]


def _receipts(rows: Rows, wanted: int) -> None:
    """Receipts with a line, a tender, their transfers, and where each of those stands."""
    count, copies = _shape(wanted)
    first, steps = next_id(public.Document), next_id(public.Transfer)
    documents = [rows.receipt(first + n, first + n, "posted", days=90) for n in range(count)]
    transfers = [
        transfer
        for n, document in enumerate(documents)
        for transfer in rows.transfers(steps + n * len(STEPS), document)
    ]
    _multiplied(documents, copies, suffix=("external_id", "number"))
    _multiplied(transfers, copies, shift={"document_id": count}, suffix=("key", "external_ref"))
    lines, tenders = next_id(public.DocumentLine), next_id(public.DocumentTender)
    links = rows.links(next_id(public.DocumentLink), transfers)
    for parts, suffix in (
        ([rows.line(lines + n, each) for n, each in enumerate(documents)], ()),
        ([rows.tender(tenders + n, each) for n, each in enumerate(documents)], ("reference",)),
        (list(links), ("external_id",)),
    ):
        _multiplied(parts, copies, shift={"document_id": count}, suffix=suffix)


def _multiplied(
    rows: Sequence[Any],
    copies: int,
    *,
    shift: Mapping[str, int] | None = None,
    suffix: Sequence[str] = (),
) -> None:
    """Save `rows`, whose ids follow one another, and `copies` copies of each."""
    model = type(rows[0])
    model.objects.bulk_create(rows, batch_size=500)
    multiply(
        model,
        first=rows[0].pk,
        count=len(rows),
        copies=copies,
        shift=shift or {},
        suffix=suffix,
    )
    mend_sequences([model])


def _closed(rows: Rows, wanted: int) -> None:
    count, copies = _shape(wanted)
    teams = {team.code: team for team in Team.objects.all()}
    first, lines = next_id(ExceptionCase), next_id(CaseEvent)
    cases = [rows.closed_case(first + n, teams) for n in range(count)]
    story = [event for n, case in enumerate(cases) for event in rows.story(lines + 2 * n, case)]
    _multiplied(cases, copies, suffix=("fingerprint",))
    _multiplied(story, copies, shift={"case_id": count})


def _held(rows: Rows, wanted: int) -> None:
    number = next_id(public.Document)
    pairs = [rows.held(number + n) for n in range(wanted)]
    public.Document.objects.bulk_create((each for each, _ in pairs), batch_size=500)
    public.Hold.objects.bulk_create((hold for _, hold in pairs), batch_size=500)


def _shape(wanted: int) -> tuple[int, int]:
    """Return how many rows to make and how many copies of them, about `wanted` in all."""
    if wanted <= TEMPLATES:
        return wanted, 0
    return TEMPLATES, wanted // TEMPLATES - 1
