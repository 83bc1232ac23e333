"""`manage.py sync`: flows without workers, and an exit code that says whether anybody is needed."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from integrations.models import Link
from integrations.services import wiring
from integrations.services.sync import sweeps_of, sync
from tests.factories.receipts import line, sale
from tests.fakes import Worker, fact
from tests.integrations.services.retail import open_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def link(hub: Worker, monkeypatch: pytest.MonkeyPatch) -> Link:
    """A shop that sold a pair of socks; the command works with its fake systems."""
    monkeypatch.setattr(wiring, "live", lambda: hub.rt)
    hub.tills.offer("orders", fact(sale()))
    return open_shop()


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("sync", *arguments, stdout=out)
    return out.getvalue()


def test_everything_is_run_until_nothing_is_left(link: Link, hub: Worker) -> None:
    answer = json.loads(run("--until-idle", "--json"))

    assert (answer["facts"], answer["documents"], answer["held"]) == (1, 1, 0)
    assert answer["posted"] >= 3
    assert answer["pending"] == {}


def test_it_exits_with_one_when_something_was_held(link: Link, hub: Worker) -> None:
    hub.tills.pages.clear()
    hub.tills.offer("orders", fact(sale(lines=(line("UNKNOWN"),))))

    with pytest.raises(SystemExit) as stopped:
        run("--link", "main", "--flow", "sales-order-to-erp", "--until-idle")

    assert stopped.value.code == 1


def test_one_flow_leaves_the_others_alone(link: Link, hub: Worker) -> None:
    sync(hub.rt, names=sweeps_of(flow="stock-to-channel"), until_idle=False)

    assert hub.tills.pages["orders"]  # nobody read them


def test_an_unknown_link_is_refused_and_the_known_ones_are_named(link: Link) -> None:
    with pytest.raises(CommandError, match="There are: main"):
        run("--link", "other")


def test_an_unknown_flow_is_refused(link: Link) -> None:
    with pytest.raises(CommandError, match="sales-order-to-erp"):
        run("--flow", "other")
