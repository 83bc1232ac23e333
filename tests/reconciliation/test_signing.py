"""A day is prepared by one person and signed by another, on figures that both saw."""

import json
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from integrations.models import AuditEntry, Document, Link, Transfer
from reconciliation import services
from reconciliation.content import digest
from reconciliation.models import (
    DayJournal,
    EvidencePack,
    SignerLimit,
    SignOff,
    StoreDay,
    Tolerance,
)
from reconciliation.services import ConflictError, DayError, NotReadyError, RefusedError
from tests.factories.receipts import paid, sale
from tests.fakes import Worker
from tests.integrations.services.retail import arrive, open_shop
from tests.reconciliation.desk import TILL, again, closed_day, closing, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def day(hub: Worker, link: Link) -> StoreDay:
    return closed_day(hub, sale(**TILL))


def prepare(day: StoreDay, by: Any, hub: Worker) -> StoreDay:
    return services.prepare(day.pk, seen=day.content_hash, by=by, now=hub.clock())


def sign(day: StoreDay, by: Any, hub: Worker) -> EvidencePack:
    return services.sign(day.pk, seen=day.content_hash, by=by, now=hub.clock())


def explain(day: StoreDay, key: str, by: Any, hub: Worker, **more: Any) -> None:
    services.explain_variance(
        day.pk, key=key, reason="till-miscount", by=by, now=hub.clock(), **more
    )


def test_a_day_that_ties_everywhere_is_ready(day: StoreDay) -> None:
    assert (day.state, day.variances, day.blockers) == ("ready", 0, 0)
    assert day.gross == Decimal("12.00")


