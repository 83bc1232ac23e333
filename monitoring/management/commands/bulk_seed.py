"""Fill a database for work on the pages: as many cases and transfers as a large retailer has.

The rows are of systems of their own, which are switched off: nothing is ever sent. Open cases
come from real holds, so a refresh keeps them.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from integrations import public
from monitoring.management.bulk_rows import STEPS, Rows
from monitoring.management.multiply import mend_sequences, multiply, next_id
from monitoring.models import CaseEvent, ExceptionCase, Team
from monitoring.services.cases import refresh_cases

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
        stores = [f"S{number:03d}" for number in range(1, 41)]
        rows = Rows(_pair(), stores, seed=seed, now=now)
        with transaction.atomic():
            _receipts(rows, transfers // len(STEPS))
            _closed(rows, cases - cases // OPEN_SHARE)
            _held(rows, cases // OPEN_SHARE)
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


def _receipts(rows: Rows, wanted: int) -> None:
    count, copies = _shape(wanted)
    first, steps = next_id(public.Document), next_id(public.Transfer)
    documents = [rows.receipt(first + n, first + n, "posted", days=90) for n in range(count)]
    public.Document.objects.bulk_create(documents, batch_size=500)
    public.Transfer.objects.bulk_create(
        (
            transfer
            for n, document in enumerate(documents)
            for transfer in rows.transfers(steps + n * len(STEPS), document)
        ),
        batch_size=500,
    )
    multiply(
        public.Document,
        first=first,
        count=count,
        copies=copies,
        shift={},
        suffix=("external_id", "number"),
    )
    multiply(
        public.Transfer,
        first=steps,
        count=count * len(STEPS),
        copies=copies,
        shift={"document_id": count},
        suffix=("key", "external_ref"),
    )
    mend_sequences([public.Document, public.Transfer])


def _closed(rows: Rows, wanted: int) -> None:
    count, copies = _shape(wanted)
    teams = {team.code: team for team in Team.objects.all()}
    first, lines = next_id(ExceptionCase), next_id(CaseEvent)
    cases = [rows.closed_case(first + n, teams) for n in range(count)]
    ExceptionCase.objects.bulk_create(cases, batch_size=500)
    CaseEvent.objects.bulk_create(
        (event for n, case in enumerate(cases) for event in rows.story(lines + 2 * n, case)),
        batch_size=500,
    )
    multiply(
        ExceptionCase, first=first, count=count, copies=copies, shift={}, suffix=("fingerprint",)
    )
    multiply(CaseEvent, first=lines, count=2 * count, copies=copies, shift={"case_id": count})
    mend_sequences([ExceptionCase, CaseEvent])


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
