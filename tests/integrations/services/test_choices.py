import pytest

from integrations.connectors.errors import RejectedError, UnavailableError
from integrations.models import ChoiceList
from integrations.ports import Choice
from integrations.services.choices import KINDS, read_choices, refresh_choices
from tests.conftest import NOW
from tests.integrations.services.mapping_kit import make_link

pytestmark = pytest.mark.django_db


class Lists:
    """Answers with its lists; an error in the place of a list is raised."""

    def __init__(self, **lists: object) -> None:
        self.lists = {name.replace("_", "-"): value for name, value in lists.items()}

    def choices(self, kind: str):
        found = self.lists.get(kind, [])
        if isinstance(found, Exception):
            raise found
        return found


def test_the_real_values_are_kept_for_pages():
    ledger = make_link().owner

    refresh_choices(ledger, Lists(nominal_codes=[Choice("1210", "Cash clearing")]), now=NOW)

    assert read_choices("ledger", "nominal-codes") == [Choice("1210", "Cash clearing")]
    assert read_choices("ledger", "tax-codes") == []


def test_a_list_that_is_refused_stays_as_it_was():
    ledger = make_link().owner
    refresh_choices(ledger, Lists(channels=[Choice("1", "Shops")]), now=NOW)

    failed = refresh_choices(ledger, Lists(channels=RejectedError("No permission.")), now=NOW)

    assert failed == ["channels"]
    assert read_choices("ledger", "channels") == [Choice("1", "Shops")]


def test_a_connection_in_trouble_is_the_callers_to_handle():
    ledger = make_link().owner

    with pytest.raises(UnavailableError):
        refresh_choices(ledger, Lists(channels=UnavailableError("Down.")), now=NOW)

    assert not ChoiceList.objects.filter(kind="channels").exists()


def test_every_list_that_a_table_needs_is_read():
    assert {"nominal-codes", "payment-methods", "payment-types", "warehouses"} <= set(KINDS)
    assert "skus" not in KINDS
