"""What a saved mapping lets go: a few first, followed to the end, approval above a limit."""

from datetime import date, timedelta
from typing import Any

import pytest

from integrations.connectors.errors import RejectedError
from integrations.models import (
    AuditEntry,
    Connection,
    Document,
    Hold,
    Link,
    MappingRow,
    ReplayItem,
    ReplayRun,
    Transfer,
)
from integrations.services import commands, replay_approval, replay_runs
from integrations.services.deliver import deliver
from integrations.services.fetch import fetch
from integrations.services.mapping_files import import_rows
from integrations.services.mappings import delete_row, set_row
from integrations.services.plan import plan
from integrations.services.replay_approval import RunError
from integrations.services.verify import verify
from tests.factories.receipts import sale
from tests.fakes import Worker, fact
from tests.integrations.services.retail import ROWS, arrive, document, forget, open_shop

pytestmark = pytest.mark.django_db
CARD = ROWS["payment-type"]["Card"]


def held_sales(hub: Worker, count: int, *, limit: int | None = None) -> Link:
    """`count` sales of 12.00 wait for the payment type Card."""
    link = open_shop()
    if limit is not None:
        Link.objects.update(policy=link.policy | {"replay_limit": limit})
    forget("payment-type", "Card")
    arrive(hub, *(sale(external_id=str(1001 + number)) for number in range(count)))
    return Link.objects.select_related("channel", "owner").get()


def save(link: Link, hub: Worker, by: Any = "ada", **target: str) -> ReplayRun | None:
    set_row(
        link=link,
        table="payment-type",
        source_value="Card",
        target=CARD | target,
        by=by,
        now=hub.clock(),
    )
    return ReplayRun.objects.order_by("-pk").first()


def work(hub: Worker, rounds: int = 12) -> None:
    """What the sweeps do: read the source, plan, send, read back, follow the runs."""
    tills, ledger = (Connection.objects.get(slug=slug) for slug in ("tills", "ledger"))
    for _ in range(rounds):
        fetch(hub.rt, tills)
        while plan(hub.rt):
            pass
        deliver(hub.rt, ledger)
        verify(hub.rt, ledger)
        replay_runs.advance(hub.clock())
        hub.rt.sleep(11)


def outcomes(run: ReplayRun | None) -> list[str]:
    assert run is not None
    run.refresh_from_db()
    return [item.outcome for item in run.items.all()]


def test_three_go_first_and_the_others_wait_for_their_read_back(hub: Worker) -> None:
    link = held_sales(hub, 5)

    run = save(link, hub)
    replay_runs.advance(hub.clock())

    assert run is not None
    assert [item.started_at is not None for item in run.items.all()] == [True] * 3 + [False] * 2
    assert run.state == "canary"


def test_every_record_is_followed_until_it_reads_back_as_it_was_meant(hub: Worker) -> None:
    link = held_sales(hub, 5)
    run = save(link, hub)

    work(hub)

    assert outcomes(run) == ["verified"] * 5
    assert run is not None
    assert (run.state, run.ended_at is not None) == ("done", True)
    assert [item.is_canary for item in run.items.all()] == [True] * 3 + [False] * 2
    assert Transfer.objects.filter(operation="create-order").count() == 5
    assert not Hold.objects.open().exists()


def test_looking_again_and_saving_the_same_again_change_nothing(hub: Worker) -> None:
    link = held_sales(hub, 4)
    run = save(link, hub)
    work(hub)
    ended = list(ReplayItem.objects.values_list("ended_at", flat=True))

    save(link, hub)
    work(hub, rounds=2)

    assert ReplayRun.objects.count() == 1
    assert outcomes(run) == ["verified"] * 4
    assert list(ReplayItem.objects.values_list("ended_at", flat=True)) == ended


def test_a_canary_that_the_target_refuses_stops_the_others(hub: Worker) -> None:
    link = held_sales(hub, 5)
    hub.ledger.answers = [RejectedError("There is no such payment method.")]
    run = save(link, hub)

    work(hub)

    assert outcomes(run) == ["refused", "verified", "verified", "", ""]
    assert run is not None
    assert run.state == "stopped"
    assert "no such payment method" in run.reason


