"""Any id of any system leads to what carries it, and is looked for out of an index."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import DocumentTender
from integrations.services.find import find
from tests.monitoring import rows

pytestmark = pytest.mark.django_db
KEY = "sales-order-to-erp:sitoo:1001:order"
NOTHING = ["", "   ", "R-", "%", "\x00", "sitoo:", "' OR 1=1 --", "R-1\x00x"]


@pytest.fixture
def sale():
    """A sale that stands at the ERP as order SO-1, paid with P-1."""
    sale = rows.receipt(number="R-1", external_id="1001")
    rows.transfer(
        document=sale,
        key="sales-order-to-erp:sitoo:1001:order",
        state="posted",
        external_ref="SO-1",
    )
    rows.stands_at(sale, "GON-7", kind="goods-out")
    rows.stands_at(sale, "TRACK-9", kind="tracking")
    DocumentTender.objects.create(document=sale, index=0, name="Card", amount=12, reference="P-1")
    rows.line(sale, "SOCK")
    return sale


@pytest.mark.parametrize(
    "text",
    [
        "R-1",
        " r-1 ",
        "1001",
        "SO-1",
        "GON-7",
        "TRACK-9",
        "P-1",
        KEY,
        "sitoo:1001",
        "sitoo:1001:P0",
        "SOCK",
    ],
)
def test_every_id_of_a_sale_leads_to_it(sale, text):
    rows.receipt()

    assert find(text).documents == [sale]


@pytest.mark.parametrize(
    "text", ["", "   ", "R-", "%", "\x00", "sitoo:", "' OR 1=1 --", "R-1\x00x"]
)
def test_nothing_leads_to_nothing(sale, text):
    assert len(find(text)) == 0


def test_an_id_that_several_carry_names_them_all_the_newest_first(sale):
    other = rows.receipt(number="SO-1", placed_at=sale.placed_at.replace(year=2027))

    assert find("SO-1").documents == [other, sale]


def test_a_barcode_leads_to_its_product_and_a_sku_that_is_known_not_to_its_receipts(sale):
    socks = rows.item("SOCK", barcode="5012345678900")

    assert find("5012345678900").products == [socks]
    assert find("SOCK").documents == []


def test_a_transfer_of_stock_is_found_by_its_key():
    level = rows.transfer(key="stock:sitoo:3:SOCK:1", operation="set-level", sku="SOCK")

    assert find("stock:sitoo:3:SOCK:1").transfers == [level]


def test_news_that_could_not_be_read_is_found_and_what_became_something_is_not():
    held = rows.event(external_id="77", state="held")
    rows.event(external_id="78", state="planned")

    assert find("77").events == [held]
    assert len(find("78")) == 0


def test_every_look_up_is_answered_out_of_an_index(sale):
    with CaptureQueriesContext(connection) as captured:
        find("sitoo:9999:P0")
    selects = [query["sql"] for query in captured if "integrations_connection" not in query["sql"]]

    for statement in selects:
        assert not re.search(r"LIKE|\bOR\b", statement), statement
        assert not whole_table(statement), statement
    assert len(captured) <= 14


def whole_table(statement: str) -> list[str]:
    """The steps of the plan that read a whole table. On PostgreSQL indexes are asked for first."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
            plan = [row[-1] for row in cursor.fetchall()]
            return [step for step in plan if step.startswith("SCAN")]
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        return [row[0] for row in cursor.fetchall() if "Seq Scan" in row[0]]
