"""What was posted under rows that are rolled back, and who can put it right: we, or the ERP."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Min, QuerySet

from integrations.models import Document, DocumentLink, Link, MappingChange, Transfer
from integrations.operating_model.policy import AccountingMode
from integrations.services.coverage import documents_using
from integrations.services.mapping_history import Step, steps_back
from integrations.services.originals import PLANNED
from integrations.services.policy import link_policy

LISTED = 200
# Tables whose codes reach the ledger through the day's journal, when that carries the money.
IN_JOURNALS = frozenset({"payment-type", "journal-account"})


@dataclass(frozen=True, slots=True)
class Posted:
    """One record that stands at the ERP under a row that is rolled back."""

    document: Document
    external_ref: str
    value: str  # the source value by which it was mapped


@dataclass(frozen=True, slots=True)
class ReversalPlan:
    """`ours`: journals, which a journal with opposite lines reverses here. `theirs`: records that
    only people can put right at the ERP. Neither is done by rolling back. `records` counts all.
    """

    steps: tuple[Step, ...]
    records: int
    value: dict[str, Decimal]
    ours: tuple[Posted, ...]
    theirs: tuple[Posted, ...]


def reversal_plan(link: Link, table: str, number: int) -> ReversalPlan:
    """What going back to version `number` of a table leaves behind. Reads only."""
    steps = steps_back(link, table, number)
    began = _began(link, table, number)
    used = [(step, _posted_under(link, table, step, began)) for step in steps]
    documents = _unique(document for _, found in used for document in found[:LISTED])
    by_journal = table in IN_JOURNALS and _money_in_journals(link, table)
    value = {document.pk: step.source_value for step, found in used for document in found[:LISTED]}
    return ReversalPlan(
        steps=tuple(steps),
        records=sum(found.count() for _, found in used),
        value=_sums(documents),
        ours=tuple(_journals(link, table, documents, began)) if by_journal else (),
        theirs=() if by_journal else tuple(_orders(documents, value)),
    )


def _money_in_journals(link: Link, table: str) -> bool:
    daily = link_policy(link).accounting_mode is AccountingMode.DAILY_JOURNAL
    return daily or table == "journal-account"


def _began(link: Link, table: str, number: int) -> datetime | None:
    later = MappingChange.objects.filter(link=link, table=table, number__gt=number)
    began: datetime | None = later.aggregate(at=Min("at"))["at"]
    return began


def _posted_under(link: Link, table: str, step: Step, began: datetime | None) -> QuerySet[Document]:
    """Records that were planned by this row since it was made so, and that its days cover."""
    found = documents_using(link, table, step.source_value).filter(state__in=PLANNED)
    if began is not None:
        found = found.filter(planned_at__gte=began)
    if step.effective_from is not None:
        found = found.filter(business_date__gte=step.effective_from)
    return found.defer("record")


def _unique(documents: Iterable[Document]) -> list[Document]:
    return list({document.pk: document for document in documents}.values())


def _sums(documents: Iterable[Document]) -> dict[str, Decimal]:
    sums: dict[str, Decimal] = {}
    for document in documents:
        sums[document.currency] = sums.get(document.currency, Decimal(0)) + document.gross
    return sums


def _journals(
    link: Link, table: str, documents: Sequence[Document], began: datetime | None
) -> list[Posted]:
    """The day journals that carry these records' money, as far as they stand in the ledger."""
    sent = Transfer.objects.filter(
        link=link, operation="post-journal", state=Transfer.State.POSTED
    ).select_related("document")
    if began is not None:
        sent = sent.filter(posted_at__gte=began)
    days: set[tuple[int | None, date | None]] = {
        (document.store_id, document.business_date) for document in documents
    }
    return [
        Posted(journal.document, journal.external_ref, "")
        for journal in sent.defer("payload").order_by("-posted_at")[: LISTED * 5]
        if journal.document is not None
        and (
            table == "journal-account"
            or (journal.document.store_id, journal.document.business_date) in days
        )
    ][:LISTED]


def _orders(documents: Sequence[Document], value: dict[int, str]) -> list[Posted]:
    """The records by the number that the ERP gave them."""
    links = DocumentLink.objects.filter(document__in=[each.pk for each in documents], kind="order")
    refs = dict(links.values_list("document_id", "external_id"))
    return [
        Posted(each, refs[each.pk], value.get(each.pk, "")) for each in documents if each.pk in refs
    ]
