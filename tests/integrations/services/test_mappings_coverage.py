from datetime import timedelta
from decimal import Decimal

import pytest

from integrations.mapping.sheets import SheetError
from integrations.models import Document, Link, MappingRow, Sweep
from integrations.services.coverage import Coverage, coverage, documents_using
from integrations.services.mapping_files import export_rows, import_rows, preview_import
from integrations.services.usage import count_uses
from tests.conftest import NOW
from tests.integrations.services.mapping_kit import hold_for, make_link, make_row, receipt

pytestmark = pytest.mark.django_db
HEADER = "value,label,effective_from,method,nominal\r\n"


def counted(link: Link, table: str) -> Coverage:
    """The coverage after the sweep has counted."""
    count_uses(link, now=NOW)
    Sweep.objects.create(name=f"values:{link.slug}", every_seconds=900, due_at=NOW, finished_at=NOW)
    return coverage(link, table)


def test_what_is_in_use_without_a_row_is_told_with_counts_and_money():
    link = make_link()
    for number, tender in (("R-1", "KLARNA"), ("R-2", "Klarna"), ("R-3", "Barter")):
        hold_for(receipt(link, number, tender=tender, gross="24.50"), "payment-type", tender)

    found = counted(link, "payment-type")

    assert [(each.source_value, each.records, each.value) for each in found.unmapped] == [
        ("KLARNA", 2, {"GBP": Decimal("49.00")}),
        ("Barter", 1, {"GBP": Decimal("24.50")}),
    ]


def test_rows_are_told_apart_by_whether_anything_uses_them():
    link = make_link()
    cash = make_row(link, "payment-type", "Cash", method="CASH", nominal="1210")
    cheque = make_row(link, "payment-type", "Cheque", method="CHQ", nominal="1215")
    receipt(link, "R-1", tender="CASH")

    found = counted(link, "payment-type")

    assert found.uses == {cash.pk: 1}
    assert found.unused == (cheque,)


def test_the_share_of_mapped_values_is_told_with_the_money_that_carried_them():
    link = make_link()
    make_row(link, "payment-type", "Cash", method="CASH", nominal="1210")
    for number, tender in (("R-1", "CASH"), ("R-2", "Cash"), ("R-3", "Klarna")):
        receipt(link, number, tender=tender, gross="24.50")

    found = counted(link, "payment-type")

    assert (found.seen, found.mapped, found.share) == (2, 1, 50)
    assert found.seen_money == {"GBP": Decimal("73.50")}
    assert found.mapped_money == {"GBP": Decimal("49.00")}


def test_nothing_is_called_unused_before_it_was_counted():
    link = make_link()
    make_row(link, "payment-type", "Cash", method="CASH", nominal="1210")

    found = coverage(link, "payment-type")

    assert (found.unused, found.counted_at, found.share) == ((), None, None)


def test_what_is_older_than_ninety_days_or_was_skipped_does_not_count():
    link = make_link()
    for number, fields in (
        ("R-1", {"placed_at": NOW - timedelta(days=90, seconds=1)}),
        ("R-2", {"state": Document.State.SKIPPED}),
        ("R-3", {}),
    ):
        Document.objects.filter(pk=receipt(link, number, tender="Cash").pk).update(**fields)

    assert counted(link, "payment-type").seen_money == {"GBP": Decimal("10.00")}


def test_closed_lists_of_ours_are_never_called_unused():
    link = make_link()
    make_row(link, "order-status", "sale", status="20")

    assert counted(link, "order-status").unused == ()


def test_the_records_that_carry_a_value_are_found():
    link = make_link()
    document = receipt(link, "R-1", tender="Klarna")
    receipt(link, "R-2", tender="Cash")

    assert list(documents_using(link, "payment-type", "klarna")) == [document]


def test_rows_go_out_as_a_sheet_and_come_back_without_a_difference():
    link = make_link()
    make_row(link, "payment-type", "=Cash", method="CASH", nominal="1210")

    text = export_rows(link, "payment-type")

    assert "'=Cash" in text
    found = preview_import(link, "payment-type", text.encode())
    assert (found.changes, found.unchanged) == ((), 1)


def test_an_import_is_shown_before_it_is_made():
    link = make_link()
    make_row(link, "payment-type", "Cash", method="CASH", nominal="1210")
    content = f"{HEADER}cash,,,CASH,1211\r\nCard,,,CARD,1220\r\n".encode()

    shown = preview_import(link, "payment-type", content)
    assert MappingRow.objects.count() == 1
    import_rows(link, "payment-type", content, by="ada", now=NOW)

    assert [each.before is None for each in shown.changes] == [False, True]
    nominals = {row.source_value: row.target["nominal"] for row in MappingRow.objects.all()}
    assert nominals == {"Cash": "1211", "Card": "1220"}


def test_one_wrong_row_keeps_the_whole_file_out():
    link = make_link()

    with pytest.raises(SheetError, match="Line 3, nominal"):
        import_rows(
            link,
            "payment-type",
            f"{HEADER}Cash,,,CASH,1210\r\nCard,,,CARD,\r\n".encode(),
            by="ada",
            now=NOW,
        )

    assert not MappingRow.objects.exists()
