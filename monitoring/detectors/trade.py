"""What the tills usually take: the yardstick of faults that have no record of their own."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum

from integrations import public

DAYS = 7


def hourly_trade(channels: Iterable[int], *, now: datetime, currency: str) -> dict[int, Decimal]:
    """Return gross sales an hour by channel, over the last week, day and night, in `currency`."""
    wanted = list(channels)
    if not wanted:
        return {}
    sales = public.documents().filter(
        connection_id__in=wanted,
        kind="sale",
        currency=currency,
        placed_at__gt=now - timedelta(days=DAYS),
        placed_at__lte=now,
    )
    rows = sales.order_by().values_list("connection_id").annotate(Sum("gross"))
    return {pk: total / (DAYS * 24) for pk, total in rows}
