"""External ids that an effect builds upon, gathered for a whole batch."""

from collections.abc import Sequence
from typing import Any

from integrations.canonical.effects import EFFECTS, Effect
from integrations.models import DocumentLink, Transfer
from integrations.ports import Intent


def effect_of(transfer: Transfer) -> Effect:
    """What the transfer wants to exist at its target."""
    return EFFECTS[transfer.operation].model_validate(transfer.payload)


def proves_movement(transfer: Transfer) -> bool:
    """Whether stock has moved at the owner once this is posted. Read, not judged again: what was
    stored was checked when it was planned."""
    return EFFECTS[transfer.operation].model_construct(**transfer.payload).proves_movement


def intents(transfers: Sequence[Transfer]) -> list[Intent]:
    """Each transfer as its sink wants it, in order; one query for all references."""
    refs = _refs(transfers)
    return [
        Intent(
            key=transfer.key,
            effect=effect_of(transfer),
            refs=_refs_of(transfer, refs),
            since=transfer.first_sent_at,
        )
        for transfer in transfers
    ]


def _refs(transfers: Sequence[Transfer]) -> dict[int, dict[str, Any]]:
    documents = {t.document_id for t in transfers if t.document_id}
    documents |= {
        t.document.original_id for t in transfers if t.document and t.document.original_id
    }
    found: dict[int, dict[str, Any]] = {}
    connections = {t.connection_id for t in transfers}
    for link in DocumentLink.objects.filter(
        document_id__in=documents, connection_id__in=connections
    ):
        refs = found.setdefault(link.document_id, {})
        refs[link.kind] = link.external_id
        refs.update(link.detail)
    return found


def _refs_of(transfer: Transfer, refs: dict[int, dict[str, Any]]) -> dict[str, Any]:
    if transfer.document is None:
        return {}
    own = dict(refs.get(transfer.document_id or 0, {}))
    original = refs.get(transfer.document.original_id or 0, {})
    if "order" in original:
        own["original_order"] = original["order"]
    return own
