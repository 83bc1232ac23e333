from datetime import date

import pytest

from integrations.mapping.lookups import Need
from integrations.models import (
    AuditEntry,
    CatalogueItem,
    ChoiceList,
    InboundEvent,
    MappingChange,
    MappingRow,
)
from integrations.services.lookups import load_lookups
from integrations.services.mapping_history import roll_back
from integrations.services.mappings import MappingError, delete_row, set_row
from tests.conftest import NOW
from tests.integrations.services.mapping_kit import hold_for, make_link, make_row, receipt

pytestmark = pytest.mark.django_db
CASH = {"method": "CASH", "nominal": "1210"}


def save(link, value="Cash", target=None, **options):
    return set_row(
        link=link,
        table="payment-type",
        source_value=value,
        target=target or CASH,
        by=options.pop("by", "ada"),
        now=NOW,
        **options,
    )


def problem(link, **options) -> MappingError:
    with pytest.raises(MappingError) as caught:
        save(link, **options)
    return caught.value


# --- Reading


def test_a_batch_costs_the_same_few_queries_however_many_skus(django_assert_num_queries):
    link = make_link()
    make_row(link, "sku-alias", "OLD", sku="NEW")
    for sku in ("NEW", "MUG"):
        CatalogueItem.objects.create(connection=link.owner, external_id=sku, sku=sku, seen_at=NOW)

    with django_assert_num_queries(3):
        lookups = load_lookups(link, skus=[*(f"S{number}" for number in range(400)), "OLD", "MUG"])

    assert [item.sku for item in lookups.item("OLD", on=date(2026, 3, 28))] == ["NEW"]
    assert [item.sku for item in lookups.item("MUG", on=date(2026, 3, 28))] == ["MUG"]


def test_the_newest_row_in_force_is_found_in_any_spelling():
    link = make_link()
    save(link, value="Gift card")
    save(
        link,
        value="Gift card",
        target={"method": "GIFT", "nominal": "2110"},
        effective_from=date(2026, 4, 1),
    )

    lookups = load_lookups(link)

    need = Need("payment-type", "GIFT CARD")
    rows = [lookups.find(need, on) for on in (date(2026, 3, 31), date(2026, 4, 1))]
    assert [row.target["nominal"] for row in rows if row] == ["1210", "2110"]


# --- Changing


def test_a_saved_row_says_who_when_and_why(admin_user):
    link = make_link()
    save(link, by=admin_user, reason="New till")

    row = save(link, target={**CASH, "nominal": "1211"}, by=admin_user, reason="Moved")

    first, second = MappingChange.objects.order_by("pk")
    audit = AuditEntry.objects.latest("pk")
    assert (row.version, row.changed_by, row.changed_at) == (2, "ada", NOW)
    assert (first.before, first.after, first.reason) == (None, CASH, "New till")
    assert (second.before, second.actor) == (CASH, admin_user)
    assert (audit.action, audit.actor, audit.reason) == ("mapping.set", admin_user, "Moved")


def test_saving_the_same_again_changes_nothing():
    link = make_link()
    save(link)

    row = save(link)

    assert row.version == 1
    assert MappingChange.objects.count() == 1


def test_another_spelling_is_the_same_row():
    link = make_link()
    save(link, value="Gift card")

    save(link, value=" GIFT  CARD", target={"method": "GIFT", "nominal": "2110"})

    assert MappingRow.objects.get().version == 2


def test_an_incomplete_row_is_refused_by_field():
    error = problem(make_link(), target={"method": "CASH"})

    assert (error.field, error.sentence) == ("nominal", "GL account is missing.")
    assert not MappingRow.objects.exists()


def test_a_code_that_the_ledger_does_not_have_is_refused_with_the_nearest():
    link = make_link()
    items = [{"code": "1210", "label": "Cash"}, {"code": "1220", "label": "Card"}]
    ChoiceList.objects.create(connection=link.owner, kind="nominal-codes", items=items, read_at=NOW)

    error = problem(link, target={"method": "CASH", "nominal": "121O"})

    assert error.sentence == "GL account “121O” does not exist there. Did you mean “1210”?"


def test_an_alias_must_lead_to_a_product_of_the_owner():
    link = make_link()
    CatalogueItem.objects.create(connection=link.owner, external_id="1", sku="MUG-BLU", seen_at=NOW)

    with pytest.raises(MappingError, match="Did you mean “MUG-BLU”"):
        set_row(
            link=link,
            table="sku-alias",
            source_value="4711",
            target={"sku": "MUG-BLUE"},
            by="ada",
            now=NOW,
        )


def test_two_editors_cannot_overwrite_each_other_unseen():
    link = make_link()
    save(link)
    save(link, target={**CASH, "nominal": "1211"}, expected_version=1, by="olive")

    error = problem(link, target={**CASH, "nominal": "1212"}, expected_version=1)
    added = problem(link, expected_version=0)

    assert error.field == added.field == "version"
    assert "changed meanwhile by olive" in error.sentence


def test_a_deleted_row_keeps_its_history_and_can_come_back():
    link = make_link()
    delete_row(row_id=save(link).pk, by="ada", now=NOW, reason="Not taken any more")

    assert not MappingRow.objects.exists()

    gone = MappingChange.objects.get(after__isnull=True)
    roll_back(change_id=gone.pk, by="ada", now=NOW)
    assert MappingRow.objects.get().target == CASH


def test_rolling_back_an_addition_removes_the_row():
    link = make_link()
    save(link)

    roll_back(change_id=MappingChange.objects.get().pk, by="ada", now=NOW)

    assert not MappingRow.objects.exists()
    assert MappingChange.objects.count() == 2


def test_a_saved_row_releases_what_waited_in_any_spelling(
    django_capture_on_commit_callbacks,
):
    link = make_link()
    for number, tender in (("R-1", "Klarna"), ("R-2", "KLARNA"), ("R-3", "Barter")):
        hold_for(receipt(link, number, tender=tender), "payment-type", tender)

    with django_capture_on_commit_callbacks(execute=True):
        save(link, value="Klarna", target={"method": "KLARNA", "nominal": "1260"})

    asked = InboundEvent.objects.hints().values_list("external_id", flat=True)
    assert sorted(asked) == ["R-1", "R-2"]


def test_a_refused_row_releases_nothing(django_capture_on_commit_callbacks):
    link = make_link()
    hold_for(receipt(link, "R-1", tender="Klarna"), "payment-type", "Klarna")

    with django_capture_on_commit_callbacks(execute=True):
        problem(link, value="Klarna", target={"method": "KLARNA"})

    assert not InboundEvent.objects.hints().exists()
