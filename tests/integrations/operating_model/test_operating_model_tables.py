"""Each pair of systems has its own mapping tables: a file names what it needs and nothing else."""

from integrations.mapping.tables import TABLES
from integrations.operating_model.templates import LINK_TEMPLATES
from tests.integrations.operating_model.kit import FILE, complaints, read

WHOLE = (
    FILE.replace("system: brightpearl", "system: orderwise")
    .replace("template: sitoo-brightpearl", "template: sitoo-orderwise")
    .partition("    payment-type:")[0]
)


def fields(template: str, table: str) -> list[str]:
    return [field.name for field in LINK_TEMPLATES[template].tables[table].targets]


def test_an_erp_that_keeps_the_books_asks_for_no_account() -> None:
    assert fields("sitoo-orderwise", "payment-type") == ["method"]
    assert fields("sitoo-brightpearl", "payment-type") == ["method", "nominal"]


def test_every_unused_name_is_a_table_or_a_field_of_one() -> None:
    known = {*TABLES} | {f"{key}.{field.name}" for key in TABLES for field in TABLES[key].targets}

    for template in LINK_TEMPLATES.values():
        assert template.unused <= known


def test_a_file_may_name_where_goods_lie_that_nobody_may_sell() -> None:
    place = (
        '    store-warehouse:\n      - {value: "3", warehouse: 12, contact: 7, quarantine: 13}\n'
    )

    model = read(WHOLE + place)

    (row,) = model.mappings["main"]["store-warehouse"]
    assert row.target["quarantine"] == "13"


def test_a_field_of_the_other_pair_is_refused_by_name() -> None:
    tenders = "    payment-type:\n      - {value: Cash, method: 1, nominal: 1210}\n"

    assert "Payment types have no column “nominal”" in complaints(WHOLE + tenders)


def test_a_table_without_a_use_is_refused_with_what_to_do() -> None:
    accounts = "    journal-account:\n      - {value: vat, nominal: 2200}\n"

    message = complaints(WHOLE + accounts)

    assert "This link has no use for journal accounts. Remove them." in message
