"""The evidence chain: each pack names the hash of the one before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reconciliation.content import canonical, digest
from reconciliation.models import ChainHead, EvidencePack, StoreDay

GENESIS = "0" * 64


def append(
    day: StoreDay, body: dict[str, Any], *, part: int = 1, content_hash: str, now: datetime
) -> EvidencePack:
    """Chain one more pack. Call it inside the transaction that it proves."""
    head, _ = ChainHead.objects.get_or_create(pk=1)
    head = ChainHead.objects.select_for_update().get(pk=1)
    previous, sequence = head.hash or GENESIS, head.sequence + 1
    text = canonical({**body, "sequence": sequence, "previous_hash": previous})
    pack = EvidencePack.objects.create(
        sequence=sequence,
        day=day,
        round=day.round,
        part=part,
        made_at=now,
        content=text,
        content_hash=content_hash,
        previous_hash=previous,
        hash=digest(text),
    )
    ChainHead.objects.filter(pk=head.pk).update(sequence=sequence, hash=pack.hash)
    return pack


@dataclass(frozen=True, slots=True)
class Broken:
    """The first pack that does not follow from the one before it, and what is wrong with it."""

    sequence: int
    sentence: str


def verify_chain() -> Broken | None:
    """Walk the whole chain. None when every pack is there and says what was signed."""
    previous, expected = GENESIS, 1
    for pack in _packs():
        if pack.sequence != expected:
            return Broken(expected, f"Evidence pack {expected} is gone.")
        if digest(pack.content) != pack.hash:
            return Broken(expected, f"Evidence pack {expected} ({pack.day}) was changed.")
        if pack.previous_hash != previous:
            sentence = f"Evidence pack {expected} ({pack.day}) does not follow the one before it."
            return Broken(expected, sentence)
        previous, expected = pack.hash, expected + 1
    head = ChainHead.objects.filter(pk=1).first()
    if head is not None and (head.sequence, head.hash) != (expected - 1, previous):
        if expected == 1 and not head.sequence:
            return None
        return Broken(expected, f"Evidence pack {head.sequence} is gone.")
    return None


def _packs() -> Iterator[EvidencePack]:
    return EvidencePack.objects.select_related("day").order_by("sequence").iterator(chunk_size=50)
