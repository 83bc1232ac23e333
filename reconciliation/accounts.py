"""The accounts that a link's journals use, as they are mapped on a trading day."""

from collections.abc import Iterable, Sequence
from datetime import date

from integrations import public
from integrations.public import Link, MappingRow
from reconciliation.journals import CASH, CashEvent, DayReceipt, Line, rest_of_day, whole_day


def journal_lines(
    link: Link, receipts: Sequence[DayReceipt], cash: Sequence[CashEvent], *, on: date, mode: str
) -> list[Line]:
    """The whole day's lines under the link's accounting mode.

    Raises UnmappedAccountError or UnbalancedError when it cannot be built.
    """
    build = whole_day if mode == "daily_journal" else rest_of_day
    return build(receipts, cash, accounts=_accounts(link, on), cash_nominal=cash_nominal(link, on))


def _accounts(link: Link, on: date) -> dict[str, str]:
    rows = public.mapping_rows().filter(link=link, table="journal-account")
    return {row.source_value: row.target["nominal"] for row in _in_force(rows, on)}


def cash_nominal(link: Link, on: date) -> str:
    """The account of the drawer; empty when it is not mapped, or the ERP books it by itself."""
    rows = public.mapping_rows().filter(link=link, table="payment-type", source_value=CASH)
    return next((row.target.get("nominal", "") for row in reversed(_in_force(rows, on))), "")


def _in_force(rows: Iterable[MappingRow], on: date) -> list[MappingRow]:
    found = [row for row in rows if row.effective_from is None or row.effective_from <= on]
    return sorted(found, key=lambda row: row.effective_from or date.min)
