from hypothesis import given
from hypothesis import strategies as st

from integrations.operating_model import changes, write
from integrations.operating_model.diff import report
from integrations.operating_model.schema import MappingRow
from tests.integrations.operating_model.kit import FILE, changed, read

TEXT = st.text(min_size=1, max_size=20).map(str.strip).filter(str.isprintable)


def test_what_is_written_reads_back_equal():
    rules = "routing: [{team: FIN, least_value: 250, currency: GBP}]\n"
    model = read(FILE + rules + "teams: {CAFE: {name: Café}}\n")

    assert read(write(model)) == model


@given(value=TEXT.filter(bool), label=TEXT, code=TEXT)
def test_any_text_survives_the_file(value, label, code):
    model = read(FILE)
    target = {"method": code or "CASH", "nominal": "1210"}
    row = MappingRow(value=" ".join(value.split()), label=label, target=target)
    other = model.model_copy(update={"mappings": {"main": {"payment-type": (row,)}}})

    assert read(write(other)) == other


def test_the_same_model_makes_no_difference():
    assert changes(read(FILE), read(write(read(FILE)))) == []


def test_a_change_shows_before_and_after():
    found = changes(read(changed("closes_at: 17:30", "closes_at: 18:00")), read(FILE))

    assert report(found) == "stores\n  ~ YRK\n      closes_at: 17:30 → 18:00"


def test_rows_are_told_apart_by_value_and_date():
    text = changed("effective_from: 2026-04-01", "effective_from: 2026-05-01")

    found = changes(read(text), read(FILE))

    assert [(each.subject, each.kind) for each in found] == [
        ("NO from 2026-05-01", "added"),
        ("NO from 2026-04-01", "removed"),
    ]


def test_a_table_that_the_file_does_not_name_is_left_alone():
    without = read(FILE[: FILE.index("mappings:")])

    assert changes(without, read(FILE)) == []


def test_what_is_switched_off_already_is_no_difference():
    shop = "  LDS: {name: Leeds, timezone: Europe/London, open: OPEN}\nlinks:\n"
    closed = read(changed("links:\n", shop.replace("OPEN", "false")))
    trading = read(changed("links:\n", shop.replace("OPEN", "true")))

    assert changes(read(FILE), closed) == []
    assert report(changes(read(FILE), trading)) == "stores\n  − LDS  (closed, its history stays)"


def test_everything_is_new_to_an_empty_deployment():
    found = changes(read(FILE), None)

    assert {each.kind for each in found} == {"added"}
    assert "settings.base_url: https://pos.example" in report(found)
