"""What a replay of chosen documents would do, from what is stored. Reads only, calls nobody."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import or_

from django.db.models import Q

from integrations.models import Document, Hold, InboundEvent
from integrations.services.replay import LOST
from integrations.services.replay_approval import kept_back


class Verdict(StrEnum):
    """What would become of one document."""

    GOES = "goes"  # read again, and sent if it is still the same
    CHANGED = "changed"  # a newer version of it is known: that one is planned instead
    KEPT = "kept"  # a second person has to approve it, or did not
    LOST = "lost"  # its source did not know it any more when it was asked last
    SETTLED = "settled"  # nothing of it waits for a person


@dataclass(frozen=True, slots=True)
class ReplayPreview:
    document: Document
    verdict: Verdict
    sentence: str  # what holds it up, or why nothing would be sent
    hold_ids: tuple[int, ...] = ()


def preview_replay(document_ids: Iterable[int]) -> list[ReplayPreview]:
    """Say for each document what a replay would do, oldest first. Four queries."""
    rows = Document.objects.receipts().filter(pk__in=list(document_ids))
    documents = list(rows.select_related("store", "event").order_by("placed_at", "pk"))
    holds: dict[int, list[Hold]] = {}
    for hold in Hold.objects.open().filter(document__in=documents).order_by("opened_at"):
        holds.setdefault(hold.document_id or 0, []).append(hold)
    newer, kept = _newer(documents), kept_back([each.pk for each in documents])
    return [
        _kept(each) if each.pk in kept else _preview(each, holds.get(each.pk, []), each.pk in newer)
        for each in documents
    ]


def _newer(documents: Sequence[Document]) -> set[int]:
    """The documents of which a later version than theirs has arrived."""
    events = {each.pk: each.event for each in documents if each.event}
    if not events:
        return set()
    same = (
        Q(connection=e.connection_id, topic=e.topic, external_id=e.external_id, pk__gt=e.pk)
        for e in events.values()
    )
    later = InboundEvent.objects.facts().filter(reduce(or_, same))
    known = set(later.values_list("connection", "topic", "external_id"))
    return {
        pk
        for pk, event in events.items()
        if (event.connection_id, event.topic, event.external_id) in known
    }


def _kept(document: Document) -> ReplayPreview:
    sentence = "Its replay waits for a second person's approval, or was refused."
    return ReplayPreview(document, Verdict.KEPT, sentence)


def _preview(document: Document, holds: Sequence[Hold], has_newer: bool) -> ReplayPreview:
    ids = tuple(hold.pk for hold in holds)
    if not holds:
        return ReplayPreview(document, Verdict.SETTLED, "Nothing of it waits for a person.")
    if document.event and document.event.reason == LOST:
        return ReplayPreview(document, Verdict.LOST, LOST, ids)
    if has_newer:
        sentence = "The source changed it since; its newer version is checked instead."
        return ReplayPreview(document, Verdict.CHANGED, sentence, ids)
    return ReplayPreview(document, Verdict.GOES, holds[0].sentence, ids)
