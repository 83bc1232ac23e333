"""Records that sold the last units of something: a wrong level there is an oversell at once."""

from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Exists, OuterRef

from integrations import public

FEW = Decimal(2)  # units left to promise


def documents_on_last_units(ids: Iterable[int]) -> set[int]:
    """Those of these documents with a line whose place may promise no more than FEW units.

    One query for five hundred documents.
    """
    wanted = sorted(set(ids))
    found: set[int] = set()
    scarce = public.channel_levels().filter(
        connection=OuterRef("document__connection"),
        location_code=OuterRef("location_code"),
        sku=OuterRef("sku"),
        desired__lte=FEW,
    )
    for start in range(0, len(wanted), 500):
        lines = public.document_lines().filter(
            Exists(scarce), document_id__in=wanted[start : start + 500], is_stocked=True
        )
        found |= set(lines.values_list("document_id", flat=True))
    return found
