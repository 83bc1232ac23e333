"""Journals: what each store-day says in the ledger, and taking one back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_filters as filters
import django_tables2 as tables
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from integrations import public
from integrations.public import Transfer
from monitoring.kit.clock import now_of
from monitoring.kit.columns import MoneyColumn, QuantityColumn, TimeColumn, badge_tag, id_tag
from monitoring.kit.filters import FilterSet
from monitoring.kit.page import Action, Page, person, render
from monitoring.kit.permissions import Capability
from monitoring.kit.tables import Table, TitleColumn, show
from reconciliation import services
from reconciliation.content import DayContent
from reconciliation.journals import Line
from reconciliation.models import DayJournal, StoreDay
from reconciliation.pages.forms import ReasonForm
from reconciliation.services import DayError, RefusedError

STATES = {
    Transfer.State.POSTED: ("In the ledger", "agrees"),
    Transfer.State.HELD: ("Needs a person", "soon"),
    Transfer.State.UNKNOWN: ("Checking what happened", "soon"),
}
GOING = ("On its way", "waiting")


@dataclass(frozen=True)
class Journal:
    """One journal as shown: built and sent, or what would be sent now (without a row)."""

    title: str
    word: str
    tone: str
    lines: Sequence[Line]
    row: DayJournal | None = None
    external_ref: str = ""
    reversed_by: DayJournal | None = None

    @property
    def debit(self) -> Decimal:
        return sum((line.debit for line in self.lines), Decimal(0))

    @property
    def credit(self) -> Decimal:
        return sum((line.credit for line in self.lines), Decimal(0))

    @property
    def may_be_reversed(self) -> bool:
        """Only what is in the ledger, once; a reversal itself is final."""
        posted = self.word == STATES[Transfer.State.POSTED][0]
        return posted and self.row is not None and not self.row.reverses_id and not self.reversed_by


def journals_of(day: StoreDay, content: DayContent) -> list[Journal]:
    """Return the journals of a day as they were built; before the first one, its draft."""
    built = DayJournal.objects.of_day(day.store_code, day.business_date)
    rows = list(built.select_related("reverses", "reversed_by"))
    if rows:
        return shown(rows)
    draft = Journal("Journal, not posted yet", "Draft", "unknown", content.journal)
    return [draft] if content.journal else []


def shown(rows: Iterable[DayJournal]) -> list[Journal]:
    """Return journals with where each is now. One query."""
    listed = list(rows)
    ids = [row.transfer_id for row in listed if row.transfer_id]
    sent = public.transfers().in_bulk(ids)
    return [_journal(row, sent.get(row.transfer_id or 0)) for row in listed]


def _journal(row: DayJournal, transfer: Transfer | None) -> Journal:
    word, tone = state_words(transfer)
    ref = transfer.external_ref if transfer else ""
    reversal = getattr(row, "reversed_by", None)
    return Journal(title_of(row), word, tone, row.as_lines(), row, ref, reversal)


def state_words(transfer: Transfer | None) -> tuple[str, str]:
    return STATES.get(Transfer.State(transfer.state), GOING) if transfer else GOING


def title_of(row: DayJournal) -> str:
    if row.reverses:
        return f"Reversal of {row.reverses.reference}"
    if row.late_of:
        return f"Late receipts of {row.late_of.day} {row.late_of:%B}"
    return "Journal of the day" if row.sequence == 1 else f"Addition {row.sequence - 1}"


class JournalFilter(FilterSet):
    """Which journals are shown."""

    store = filters.ChoiceFilter(
        field_name="store_code",
        label="Store",
        choices=lambda: list(public.stores().values_list("code", "name")),
    )
    day = filters.DateFilter(field_name="business_date", label="Trading day")

    class Meta:
        model = DayJournal
        fields: tuple[str, ...] = ()


class JournalTable(Table):
    caption = "Journals"
    empty_title = "No journals here"
    empty_text = "A journal is built when all tills of a store's day have closed."
    keyset_field = "business_date"

    reference = TitleColumn(verbose_name="Journal", below="store_name", orderable=True)
    business_date = tables.DateColumn(verbose_name="Trading day", format="j M Y", orderable=True)
    what = tables.Column(verbose_name="What", empty_values=())
    state = tables.Column(verbose_name="Where it stands", empty_values=())
    external_ref = tables.Column(verbose_name="In the ledger", empty_values=())
    receipts = QuantityColumn(verbose_name="Receipts")
    total = MoneyColumn(verbose_name="Debit and credit")
    built_at = TimeColumn(verbose_name="Built")

    sent: dict[int, Transfer] = {}  # by id, of the rows shown

    def row_url(self, record: DayJournal) -> str:
        return reverse("journal", args=[record.pk])

    def render_what(self, record: DayJournal) -> str:
        return title_of(record)

    def render_state(self, record: DayJournal) -> SafeString:
        return badge_tag(*state_words(self.sent.get(record.transfer_id or 0)))

    def render_external_ref(self, record: DayJournal) -> SafeString | str:
        transfer = self.sent.get(record.transfer_id or 0)
        return id_tag(transfer.external_ref) if transfer and transfer.external_ref else "–"


def journals(request: HttpRequest) -> HttpResponse:
    """Every journal, the newest day first. A fixed number of queries."""
    rows = DayJournal.objects.select_related("reverses").order_by("-business_date", "-pk")
    found = JournalFilter(request.GET, rows)
    table = show(JournalTable, found.rows, request)
    ids = [row.record.transfer_id for row in table.paginated_rows if row.record.transfer_id]
    table.sent = public.transfers().in_bulk(ids)
    context = {"table": table, "filter": found}
    partial = "components/list.html"
    return render(request, "reconciliation/journals.html", context, partial=partial)


def journal(request: HttpRequest, pk: int) -> HttpResponse:
    """One journal with its lines and what each is made of."""
    return _show(request, find(pk))


def find(pk: int) -> DayJournal:
    return get_object_or_404(
        DayJournal.objects.select_related("reverses", "reversed_by"),
        pk=pk,
    )


def _show(request: HttpRequest, row: DayJournal, *, status: int = 200, **more: Any) -> HttpResponse:
    context = {"journal": shown([row])[0], "currency": row.currency, **more}
    partial = "reconciliation/partials/_journal.html"
    return render(request, "reconciliation/journal.html", context, partial=partial, status=status)


def take_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Post the opposite of a journal; the journal itself is never edited."""
    row, form = find(pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, row, status=422, problem="Say why it is reversed.")
    reason = form.cleaned_data["reason"]
    try:
        made = services.reverse_journal(
            row.pk, reason=reason, by=person(request), now=now_of(request)
        )
    except DayError as error:
        status = 403 if isinstance(error, RefusedError) else 409
        return _show(request, row, status=status, problem=str(error))
    said = format_html("Reversed by {}. It is on its way to the ledger.", made.reference)
    messages.success(request, said)
    return redirect("journal", pk=made.pk)


PAGE = Page(
    path="journals/",
    name="journals",
    title="Journals",
    view=journals,
    capability=Capability.VIEW_DAYS,
    section="Days",
)
JOURNAL = Page(
    path="journals/<int:pk>/",
    name="journal",
    title="Journal",
    view=journal,
    capability=Capability.VIEW_DAYS,
    section="Days",
    actions=(
        Action("journals/<int:pk>/reverse/", "journal-reverse", take_back, Capability.SIGN_DAY),
    ),
)
