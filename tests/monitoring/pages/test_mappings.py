"""The mapping tables: unmapped first, changes with a name, refusals that keep what was typed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from integrations.public import MappingChange, MappingRow, Sweep
from tests.conftest import NOW
from tests.monitoring import rows

TABLE = "/mappings/sitoo-brightpearl/payment-type/"
SET = "/mappings/money/sitoo-brightpearl/payment-type/set/"


def card(**target: str) -> MappingRow:
    return MappingRow.objects.create(
        link=rows.pair(),
        table="payment-type",
        source_value="Card",
        target={"method": "CARD", "nominal": "1210"} | target,
        changed_at=NOW,
        changed_by="Ada",
    )


def test_the_table_that_holds_most_up_stands_first(
    admin: Client, trouble: Callable[[int], None]
) -> None:
    trouble(2)

    page = admin.get("/mappings/").content.decode()

    assert page.index("Payment types") < page.index("Stores and warehouses")
    assert "Unmapped and in use" in page


def test_a_refused_row_comes_back_with_what_was_typed(
    admin: Client, trouble: Callable[[int], None]
) -> None:
    trouble(1)

    response = admin.post(SET, {"value": "Klarna", "to_method": "KLRN", "reason": "new"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "“Klarna” was not saved" in page
    assert 'value="KLRN"' in page
    assert not MappingRow.objects.filter(table="payment-type").exists()


def test_somebody_elses_newer_change_is_not_overwritten(admin: Client) -> None:
    row = card()
    MappingRow.objects.filter(pk=row.pk).update(version=5, changed_by="Bea")

    response = admin.post(
        SET, {"value": "Card", "version": 1, "to_method": "CARD", "to_nominal": "1299"}
    )

    assert response.status_code == 422
    assert "changed meanwhile by Bea" in response.content.decode()


def test_every_change_is_kept_with_its_author_and_can_be_undone(
    admin: Client, admin_user: Any
) -> None:
    row = card()
    admin.post(
        SET,
        {"value": "Card", "version": 1, "to_method": "CARD", "to_nominal": "1299", "reason": "x"},
    )
    change = MappingChange.objects.get()

    admin.post(f"{SET.removesuffix('set/')}undo/", {"change": change.pk})

    row.refresh_from_db()
    assert change.actor == admin_user
    assert row.target["nominal"] == "1210"


def test_a_row_opens_for_editing_without_javascript(admin: Client) -> None:
    row = card()

    page = admin.get(f"{TABLE}?edit={row.pk}").content.decode()

    assert "Remove: what uses “Card” will wait for a person" in page


@pytest.mark.parametrize("table", ["sku-alias", "no-such-table"])
def test_the_money_door_opens_only_money_tables(finance: Client, table: str) -> None:
    rows.pair()

    response = finance.post(f"/mappings/money/sitoo-brightpearl/{table}/set/", {"value": "x"})

    assert response.status_code == 404


def test_a_missing_sku_is_offered_by_its_barcode(admin: Client, leeds: Any) -> None:
    rows.item("GV-BLK", connection=rows.till(), name="Gloves", barcode="5012345678900")
    rows.item("GLV-0404", name="Leather gloves", barcode="5012345678900")
    rows.hold("SKU_UNMAPPED", "GV-BLK", table="sku-alias")

    page = admin.get("/mappings/sitoo-brightpearl/sku-alias/").content.decode()

    assert "same barcode" in page
    assert 'value="GLV-0404"' in page


SHEET = "/mappings/sitoo-brightpearl/payment-type/rows.csv"
MONEY = SET.removesuffix("set/")


def file(*lines: str) -> SimpleUploadedFile:
    text = "\r\n".join(("value,label,effective_from,method,nominal", *lines))
    return SimpleUploadedFile("rows.csv", text.encode())


def test_a_table_is_downloaded_and_comes_back_unchanged(admin: Client) -> None:
    card()

    content = admin.get(SHEET).content
    page = admin.post(f"{MONEY}preview/", {"file": SimpleUploadedFile("rows.csv", content)})

    assert b"Card,,,CARD,1210" in content
    assert "The file changes nothing" in page.content.decode()


def test_a_file_is_looked_at_before_it_is_saved(admin: Client, admin_user: Any) -> None:
    card()
    page = admin.post(f"{MONEY}preview/", {"file": file("Card,,,CARD,1299", "Cash,,,CASH,1200")})
    before = MappingRow.objects.count()

    admin.post(f"{MONEY}import/", {"content": page.context["content"], "reason": "New chart"})

    assert "2 rows would change" in page.content.decode()
    assert before == 1
    assert MappingRow.objects.get(source_value="Card").target["nominal"] == "1299"
    assert {change.actor for change in MappingChange.objects.all()} == {admin_user}


def test_a_wrong_file_names_its_line_and_changes_nothing(admin: Client) -> None:
    rows.pair()

    response = admin.post(f"{MONEY}preview/", {"file": file("Card,,,CARD,")})

    assert response.status_code == 422
    assert "Line 2, nominal: GL account is missing." in response.content.decode()


def test_operations_do_not_bring_in_money_rows(ops: Client) -> None:
    rows.pair()

    assert ops.get(SHEET).status_code == 200
    assert ops.post(f"{MONEY}preview/", {"file": file()}).status_code == 403
    assert ops.post(f"{MONEY}import/", {"content": ""}).status_code == 403


def test_a_row_that_nothing_uses_says_so(admin: Client, leeds: Any) -> None:
    card()
    finished = {"every_seconds": 900, "due_at": NOW, "finished_at": NOW}
    Sweep.objects.create(name="values:sitoo-brightpearl", **finished)

    assert "Not used" in admin.get(TABLE).content.decode()
