"""Many days at once: clean ones are prepared by policy, prepared ones are signed."""

from typing import Any

import pytest
from django.test import Client

from reconciliation.models import SignOff, StoreDay
from reconciliation.pages.many_days import spot_checks
from tests.reconciliation.pages.browsing import prepare, text

pytestmark = pytest.mark.django_db
CLEAN, PREPARED = "/days/clean/", "/days/prepared/"


def drawn(count: int) -> list[StoreDay]:
    return [StoreDay(pk=pk, content_hash=f"hash {pk}") for pk in range(count)]


def test_two_days_are_drawn_and_loading_again_draws_the_same() -> None:
    first = spot_checks(drawn(20), "petra")

    assert len(first) == 2
    assert [day.pk for day in spot_checks(drawn(20), "petra")] == [day.pk for day in first]


def test_other_figures_and_other_people_draw_other_days() -> None:
    people = [tuple(day.pk for day in spot_checks(drawn(20), f"user {n}")) for n in range(20)]
    changed = [StoreDay(pk=pk, content_hash=f"other {pk}") for pk in range(20)]

    assert len(set(people)) > 5
    assert spot_checks(changed, "user 1") != spot_checks(drawn(20), "user 1")


def test_the_sheet_says_which_days_and_why(petra: Client, day: StoreDay) -> None:
    page = text(petra.get(CLEAN))

    assert "<strong>1</strong> day, <strong>£12.00</strong>" in page
    assert "Every till has closed and no receipt number is missing." in page
    assert "I have opened" in page


def test_a_day_with_a_difference_is_not_on_the_sheet(petra: Client, short: StoreDay) -> None:
    assert "No clean days wait" in text(petra.get(CLEAN))


def test_nothing_is_prepared_before_the_spot_checks_were_opened(
    petra: Client, day: StoreDay
) -> None:
    answer = petra.post(f"{CLEAN}prepare/")

    assert answer.status_code == 422
    assert "Open both spot checks" in text(answer)
    assert not SignOff.objects.exists()


def test_clean_days_are_prepared_together(petra: Client, day: StoreDay) -> None:
    answer = petra.post(f"{CLEAN}prepare/", {"looked": [str(day.pk)]}, follow=True)

    day.refresh_from_db()
    assert day.state == "prepared"
    assert "1 day prepared. Somebody else signs them." in text(answer)
    said = SignOff.objects.get().statement
    assert said.startswith("Prepared by policy")
    assert said.endswith("I opened Leeds, 28 March 2026.")


def test_prepared_days_are_signed_together(petra: Client, arno: Client, day: StoreDay) -> None:
    prepare(petra)
    day.refresh_from_db()
    assert "<strong>1</strong> prepared day" in text(arno.get(PREPARED))

    answer = arno.post(f"{PREPARED}sign/", {"day": f"{day.pk}:{day.content_hash}"}, follow=True)

    day.refresh_from_db()
    assert day.state == "signed"
    assert "1 day signed." in text(answer)


def test_a_day_that_cannot_be_signed_says_why(signed_in: Any, user_in: Any, day: StoreDay) -> None:
    both = signed_in(user_in("finance_preparer", "finance_approver", name="bo"))
    prepare(both)
    day.refresh_from_db()

    answer = both.post(f"{PREPARED}sign/", {"day": f"{day.pk}:{day.content_hash}"}, follow=True)

    assert "1 day left as it was. You prepared" in text(answer)


@pytest.mark.parametrize("ticked", ["", "x:y", "1"])
def test_what_was_not_on_the_sheet_is_not_signed(
    petra: Client, arno: Client, day: StoreDay, ticked: str
) -> None:
    prepare(petra)

    answer = arno.post(f"{PREPARED}sign/", {"day": ticked}, follow=True)

    assert answer.status_code == 200
    day.refresh_from_db()
    assert day.state == "prepared"


@pytest.mark.parametrize(
    ("address", "role"),
    [
        (f"{CLEAN}prepare/", "finance_approver"),
        (f"{CLEAN}prepare/", "admin"),
        (f"{PREPARED}sign/", "finance_preparer"),
        (f"{PREPARED}sign/", "admin"),
        (f"{PREPARED}sign/", "auditor"),
    ],
)
def test_only_the_right_role_does_either(
    signed_in: Any, user_in: Any, day: StoreDay, address: str, role: str
) -> None:
    assert signed_in(user_in(role)).post(address).status_code == 403
