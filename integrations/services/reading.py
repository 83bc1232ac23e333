"""A stored fact together with what it says."""

from collections.abc import Sequence
from dataclasses import dataclass

from integrations.canonical.base import CanonicalRecord
from integrations.models import InboundEvent


@dataclass(frozen=True, slots=True)
class Reading:
    """A fact and the records it contains."""

    event: InboundEvent
    records: Sequence[CanonicalRecord]