def test_a_person_lets_the_others_go_after_a_look(hub: Worker, ops_user: Any) -> None:
    link = held_sales(hub, 5)
    hub.ledger.answers = [RejectedError("There is no such payment method.")]
    run = save(link, hub)
    work(hub)
    assert run is not None

    with pytest.raises(RunError, match="Say why"):
        replay_approval.go_on(run_id=run.pk, by=ops_user, reason=" ", now=hub.clock())
    replay_approval.go_on(run_id=run.pk, by=ops_user, reason="Only that one.", now=hub.clock())
    work(hub)

    assert outcomes(run) == ["refused", *["verified"] * 4]
    assert run.state == "done"


def test_what_was_cancelled_at_the_source_is_left_out(hub: Worker) -> None:
    link = held_sales(hub, 4)
    hub.tills.keep(fact(sale(external_id="1002", is_cancelled=True), version="2"))
    run = save(link, hub)

    work(hub)

    assert outcomes(run) == ["verified", "excluded", "verified", "verified"]
    assert document("1002").state == Document.State.SKIPPED


def test_what_the_source_lost_is_left_out_and_says_so(hub: Worker) -> None:
    link = held_sales(hub, 2)
    del hub.tills.facts["orders", "1002"]
    run = save(link, hub)

    work(hub)

    assert outcomes(run) == ["verified", "excluded"]
    assert "does not know this record" in ReplayItem.objects.get(outcome="excluded").cause


def test_a_record_that_lacks_something_else_moves_to_its_new_cause(hub: Worker) -> None:
    link = held_sales(hub, 1)
    forget("tax-code", "20")
    run = save(link, hub)

    work(hub)

    assert outcomes(run) == ["moved"]
    assert ReplayItem.objects.get().cause == "VAT rate 20 % has no tax code."


def test_a_row_for_later_days_lets_go_nothing(hub: Worker) -> None:
    link = held_sales(hub, 2)

    set_row(
        link=link,
        table="payment-type",
        source_value="Card",
        target=CARD,
        effective_from=date(2026, 4, 30),
        by="ada",
        now=hub.clock(),
    )

    assert not ReplayRun.objects.exists()
    assert Hold.objects.open().count() == 2


def test_a_file_of_rows_is_one_replay(hub: Worker) -> None:
    link = held_sales(hub, 2)
    content = b"value,label,effective_from,method,nominal\r\nCard,,,CARD,1210\r\nAmex,,,CARD,1210"

    import_rows(link, "payment-type", content, by="ada", now=hub.clock())

    run = ReplayRun.objects.get()
    assert [row["value"] for row in run.content] == ["Card", "Amex"]
    assert run.items.count() == 2


# --- Approval


def test_above_the_limit_the_row_is_saved_and_nothing_goes_yet(hub: Worker, ops_user: Any) -> None:
    link = held_sales(hub, 3, limit=35)

    run = save(link, hub, by=ops_user)
    work(hub, rounds=2)

    assert run is not None
    assert run.state == "asked"
    assert MappingRow.objects.filter(table="payment-type", source_value="Card").exists()
    assert not Transfer.objects.exists()


@pytest.mark.parametrize(("limit", "state"), [(36, "canary"), (None, "canary"), (35, "asked")])
def test_the_limit_is_the_first_amount_that_needs_nobody_else(
    hub: Worker, ops_user: Any, limit: int | None, state: str
) -> None:
    link = held_sales(hub, 3)
    Link.objects.update(policy=link.policy | {"replay_limit": limit})

    run = save(Link.objects.get(), hub, by=ops_user)

    assert run is not None
    assert run.state == state


def test_a_second_person_lets_it_go(hub: Worker, ops_user: Any, admin_user: Any) -> None:
    run = save(held_sales(hub, 3, limit=0), hub, by=ops_user)
    assert run is not None

    replay_approval.approve(run_id=run.pk, seen=run.content_hash, by=admin_user, now=hub.clock())
    work(hub)

    assert outcomes(run) == ["verified"] * 3
    assert (run.asked_name, run.decided_name) == ("olive", "ada")
    audit = AuditEntry.objects.get(action="replay.approve")
    assert (audit.actor, audit.after["content"]) == (admin_user, run.content_hash)


def approve(run: ReplayRun | None, hub: Worker, by: Any, **seen: str) -> None:
    assert run is not None
    seen = seen or {"seen": run.content_hash}
    replay_approval.approve(run_id=run.pk, by=by, now=hub.clock(), **seen)


