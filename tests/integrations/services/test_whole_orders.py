"""An ERP that takes receipts whole: one write, which by itself moves stock and ends the receipt."""

import pytest

from integrations.models import Connection, Document, Link, MappingRow, Transfer
from integrations.services.deliver import deliver
from integrations.services.mappings import MappingError, set_row
from tests.conftest import NOW
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.integrations.services.retail import arrive, document, open_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def link() -> Link:
    """Leeds, whose tenders need no account and whose orders need no status."""
    found = open_shop()
    Link.objects.update(template="sitoo-orderwise")
    MappingRow.objects.filter(table__in=("order-status", "journal-account")).delete()
    MappingRow.objects.filter(table="payment-type").update(target={"method": "3"})
    return Link.objects.get(pk=found.pk)


def test_a_sale_is_one_write_and_then_done(hub: Worker, link: Link) -> None:
    arrive(hub, sale())

    deliver(hub.rt, Connection.objects.get(slug="ledger"))

    assert list(Transfer.objects.values_list("operation", "state")) == [("create-order", "posted")]
    assert document().state == Document.State.POSTED


def test_its_goods_have_moved_once_it_is_there(hub: Worker, link: Link) -> None:
    arrive(hub, sale())
    assert document().lines.get().moved_at is None

    deliver(hub.rt, Connection.objects.get(slug="ledger"))

    assert document().lines.get().moved_at == NOW


def test_its_tables_have_the_fields_that_the_pair_needs(link: Link) -> None:
    row = set_row(
        link=link, table="payment-type", source_value="Gift card", target={"method": "4"}, by="ada"
    )

    assert row.target == {"method": "4"}


@pytest.mark.parametrize(
    ("table", "target", "sentence"),
    [
        ("payment-type", {"method": "4", "nominal": "1200"}, "have no column “nominal”"),
        ("order-status", {"status": "4"}, "There is no table “order-status”."),
    ],
)
def test_what_the_pair_does_not_use_is_refused(
    link: Link, table: str, target: dict[str, str], sentence: str
) -> None:
    with pytest.raises(MappingError) as caught:
        set_row(link=link, table=table, source_value="sale", target=target, by="ada")

    assert sentence in caught.value.sentence
