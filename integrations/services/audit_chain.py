"""The chain over the audit: each link's hash covers its entry and the link before it.

An entry is chained right after its transaction commits, in one of its own, so that people's
changes never wait for each other's. What a dying process leaves is chained by a sweep.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from integrations.models import AuditEntry, AuditSeal

GENESIS = "0" * 64
BATCH = 1000
# Numbers are given before transactions commit: one that was given this long ago may still appear.
LATE = 10_000
TRIES = 3


def seal_entries() -> int:
    """Chain what is not chained yet, oldest number first. Returns how many; safe to repeat."""
    for _ in range(TRIES):
        try:
            with transaction.atomic():
                return _seal()
        except IntegrityError:  # another process chained these at the same moment
            continue
    return 0


def _seal() -> int:
    last = AuditSeal.objects.order_by("-position").first()
    position, head = (last.position, last.hash) if last else (0, GENESIS)
    after = max(0, last.entry_id - LATE) if last else 0
    waiting = AuditEntry.objects.filter(pk__gt=after, seal=None).order_by("pk")[:BATCH]
    seals = []
    for entry in waiting:
        position, head = position + 1, link_hash(head, entry)
        seals.append(AuditSeal(position=position, entry=entry, hash=head))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def link_hash(previous: str, entry: AuditEntry) -> str:
    """Return the hash of one link. The actor's name counts, not the account, which may go."""
    told = [
        entry.pk,
        entry.at.isoformat(),
        *(entry.actor_name, entry.action, entry.subject),
        *(entry.before, entry.after, entry.reason),
    ]
    text = json.dumps(told, sort_keys=True, separators=(",", ":"), cls=DjangoJSONEncoder)
    return sha256(f"{previous}\n{text}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class ChainState:
    """How far the chain is whole: its head, and what is wrong behind it, if anything."""

    position: int
    head: str
    problem: str = ""


def verify_audit() -> ChainState:
    """Walk the whole chain and name the first entry that is not what was written. One pass."""
    position, head = 0, GENESIS
    for seal in _links():
        if seal.position != position + 1:
            return ChainState(position, head, f"Link {position + 1} of the audit chain is gone.")
        if link_hash(head, seal.entry) != seal.hash:
            entry = seal.entry
            what = f"entry {entry.pk} ({entry.action} {entry.subject}, {entry.actor_name})"
            return ChainState(position, head, f"Audit {what} was changed.")
        position, head = seal.position, seal.hash
    return ChainState(position, head, _unchained())


def _links() -> Iterator[AuditSeal]:
    chain = AuditSeal.objects.select_related("entry").order_by("position")
    return chain.iterator(chunk_size=1000)


def _unchained() -> str:
    """An entry that was slipped in before one that is chained, and never chained itself."""
    newest = AuditSeal.objects.order_by("-entry_id").values_list("entry_id", flat=True).first() or 0
    loose = AuditEntry.objects.filter(pk__lt=newest - LATE, seal=None).order_by("pk").first()
    return f"Audit entry {loose.pk} was never chained." if loose else ""