def test_nobody_approves_their_own_change(hub: Worker, admin_user: Any) -> None:
    run = save(held_sales(hub, 3, limit=0), hub, by=admin_user)

    with pytest.raises(RunError, match="You changed this mapping yourself"):
        approve(run, hub, admin_user)

    assert not Transfer.objects.exists()


def test_a_second_account_with_the_same_address_is_the_same_person(
    hub: Worker, ops_user: Any, admin_user: Any
) -> None:
    for user, mail in ((ops_user, "ada@example.com"), (admin_user, " Ada@Example.com")):
        user.email = mail
        user.save()
    run = save(held_sales(hub, 3, limit=0), hub, by=ops_user)

    with pytest.raises(RunError, match="yourself"):
        approve(run, hub, admin_user)


def test_who_edited_the_row_cannot_approve_it_after_somebody_else_asked_again(
    hub: Worker, ops_user: Any, admin_user: Any
) -> None:
    run = save(held_sales(hub, 3, limit=0), hub, by=ops_user)
    assert run is not None

    again = replay_approval.ask_again(run_id=run.pk, by=admin_user, now=hub.clock())

    for user in (ops_user, admin_user):
        with pytest.raises(RunError, match="yourself"):
            approve(again, hub, user)


def test_an_edit_after_asking_voids_what_was_asked(
    hub: Worker, ops_user: Any, admin_user: Any
) -> None:
    link = held_sales(hub, 3, limit=0)
    first = save(link, hub, by=ops_user)
    second = save(link, hub, by=ops_user, nominal="1299")

    with pytest.raises(RunError, match="decided already"):
        approve(first, hub, admin_user)

    assert outcomes(first) == ["kept"] * 3
    assert second is not None
    assert (first.state, second.state) == ("void", "asked")  # type: ignore[union-attr]


def test_an_approval_of_something_else_than_what_was_asked_is_refused(
    hub: Worker, ops_user: Any, admin_user: Any
) -> None:
    run = save(held_sales(hub, 3, limit=0), hub, by=ops_user)

    with pytest.raises(RunError, match="changed after approval was asked"):
        approve(run, hub, admin_user, seen="0" * 64)
    MappingRow.objects.filter(source_value="Card").update(target=CARD | {"nominal": "9999"})
    with pytest.raises(RunError, match="changed after approval was asked"):
        approve(run, hub, admin_user)


def test_a_record_that_changed_after_asking_needs_a_new_look(
    hub: Worker, ops_user: Any, admin_user: Any
) -> None:
    run = save(held_sales(hub, 3, limit=0), hub, by=ops_user)
    Document.objects.filter(external_id="1001").update(gross=9000)

    with pytest.raises(RunError, match="changed after approval was asked"):
        approve(run, hub, admin_user)


def test_a_plain_replay_is_no_way_around_the_approval(hub: Worker, ops_user: Any) -> None:
    save(held_sales(hub, 3, limit=0), hub, by=ops_user)
    ids = list(Hold.objects.open().values_list("pk", flat=True))

    result = commands.replay_holds(hold_ids=ids, by=ops_user, now=hub.clock())
    work(hub, rounds=2)

    assert (result.replayed, result.kept_back) == (0, 3)
    assert not Transfer.objects.exists()


def test_what_was_refused_waits_until_somebody_asks_again(
    hub: Worker, ops_user: Any, admin_user: Any
) -> None:
    run = save(held_sales(hub, 3, limit=0), hub, by=ops_user)
    assert run is not None
    replay_approval.refuse(run_id=run.pk, by=admin_user, reason="Wrong account", now=hub.clock())
    ids = list(Hold.objects.open().values_list("pk", flat=True))

    kept = commands.replay_holds(hold_ids=ids, by=ops_user, now=hub.clock()).kept_back
    again = replay_approval.ask_again(run_id=run.pk, by=ops_user, now=hub.clock())

    run.refresh_from_db()
    assert (run.state, run.reason, kept) == ("void", "Refused: Wrong account", 3)
    assert (again.state, again.items.count()) == ("asked", 3)


def test_removing_the_row_voids_what_was_asked(hub: Worker, ops_user: Any) -> None:
    run = save(held_sales(hub, 3, limit=0), hub, by=ops_user)
    row = MappingRow.objects.get(table="payment-type", source_value="Card")

    delete_row(row_id=row.pk, by=ops_user, now=hub.clock() + timedelta(minutes=1))

    assert outcomes(run) == ["kept"] * 3
