"""The page on which an administrator says how long orders may stand still."""

from typing import Any

import pytest
from django.test import Client

from integrations.public import Link
from monitoring.models import StagePatience
from tests.monitoring import rows


@pytest.fixture
def link(db: None) -> Link:
    return rows.pair()


def change(client: Client, link: Link, minutes: str) -> Any:
    given = {"link": link.pk, "kind": "sale", "stage": "posted", "minutes": minutes}
    return client.post("/orders/patience/change/", given, follow=True).content.decode()


def test_what_is_decided_counts_and_nothing_goes_back_to_what_is_usual(
    admin: Client, link: Link
) -> None:
    assert "<strong>2 h</strong>" in change(admin, link, "120")
    assert "<strong>2 h</strong>" not in change(admin, link, "")


@pytest.mark.parametrize("minutes", ["0", "-5", "1.5", "soon", "99999999999"])
def test_nonsense_changes_nothing(admin: Client, link: Link, minutes: str) -> None:
    page = change(admin, link, minutes)

    assert "Give whole minutes" in page
    assert not StagePatience.objects.filter(minutes__isnull=False).exists()


def test_others_see_it_and_change_nothing(ops: Client, link: Link) -> None:
    assert "Captured" in ops.get("/orders/patience/").content.decode()
    assert ops.post("/orders/patience/change/", {"link": link.pk}).status_code == 403
