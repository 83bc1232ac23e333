"""Days are followed by their marks: what was touched is looked at, the rest is left alone."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from integrations.models import DayMark, Link, Store
from integrations.public import day_is_seen
from reconciliation import services
from reconciliation.models import StoreDay
from reconciliation.services import read_day
from tests.factories.receipts import sale
from tests.fakes import Worker
from tests.integrations.services.retail import arrive
from tests.reconciliation.desk import ON, TILL, again, closed_day, closing

pytestmark = pytest.mark.django_db


def test_a_receipt_and_a_close_mark_their_day_each_time(hub: Worker, link: Link) -> None:
    rang = sale(**TILL)

    arrive(hub, rang)
    first = DayMark.objects.get()
    arrive(hub, closing(rang))

    second = DayMark.objects.get()
    assert (first.business_date, first.is_dirty) == (ON, True)
    assert second.version == first.version + 1


def test_a_day_that_was_looked_at_is_not_looked_at_again_until_it_is_touched(
    hub: Worker, link: Link
) -> None:
    arrive(hub, sale(**TILL))
    services.build_due_journals(hub.clock())
    checked = StoreDay.objects.get().checked_at

    hub.clock.pass_time(seconds=30)
    services.build_due_journals(hub.clock())
    assert StoreDay.objects.get().checked_at == checked

    arrive(hub, closing(sale(**TILL)))
    services.build_due_journals(hub.clock())
    assert StoreDay.objects.get().checked_at == hub.clock()


def test_a_mark_that_moved_while_the_day_was_read_stays(hub: Worker, link: Link) -> None:
    arrive(hub, sale(**TILL))
    mark = DayMark.objects.select_related("store").get()
    arrive(hub, sale(**TILL, external_id="1002"))

    assert not day_is_seen(mark.store, ON, version=mark.version)
    assert DayMark.objects.get().is_dirty


def test_a_day_whose_tills_ring_up_is_read_whole_every_five_minutes_only(
    hub: Worker, link: Link
) -> None:
    arrive(hub, sale(**TILL))
    services.build_due_journals(hub.clock())
    StoreDay.objects.update(look_at=None)

    hub.clock.pass_time(seconds=299)
    arrive(hub, sale(**TILL, external_id="1002"))
    services.build_due_journals(hub.clock())
    assert StoreDay.objects.get().receipts == 1

    hub.clock.pass_time(seconds=1)
    services.build_due_journals(hub.clock())
    assert StoreDay.objects.get().receipts == 2


def test_looking_twice_changes_nothing(hub: Worker, link: Link) -> None:
    day = closed_day(hub, sale(**TILL))

    assert again(hub).content_hash == day.content_hash


def test_reading_a_day_takes_as_many_queries_for_many_receipts_as_for_one(
    hub: Worker, link: Link
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            read_day(Store.objects.get(), ON)
        return len(asked)

    closed_day(hub, sale(**TILL))
    one = queries()
    arrive(hub, *(sale(**TILL, external_id=str(1002 + n)) for n in range(20)))

    assert queries() <= one
    assert one <= 14


def test_a_store_day_is_asked_for_again_while_something_is_on_its_way(
    hub: Worker, link: Link
) -> None:
    arrive(hub, sale(**TILL), closing(sale(**TILL)))

    day = again(hub)

    assert day.look_at == hub.clock() + timedelta(minutes=1)
