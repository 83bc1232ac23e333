"""Reading: webhooks are hints, polling is the safety net, and the cursor keeps its promise."""

from datetime import timedelta

import pytest

from integrations.connectors.errors import ThrottledError, UnauthorisedError, UnavailableError
from integrations.models import Connection, InboundEvent, Link, StreamCursor
from integrations.ports import Hint, Page
from integrations.services import sweeps
from integrations.services.fetch import fetch
from integrations.services.poll import poll
from integrations.services.receive import store_hints
from tests.conftest import NOW
from tests.factories.integrations import TillsFactory
from tests.factories.receipts import sale
from tests.fakes import Worker, fact
from tests.integrations.services.retail import open_shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def tills() -> Connection:
    connection: Connection = TillsFactory()
    return connection


def facts() -> list[str]:
    return list(InboundEvent.objects.facts().values_list("external_id", flat=True))


def cursor() -> StreamCursor:
    return StreamCursor.objects.get(stream="orders")


def tell(tills: Connection, *ids: str) -> None:
    for each in ids:
        store_hints(tills, [Hint(f"e-{each}", "orders", each, {})], now=NOW)


def test_a_lost_webhook_costs_one_poll(hub: Worker, tills: Connection) -> None:
    hub.tills.offer("orders", fact(sale()))

    poll(hub.rt, tills)

    assert facts() == ["1001"]
    assert InboundEvent.objects.get().source == "poll"


def test_an_overlapping_page_stores_nothing_twice(hub: Worker, tills: Connection) -> None:
    one, two = fact(sale()), fact(sale(external_id="1002"))
    hub.tills.offer("orders", one, cursor="a")
    hub.tills.offer("orders", one, two, cursor="b")

    poll(hub.rt, tills)
    hub.clock.pass_time(minutes=1)
    poll(hub.rt, tills)

    assert facts() == ["1001", "1002"]
    assert cursor().cursor == "b"


def test_pages_are_read_to_their_end_before_the_stream_counts_as_caught_up(
    hub: Worker, tills: Connection
) -> None:
    first = Page([fact(sale())], "a", more=True)
    hub.tills.pages["orders"] = [first, Page([fact(sale(external_id="1002"))], "b", more=False)]

    poll(hub.rt, tills)

    assert facts() == ["1001", "1002"]
    assert cursor().caught_up_at == NOW


def test_a_worker_that_was_overtaken_does_not_move_the_cursor_back(
    hub: Worker, tills: Connection
) -> None:
    hub.tills.offer("orders", fact(sale()), cursor="a")
    read = hub.tills.read

    def slowly(stream: str, at: str, *, now):
        page = read(stream, at, now=now)
        StreamCursor.objects.filter(stream="orders").update(cursor="z")  # another worker
        return page

    hub.tills.read = slowly

    poll(hub.rt, tills)

    assert cursor().cursor == "z"
    assert facts() == []


def test_a_page_that_cannot_be_stored_leaves_the_cursor_where_it_was(
    hub: Worker, tills: Connection
) -> None:
    broken = Page([fact(sale())], "a", more=False)
    object.__setattr__(broken.facts[0], "payload", {"not": object()})
    hub.tills.pages["orders"] = [broken]

    with pytest.raises(TypeError):
        poll(hub.rt, tills)

    assert cursor().cursor == ""


def test_many_hints_become_one_request(hub: Worker, tills: Connection) -> None:
    hub.tills.keep(fact(sale()), fact(sale(external_id="1002")))
    tell(tills, "1001", "1002")

    fetch(hub.rt, tills)

    assert hub.tills.asked == [("orders", "1001", "1002")]
    assert facts() == ["1001", "1002"]


def test_a_hint_and_a_poll_of_the_same_order_are_one_fact(hub: Worker, tills: Connection) -> None:
    hub.tills.offer("orders", fact(sale()))
    tell(tills, "1001")

    fetch(hub.rt, tills)
    poll(hub.rt, tills)

    assert facts() == ["1001"]


def test_a_hint_survives_an_outage_of_its_source(hub: Worker, tills: Connection) -> None:
    hub.tills.keep(fact(sale()))
    tell(tills, "1001")
    hub.tills.trouble = UnavailableError("Out of service.")
    fetch(hub.rt, tills)

    hub.tills.trouble = None
    hub.clock.pass_time(minutes=1)
    fetch(hub.rt, tills)

    assert facts() == ["1001"]


def test_a_throttled_read_waits_exactly_as_long_as_it_was_told(
    hub: Worker, tills: Connection
) -> None:
    hub.tills.trouble = ThrottledError("Too many.", retry_after=timedelta(seconds=42))

    poll(hub.rt, tills)

    assert cursor().due_at == NOW + timedelta(seconds=42)


def test_a_refused_credential_is_one_trouble_with_its_sentence(
    hub: Worker, tills: Connection
) -> None:
    hub.tills.trouble = UnauthorisedError("The password is wrong.")

    poll(hub.rt, tills)

    tills.refresh_from_db()
    assert (tills.trouble, tills.trouble_sentence) == ("unauthorised", "The password is wrong.")


def test_a_paused_connection_is_not_called(hub: Worker) -> None:
    link: Link = open_shop()
    Connection.objects.filter(pk=link.channel_id).update(state="paused")
    hub.tills.offer("orders", fact(sale()))

    sweeps.intake(hub.rt, "tills")

    assert facts() == []


def test_after_a_pause_one_cheap_question_decides_whether_the_lane_opens(hub: Worker) -> None:
    link: Link = open_shop()
    Connection.objects.filter(pk=link.channel_id).update(circuit_open_until=NOW)
    hub.tills.offer("orders", fact(sale()))
    hub.tills.trouble = UnavailableError("Still out of service.")

    while_down = sweeps.intake(hub.rt, "tills")
    hub.tills.trouble = None
    hub.clock.pass_time(minutes=1)
    sweeps.intake(hub.rt, "tills")

    assert while_down > NOW
    assert facts() == ["1001"]


def test_what_the_owner_tells_of_its_stock_within_one_window_is_read_in_one_request(
    hub: Worker,
) -> None:
    link = open_shop("SOCK", "HAT")
    for number, sku in enumerate(("SOCK", "HAT")):
        hint = Hint(f"e-{number}", "stock-changes", f"p-{sku}", {})
        store_hints(link.owner, [hint], now=NOW + timedelta(seconds=number))

    at_once = fetch(hub.rt, link.owner)
    hub.clock.pass_time(seconds=10)
    fetch(hub.rt, link.owner)

    assert at_once == 0
    assert [sorted(question) for question in hub.ledger.asked] == [
        ["HAT", "SOCK", "W3", "levels"],
    ]


def test_a_sale_is_asked_for_at_once(hub: Worker, tills: Connection) -> None:
    hub.tills.keep(fact(sale()))
    tell(tills, "1001")

    assert fetch(hub.rt, tills) == 1


def test_product_hints_fetch_the_products_again(hub: Worker) -> None:
    link = open_shop()
    store_hints(link.owner, [Hint("e-1", "products", "p-SOCK", {})], now=NOW)

    fetch(hub.rt, link.owner)

    assert hub.ledger.asked == [("products", "p-SOCK")]


def test_a_hint_about_something_we_do_not_use_is_closed(hub: Worker, tills: Connection) -> None:
    store_hints(tills, [Hint("e-1", "goods-out-notes", "7", {})], now=NOW)

    fetch(hub.rt, tills)

    assert InboundEvent.objects.get().state == "planned"
    assert hub.tills.asked == []
