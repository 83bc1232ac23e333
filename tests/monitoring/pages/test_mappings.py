"""The mapping tables: unmapped first, changes with a name, refusals that keep what was typed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from integrations.public import MappingChange, MappingRow
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
