"""Sign-off against an arriving sale: inside and signed, or late; never both and never neither.

On PostgreSQL the two run at the same moment, each with a connection of its own. SQLite has one
writer, so there the sale is put at each place in the order of the steps, by the seed.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from threading import Barrier, Thread
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection as database
from django.db import connections

from integrations.models import InboundEvent, Link, Store
from integrations.services.deliver import deliver
from integrations.services.plan import plan
from integrations.services.receive import store_facts
from integrations.services.verify import verify
from reconciliation import services
from reconciliation.models import EvidencePack, LateItem, StoreDay
from reconciliation.services import ConflictError, NotReadyError
from tests.conftest import NOW
from tests.factories.integrations import StoreFactory
from tests.factories.receipts import sale
from tests.fakes import fact, worker
from tests.integrations.services.retail import open_shop
from tests.reconciliation.desk import closing

PLACES = ("before the preparation", "between the two steps", "after the signature")


class SignOffRaces:
    """One shop; each race is a store-day of its own."""

    def __init__(self) -> None:
        open_shop()
        self.preparer, self.approver = _person("finance_preparer"), _person("finance_approver")
        self.link = Link.objects.select_related("channel", "owner").get()

    def run(self, first: int, count: int) -> Iterator[tuple[str, list[str]]]:
        """Yield each race with what is wrong after it."""
        for number in range(first, first + count):
            yield f"race {number}", self._race(number)

    def _race(self, number: int) -> list[str]:
        self.hub = worker()
        self.store: Store = StoreFactory.create(code=f"S{number}", name=f"Store {number}")
        rang = {"store_code": self.store.code, "register_id": f"T{number}"}
        kept = sale(**rang, external_id=f"{number}-1")
        late = sale(**rang, external_id=f"{number}-2")
        self._arrive(kept)
        self._arrive(closing(kept, register_id=f"T{number}", store_code=self.store.code))
        self._work()
        self._collide(number, lambda: self._arrive(late))
        self._finish()
        return self._judge(f"sale {number}-2")

    def _collide(self, number: int, arrive: Callable[[], None]) -> None:
        if database.vendor != "sqlite":
            self._prepare()
            _together(arrive, self._sign)
            return
        place = PLACES[number % len(PLACES)]
        for step, act in zip(PLACES, (self._prepare, self._sign, lambda: None), strict=True):
            if step == place:
                arrive()
            act()

    # The two sides

    def _arrive(self, *records: Any) -> None:
        facts = [fact(record) for record in records]
        self.hub.tills.keep(*facts)
        source = InboundEvent.Source.POLL
        store_facts(self.link.channel, facts, source=source, now=self.now)
        while plan(self.hub.rt):
            pass

    def _prepare(self) -> None:
        day = self._day()
        self._try(services.prepare, day, self.preparer)

    def _sign(self) -> None:
        day = StoreDay.objects.get(store_code=self.store.code)
        self._try(services.sign, day, self.approver)

    def _try(self, step: Callable[..., Any], day: StoreDay, by: Any) -> None:
        """A refusal is an answer: the figures moved, or somebody was faster."""
        try:
            step(day.pk, seen=day.content_hash, by=by, now=self.now)
        except (ConflictError, NotReadyError):
            return

    def _work(self) -> None:
        for _ in range(6):
            deliver(self.hub.rt, self.link.owner)
            self.hub.clock.pass_time(seconds=15)
            verify(self.hub.rt, self.link.owner)
            services.build_due_journals(self.now)
            self.hub.clock.pass_time(minutes=2)

    def _finish(self) -> None:
        """What the race left open is done in peace; the till counts what it rang up late."""
        self._work()
        day = self._day()
        if day.state == StoreDay.State.SIGNED:
            return
        for key in day.content["unexplained"]:
            services.explain_variance(
                day.pk, key=key, reason="offline-till", by=self.preparer, now=self.now
            )
        self._prepare()
        self._sign()
        self._day()

    def _day(self) -> StoreDay:
        return services.refresh_day(self.store.code, NOW.date(), now=self.now)

    @property
    def now(self) -> datetime:
        return self.hub.clock()

    def _judge(self, key: str) -> list[str]:
        day = StoreDay.objects.get(store_code=self.store.code)
        if day.state != StoreDay.State.SIGNED:
            return [f"{day} was never signed: {day.content['blockers']}"]
        packs = EvidencePack.objects.filter(day=day)
        inside = sum(key in json.loads(pack.content)["facts"]["receipts"] for pack in packs)
        late = LateItem.objects.filter(day=day).count()
        broken = [f"{day} is broken: {day.seal_lines}"] if day.seal_lines else []
        if inside + late != 1:
            return [*broken, f"{key} is in {inside} packs and late {late} times."]
        return broken


def _person(role: str) -> Any:
    user = get_user_model().objects.create_user(f"racing-{role}")
    user.groups.set([Group.objects.get_or_create(name=role)[0]])
    return user


def _together(*acts: Callable[[], None]) -> None:
    """Run these at the same moment, each with a database connection of its own."""
    start = Barrier(len(acts))
    failures: list[BaseException] = []

    def run(act: Callable[[], None]) -> None:
        try:
            start.wait()
            act()
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
