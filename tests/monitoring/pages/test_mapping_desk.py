"""The desk: what a save would do, who lets it go, back to a version, and who may do none of it."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from integrations.public import Document, Link, MappingRow, desk, set_mapping
from reconciliation.models import StoreDay
from tests.conftest import NOW
from tests.factories.receipts import sale
from tests.fakes import Worker, worker
from tests.integrations.services.retail import arrive, forget, open_shop

HTMX = {"HX-Request": "true"}
BASE = "/mappings/money/main/payment-type/"
CARD = {"value": "Card", "to_method": "CARD", "to_nominal": "1214"}
TABLES = ("payment-type", "tax-code", "store-warehouse", "sku-alias")


@pytest.fixture
def shop(db: None) -> Worker:
    """Three sales of £12 wait for the payment type Card."""
    hub = worker()
    open_shop()
    Link.objects.update(slug="main", policy={"replay_limit": 30})
    forget("payment-type", "Card")
    arrive(hub, *(sale(external_id=str(1001 + number)) for number in range(3)))
    return hub


def save(by: Any, **target: str) -> desk.ReplayRun:
    """Card is mapped by somebody; what waits for it is above the limit."""
    set_mapping(
        link=Link.objects.get(),
        table="payment-type",
        source_value="Card",
        target={"method": "CARD", "nominal": "1210"} | target,
        by=by,
        now=NOW,
    )
    return desk.runs().latest("pk")


def say(client: Client, verb: str, run: desk.ReplayRun, **given: str) -> str:
    response = client.post(f"/replays/money/{run.pk}/{verb}/", given, follow=True)
    return response.content.decode() if response.status_code == 200 else str(response.status_code)


# --- Before it is saved


def test_the_effect_is_shown_beside_the_form_and_nothing_is_saved(
    finance: Client, shop: Worker
) -> None:
    page = finance.post(f"{BASE}look/", CARD, headers=HTMX).content.decode()

    assert "<strong>3 records</strong> wait for it, £36.00" in page
    assert "<strong>3 would go</strong>, £36.00" in page
    assert "This is more than £30.00" in page
    assert not MappingRow.objects.filter(source_value="Card").exists()


def test_without_scripts_the_same_effect_is_a_whole_page(finance: Client, shop: Worker) -> None:
    page = finance.post(f"{BASE}look/", CARD).content.decode()

    assert "<html" in page
    assert "“Card” is not saved yet" in page
    assert "would go" in page


def test_an_unfinished_form_says_what_is_missing(finance: Client, shop: Worker) -> None:
    page = finance.post(f"{BASE}look/", {"value": "Card"}, headers=HTMX).content.decode()

    assert "Choose every value" in page


def test_a_signed_day_that_would_be_disturbed_is_named(finance: Client, shop: Worker) -> None:
    on = sale().placed_at.date()
    StoreDay.objects.create(store_code="LDS", business_date=on, state="signed")

    page = finance.post(f"{BASE}look/", CARD, headers=HTMX).content.decode()

    assert "is <strong>signed</strong>: 3 of them belong to that day" in page


def test_removing_a_row_says_what_would_have_waited(finance: Client, shop: Worker) -> None:
    arrive(shop, sale(external_id="2001", tenders=_cash()))
    Document.objects.update(placed_at=timezone.now())
    row = MappingRow.objects.get(source_value="Cash")

    page = finance.post(f"{BASE}look/", {"remove": "1", "row": row.pk}, headers=HTMX)

    assert "1 of them would have waited for a person" in page.content.decode()


def _cash() -> Any:
    return tuple(each.model_copy(update={"name": "Cash"}) for each in sale().tenders)


def test_asking_the_tills_again_is_said_and_sends_nothing(finance: Client, shop: Worker) -> None:
    page = finance.post(f"{BASE}recheck/", {"value": "Card"}, follow=True).content.decode()

    assert "is asked about 3 of them" in page
    assert not desk.runs().exists()


# --- Saving and letting go


def test_saving_above_the_limit_leads_to_the_page_that_waits_for_a_colleague(
    finance: Client, shop: Worker
) -> None:
    page = finance.post(f"{BASE}set/", CARD | {"version": 0}, follow=True).content.decode()

    assert "Waits for a second person" in page
    assert "You saved this mapping" in page
    assert "Approve: send" not in page


def test_a_colleague_sees_the_same_effect_and_approves(
    browser: Any, finance_user: Any, approver_user: Any, shop: Worker
) -> None:
    run = save(finance_user, nominal="1214")
    colleague = browser(approver_user)

    effect = colleague.get(f"/replays/{run.pk}/effect/").content.decode()
    page = say(colleague, "approve", run, seen=run.content_hash)

    assert "<strong>3 would go</strong>, £36.00" in effect
    assert "Approved. The first ones are on their way." in page
    assert desk.runs().get().decided_name == "farah"


def test_a_colleague_refuses_with_a_reason(
    browser: Any, finance_user: Any, approver_user: Any, shop: Worker
) -> None:
    run = save(finance_user)

    silent = say(browser(approver_user), "refuse", run, reason=" ")
    page = say(browser(approver_user), "refuse", run, reason="Wrong account")

    assert "Say why; whoever asked will see it." in silent
    assert "Refused: Wrong account" in page


def test_the_editor_is_refused_by_the_service_too(
    browser: Any, admin_user: Any, shop: Worker
) -> None:
    run = save(admin_user)

    page = say(browser(admin_user), "approve", run, seen=run.content_hash)

    assert "You changed this mapping yourself" in page
    assert desk.runs().get().state == "asked"


@pytest.mark.parametrize("seen", ["", "0" * 64, "' OR 1=1 --", "é" * 200])
def test_an_approval_of_something_unseen_is_refused(
    browser: Any, finance_user: Any, approver_user: Any, shop: Worker, seen: str
) -> None:
    run = save(finance_user)

    page = say(browser(approver_user), "approve", run, seen=seen)

    assert "changed after approval was asked" in page
    assert desk.runs().get().state == "asked"


def test_a_run_of_a_money_table_is_not_reached_by_the_other_door(
    ops: Client, finance_user: Any, shop: Worker
) -> None:
    run = save(finance_user)

    assert ops.post(f"/replays/{run.pk}/approve/", {"seen": run.content_hash}).status_code == 404
    assert say(ops, "approve", run, seen=run.content_hash) == "403"


MAY_APPROVE = {"finance_preparer", "finance_approver", "admin"}
MAY_EDIT = {"finance_preparer", "admin"}
ROLES = (
    *("operator", "finance_preparer", "finance_approver", "store", "warehouse"),
    *("merchandising", "customer_experience", "admin", "auditor"),
)


@pytest.mark.parametrize("role", ROLES)
def test_who_may_edit_and_who_may_approve_what_is_money(
    browser: Any, user_in: Any, shop: Worker, role: str
) -> None:
    run = save(user_in("finance_preparer", name="frances"))
    client = browser(user_in(role, name="somebody"))

    approves = client.post(f"/replays/money/{run.pk}/approve/", {"seen": run.content_hash})
    edits = client.post(f"{BASE}look/", CARD, headers=HTMX)

    assert (approves.status_code != 403) == (role in MAY_APPROVE)
    assert (edits.status_code != 403) == (role in MAY_EDIT)


# --- Versions


def test_going_back_shows_what_changes_and_makes_a_new_version(
    finance: Client, finance_user: Any, shop: Worker
) -> None:
    for nominal in ("1210", "1299"):
        save(finance_user, nominal=nominal)
    here = "/mappings/main/payment-type/versions/1/"

    page = finance.get(here).content.decode()
    finance.post(
        "/mappings/money/main/payment-type/versions/1/back/", {"seen": "2", "reason": "Wrong"}
    )

    assert "Make it so, as version 3" in page
    assert MappingRow.objects.get(source_value="Card").target["nominal"] == "1210"
    assert desk.latest_number(Link.objects.get(), "payment-type") == 3


def test_somebody_elses_save_in_between_stops_a_way_back(
    finance: Client, finance_user: Any, shop: Worker
) -> None:
    for nominal in ("1210", "1299"):
        save(finance_user, nominal=nominal)

    back = "/mappings/money/main/payment-type/versions/1/back/"
    page = finance.post(back, {"seen": "1", "reason": "x"}, follow=True).content.decode()

    assert "This table was changed meanwhile" in page
    assert MappingRow.objects.get(source_value="Card").target["nominal"] == "1299"


@pytest.mark.parametrize("number", ["0", "99", "99999999999"])
def test_a_version_that_never_was_is_not_found(finance: Client, shop: Worker, number: str) -> None:
    assert finance.get(f"/mappings/main/payment-type/versions/{number}/").status_code == 404


# --- Files


def test_a_file_shows_what_it_adds_changes_and_leaves_out(finance: Client, shop: Worker) -> None:
    text = "value,label,effective_from,method,nominal\r\nCard,,,CARD,1210"

    page = finance.post(f"{BASE}preview/", {"file": SimpleUploadedFile("rows.csv", text.encode())})

    assert "1 row would change: 1 added, 0 changed" in page.content.decode()
    assert "Not in the file" in page.content.decode()
    assert [row.source_value for row in page.context["missing"]] == ["Cash"]


@pytest.mark.parametrize(("remove", "left"), [({}, {"Card", "Cash"}), ({"remove": "1"}, {"Card"})])
def test_rows_that_a_file_leaves_out_are_kept_unless_somebody_says_so(
    finance: Client, shop: Worker, remove: dict[str, str], left: set[str]
) -> None:
    text = "value,label,effective_from,method,nominal\r\nCard,,,CARD,1210"

    finance.post(f"{BASE}import/", {"content": text} | remove)

    rows = MappingRow.objects.filter(table="payment-type")
    assert set(rows.values_list("source_value", flat=True)) == left


def test_a_file_that_was_looked_at_before_somebody_elses_save_is_not_taken(
    finance: Client, finance_user: Any, shop: Worker
) -> None:
    text = "value,label,effective_from,method,nominal\r\nCash,,,CASH,1299"
    page = finance.post(f"{BASE}preview/", {"file": SimpleUploadedFile("rows.csv", text.encode())})
    save(finance_user)

    response = finance.post(f"{BASE}import/", {"content": text, "seen": page.context["seen"]})

    assert response.status_code == 422
    assert "was changed since you looked" in response.content.decode()
    assert MappingRow.objects.get(source_value="Cash").target["nominal"] == "1220"


# --- Hostile hands


@pytest.mark.parametrize(
    "given",
    [
        {"row": "1 OR 1=1", "remove": "1"},
        {"row": "٣", "remove": "1"},
        {"value": "x" * 200, "to_method": "CARD", "to_nominal": "1210"},
        {"value": "Card\x00", "to_method": "CARD", "to_nominal": "1210"},
        {"value": "Card", "to_method": "CARD", "to_nominal": "1210", "begins": "whenever"},
        {"value": "Card", "to_method": "CARD", "to_nominal": "1210", "begins": "date"},
        {"value": "Card", "to_method": "CARD", "to_nominal": "1210", "effective_from": "soon"},
    ],
)
@pytest.mark.parametrize("verb", ["look", "set"])
def test_nonsense_is_refused_and_changes_nothing(
    finance: Client, shop: Worker, verb: str, given: dict[str, str]
) -> None:
    before = list(MappingRow.objects.values_list("pk", "version"))

    response = finance.post(f"{BASE}{verb}/", given)

    assert response.status_code in (200, 404, 422)
    assert list(MappingRow.objects.values_list("pk", "version")) == before


def test_a_save_never_leads_to_another_site(finance: Client, shop: Worker) -> None:
    given = CARD | {"version": 0, "next": "https://evil.example/"}

    response = finance.post(f"{BASE}set/", given)

    assert response["Location"].startswith("/replays/")


def test_extra_fields_of_a_form_mean_nothing(finance: Client, shop: Worker) -> None:
    extra = {"version": 0, "state": "done", "decided_by": "1", "asked_name": "nobody"}

    finance.post(f"{BASE}set/", CARD | extra)

    run = desk.runs().get()
    assert (run.state, run.asked_name, run.decided_by) == ("asked", "frank", None)


def test_a_name_from_a_till_is_text_and_nothing_else(finance: Client, shop: Worker) -> None:
    sold = sale(external_id="3001")
    odd = tuple(each.model_copy(update={"name": "<b>=1+1"}) for each in sold.tenders)
    arrive(shop, sold.model_copy(update={"tenders": odd}))

    page = finance.get("/mappings/main/payment-type/", {"value": "<b>=1+1"}).content.decode()

    assert "&lt;b&gt;=1+1" in page
    assert "<b>=1+1" not in page


# --- Figures


def test_a_receipt_with_two_causes_counts_once_in_a_tables_total(
    admin: Client, shop: Worker
) -> None:
    forget("payment-type", "Cash")
    half = sale().tenders[0].amount / 2
    parts = tuple(
        sale().tenders[0].model_copy(update={"name": name, "index": at, "amount": half})
        for at, name in enumerate(("Card", "Cash"))
    )
    arrive(shop, sale(external_id="4001", tenders=parts))

    found = admin.get("/mappings/").context["summaries"][0]

    assert [each.records for each in found.waiting] == [4, 1]
    assert (found.records, found.money) == (4, [(Decimal("48.00"), "GBP")])