def test_one_prepares_and_another_signs(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    prepared = prepare(day, preparer, hub)

    pack = sign(prepared, approver, hub)

    day.refresh_from_db()
    assert day.state == "signed"
    assert list(SignOff.objects.values_list("step", "by_name")) == [
        ("prepared", "petra"),
        ("signed", "arno"),
    ]
    assert pack.hash == digest(pack.content)
    assert json.loads(pack.content)["facts"]["receipts"]["sale 1001"]["gross"] == "12.00"


def test_every_step_is_audited_with_the_hash_that_was_seen(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    sign(prepare(day, preparer, hub), approver, hub)

    entries = AuditEntry.objects.filter(action__startswith="day.").order_by("pk")
    assert [(each.action, each.actor_name) for each in entries] == [
        ("day.prepare", "petra"),
        ("day.sign", "arno"),
    ]
    assert all(each.after["seen"] == day.content_hash for each in entries)


def test_who_prepared_cannot_sign(day: StoreDay, hub: Worker, user_in: Callable[..., Any]) -> None:
    both = user_in("finance_preparer", "finance_approver", name="bo")
    prepared = prepare(day, both, hub)

    with pytest.raises(RefusedError, match="somebody else has to sign"):
        sign(prepared, both, hub)

    assert not EvidencePack.objects.exists()


def test_a_second_account_with_the_same_mailbox_cannot_sign(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    for person, email in ((preparer, "p@harbour.example"), (approver, " P@Harbour.example")):
        person.email = email
        person.save()
    prepared = prepare(day, preparer, hub)

    with pytest.raises(RefusedError, match="e-mail"):
        sign(prepared, approver, hub)


@pytest.mark.parametrize("role", ["operator", "store", "admin", "auditor", "finance_approver"])
def test_roles_that_may_not_prepare_are_refused(
    day: StoreDay, hub: Worker, user_in: Callable[..., Any], role: str
) -> None:
    with pytest.raises(RefusedError, match="Your role may not prepare"):
        prepare(day, user_in(role), hub)


@pytest.mark.parametrize("role", ["operator", "store", "admin", "auditor", "finance_preparer"])
def test_roles_that_may_not_sign_are_refused(
    day: StoreDay, hub: Worker, preparer: Any, user_in: Callable[..., Any], role: str
) -> None:
    prepared = prepare(day, preparer, hub)

    with pytest.raises(RefusedError, match="Your role may not sign"):
        sign(prepared, user_in(role), hub)


def test_the_second_of_two_signatures_is_a_conflict(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any, user_in: Callable[..., Any]
) -> None:
    prepared = prepare(day, preparer, hub)
    sign(prepared, approver, hub)

    with pytest.raises(ConflictError, match="signed"):
        sign(prepared, user_in("finance_approver", name="ana"), hub)

    assert EvidencePack.objects.count() == 1


def test_preparing_twice_is_a_conflict(day: StoreDay, hub: Worker, preparer: Any) -> None:
    prepare(day, preparer, hub)

    with pytest.raises(ConflictError, match="prepared already"):
        prepare(day, preparer, hub)


def test_a_receipt_that_arrives_between_the_two_refuses_the_signature_and_is_named(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    prepared = prepare(day, preparer, hub)
    arrive(hub, sale(**TILL, external_id="1002"))

    with pytest.raises((ConflictError, NotReadyError)):
        sign(prepared, approver, hub)
    work(hub)
    with pytest.raises(ConflictError) as refusal:
        sign(prepared, approver, hub)

    assert ("R-1002", "gross", "", "12.00") in [
        (line.record, line.field, line.before, line.after) for line in refusal.value.lines
    ]
    assert again(hub).state != "signed"


def test_preparing_what_is_not_shown_any_more_names_the_cells_that_moved(
    day: StoreDay, hub: Worker, preparer: Any
) -> None:
    Document.objects.filter(kind="z-report").update(gross=Decimal("13.00"))

    with pytest.raises(NotReadyError, match="Takings"):
        prepare(day, preparer, hub)


def test_a_day_that_is_not_complete_cannot_be_prepared(
    hub: Worker, link: Link, preparer: Any
) -> None:
    arrive(hub, sale(**TILL))
    work(hub)

    with pytest.raises(NotReadyError, match="not closed yet") as refusal:
        prepare(again(hub), preparer, hub)

    assert [blocker.kind for blocker in refusal.value.blockers][0] == "till-open"


def test_a_signed_day_keeps_its_content_whatever_arrives(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    sign(prepare(day, preparer, hub), approver, hub)
    day.refresh_from_db()
    before = (day.content, day.content_hash, day.gross, day.receipts)

    arrive(hub, sale(**TILL, external_id="1002"))
    work(hub)

    day.refresh_from_db()
    assert (day.content, day.content_hash, day.gross, day.receipts) == before
    assert (day.state, day.late) == ("signed", 1)


def test_packs_are_chained_in_the_order_of_signing(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    first = sign(prepare(day, preparer, hub), approver, hub)
    services.reopen(day.pk, reason="Wrong till close", by=approver, now=hub.clock())

    second = sign(prepare(again(hub), preparer, hub), approver, hub)

    assert second.previous_hash == first.hash
    assert services.verify_chain() is None


def test_the_database_refuses_to_edit_what_was_signed(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    pack = sign(prepare(day, preparer, hub), approver, hub)

    for rows in (EvidencePack.objects.filter(pk=pack.pk), SignOff.objects.filter(day=day)):
        with pytest.raises(IntegrityError, match="never edited"), transaction.atomic():
            rows.update(round=7)


@pytest.mark.parametrize("field", ["content", "previous_hash", "hash"])
def test_a_tampered_pack_is_named(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any, field: str, tamper: Any
) -> None:
    pack = sign(prepare(day, preparer, hub), approver, hub)

    tamper(pack, **{field: "f" * 64})

    broken = services.verify_chain()
    assert broken is not None
    assert (broken.sequence, "Evidence pack 1" in broken.sentence) == (1, True)


def test_a_pack_that_was_deleted_is_missed(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    sign(prepare(day, preparer, hub), approver, hub)

    EvidencePack.objects.all().delete()

    broken = services.verify_chain()
    assert broken is not None
    assert broken.sentence == "Evidence pack 1 is gone."


def test_sending_back_needs_a_reason_and_makes_it_ready_again(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    prepared = prepare(day, preparer, hub)

    with pytest.raises(DayError, match="Say what"):
        services.send_back(day.pk, reason=" ", by=approver, now=hub.clock())
    back = services.send_back(day.pk, reason="Count again", by=approver, now=hub.clock())

    assert (prepared.state, back.state) == ("prepared", "ready")


def test_reopening_needs_a_reason_and_starts_another_round(
    day: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    sign(prepare(day, preparer, hub), approver, hub)

    with pytest.raises(DayError, match="Say why"):
        services.reopen(day.pk, reason="", by=approver, now=hub.clock())
    opened = services.reopen(day.pk, reason="Wrong close", by=approver, now=hub.clock())

    assert (opened.state, opened.round) == ("reopened", 2)
    assert again(hub).state == "ready"


# Variances


@pytest.fixture
def short(hub: Worker, link: Link) -> StoreDay:
    """The drawer is 43.00 short: more than the store's tolerance."""
    rang = sale(**TILL, tenders=(paid("Cash"),))
    return closed_day(hub, rang, cash="-43.00")


KEY = "cash:T1/1"


def test_a_variance_keeps_the_day_until_it_is_explained(
    short: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    assert (short.state, short.unexplained) == ("variance", 1)
    with pytest.raises(NotReadyError, match="£43.00 short"):
        prepare(short, preparer, hub)

    explain(short, KEY, preparer, hub, text="Window cleaner paid from the till")

    explained = again(hub)
    assert (explained.state, explained.variances, explained.unexplained) == ("ready", 1, 0)
    sign(prepare(explained, preparer, hub), approver, hub)


def test_an_explanation_holds_for_its_amount_only(
    short: StoreDay, hub: Worker, preparer: Any
) -> None:
    explain(short, KEY, preparer, hub)

    record = {"cash": {"difference": "-44.00", "expected": "112.00", "counted": "68.00"}}
    close = Document.objects.get(kind="z-report")
    Document.objects.filter(pk=close.pk).update(record={**close.record, **record})

    assert again(hub).unexplained == 1


def test_who_explained_cannot_be_the_signer(
    short: StoreDay, hub: Worker, preparer: Any, user_in: Callable[..., Any]
) -> None:
    both = user_in("finance_preparer", "finance_approver", name="bo")
    explain(short, KEY, both, hub)
    prepared = prepare(again(hub), preparer, hub)

    with pytest.raises(RefusedError, match="explained"):
        sign(prepared, both, hub)


def test_an_explanation_added_after_preparing_asks_for_a_new_look(
    short: StoreDay, hub: Worker, preparer: Any
) -> None:
    explain(short, KEY, preparer, hub)
    prepare(again(hub), preparer, hub)

    with pytest.raises(DayError, match="prepared"):
        explain(short, KEY, preparer, hub)


def test_more_than_the_signers_limit_needs_a_person_with_a_higher_one(
    short: StoreDay, hub: Worker, preparer: Any, approver: Any
) -> None:
    Tolerance.objects.update_or_create(store_code="", defaults={"sign_limit": Decimal("42.99")})
    explain(short, KEY, preparer, hub)
    prepared = prepare(again(hub), preparer, hub)

    with pytest.raises(RefusedError, match="your limit is £42.99"):
        sign(prepared, approver, hub)
    SignerLimit.objects.create(user=approver, amount=Decimal("43.00"))

    assert sign(prepared, approver, hub).sequence == 1


def test_a_carried_item_names_who_clears_it_and_when(
    short: StoreDay, hub: Worker, preparer: Any
) -> None:
    with pytest.raises(DayError, match="who clears"):
        explain(short, KEY, preparer, hub, carried=True)

    explain(
        short,
        KEY,
        preparer,
        hub,
        carried=True,
        owner="Store York",
        expected_on=(hub.clock() + timedelta(days=3)).date(),
    )

    assert short.notes.get().owner == "Store York"


def test_a_variance_that_is_not_there_cannot_be_explained(
    day: StoreDay, hub: Worker, preparer: Any
) -> None:
    with pytest.raises(ConflictError, match="not there any more"):
        explain(day, KEY, preparer, hub)


# Journals


def test_on_signed_the_journal_is_queued_with_the_signature(
    hub: Worker, preparer: Any, approver: Any
) -> None:
    link = open_shop()
    Link.objects.filter(pk=link.pk).update(
        policy={"accounting_mode": "daily_journal", "journal_posting": "on_signed"}
    )
    ready = closed_day(hub, sale(**TILL), sale(**TILL, external_id="1002"))
    assert (ready.state, DayJournal.objects.count()) == ("ready", 0)

    sign(prepare(ready, preparer, hub), approver, hub)

    journal = DayJournal.objects.get()
    assert Transfer.objects.get(pk=journal.transfer_id).state == "ready"
    work(hub)
    ready.refresh_from_db()
    assert (ready.state, ready.seal_lines, ready.seal_broken_at) == ("signed", [], None)


def test_a_till_that_closes_twice_on_a_day_is_added_up(hub: Worker, link: Link) -> None:
    first, second = sale(**TILL), sale(**TILL, external_id="1002")
    arrive(hub, first, second, closing(first), closing(second, number=2))
    work(hub)

    assert again(hub).state == "ready"
