"""What holds for every operation: it is declared, documented, bounded, and speaks JSON."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import get_resolver

from config.api import OPERATIONS, api, urlpatterns
from config.tokens.door import ApiTokenAuth
from integrations.api.kit import MOST, Operation, Scope
from integrations.public import Connection, Document, Store, Transfer
from monitoring.kit.permissions import Capability
from monitoring.models import ExceptionCase
from reconciliation.models import DayJournal, StoreDay
from tests.architecture.source import ROOT
from tests.conftest import NOW
from tests.monitoring import rows

READING = [each for each in OPERATIONS if each.method == "GET"]
LISTS = [each for each in READING if "limit" in ApiTokenAuth(each).known]


def ids(operations: list[Operation]) -> list[str]:
    return [each.name for each in operations]


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids(list(OPERATIONS)))
def test_every_operation_declares_capability_and_scope(operation: Operation) -> None:
    reads = operation.scope is Scope.READ

    assert operation.capability in set(Capability)
    assert operation.scope in set(Scope)
    assert reads == (operation.method == "GET")
    assert reads == operation.capability.startswith("view_")
    assert operation.view.__doc__


def test_every_address_of_the_api_is_in_the_table_and_behind_its_door() -> None:
    built = [
        (each, door)
        for router in api._get_bound_routers()
        for view in router.path_operations.values()
        for each in view.operations
        for door in each.auth_callbacks
    ]

    assert {(door.operation.method, door.operation.path) for _, door in built} == {
        (each.method, each.path) for each in OPERATIONS
    }
    assert all(door.operation.view is each.view_func for each, door in built)
    assert len(built) == len(OPERATIONS)


def test_no_other_address_lies_under_the_api() -> None:
    names = {pattern.name for pattern in urlpatterns}

    assert names == {each.view.__name__ for each in OPERATIONS} | {"api-openapi", "api-nothing"}
    assert "api/v1/" in {str(each.pattern) for each in get_resolver().url_patterns}


@pytest.mark.parametrize("operation", LISTS, ids=ids(LISTS))
def test_no_page_is_longer_than_the_cap(
    operation: Operation, admin_user: Any, program: Any
) -> None:
    response = program(admin_user).get(address(operation), {"limit": MOST + 1})

    assert response.status_code == 400
    assert response.json()["field"] == "limit"


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids(list(OPERATIONS)))
def test_an_unknown_parameter_is_refused_by_name(
    operation: Operation, user_in: Any, program: Any
) -> None:
    client = program(user_in("admin", "finance_preparer", "finance_approver", name="everybody"))

    response = client.generic(operation.method, address(operation) + "?sort=total")

    assert response.status_code == 400
    assert response.json()["field"] == "sort"


@pytest.mark.parametrize("operation", OPERATIONS, ids=ids(list(OPERATIONS)))
def test_somebody_without_a_role_may_do_nothing(
    operation: Operation, outsider: Any, program: Any
) -> None:
    client = program(outsider)

    assert client.generic(operation.method, address(operation)).status_code == 403


def address(operation: Operation, **parts: Any) -> str:
    named = {"link": "sitoo-brightpearl", "table": "payment-type"} | parts
    path = operation.path
    numbered = ("document_id", "transfer_id", "exception_id", "journal_id", "row_id")
    for part in (*numbered, "day_id", "replay_id"):
        named.setdefault(part, 1)
    return "/api/v1" + path.format(**named)


def question(operation: Operation) -> dict[str, str]:
    return {
        "trace": {"id": Document.objects.filter(state="posted").earliest("pk").number},
        "preview-mapping": {"source_value": "Klarna"},
    }.get(operation.name, {})


def known(operation: Operation) -> str:
    sale = Document.objects.filter(state="posted").earliest("pk")
    return address(
        operation,
        document_id=sale.pk,
        transfer_id=sale.transfers.get().pk,
        exception_id=ExceptionCase.objects.get().pk,
        journal_id=DayJournal.objects.earliest("pk").pk,
        day_id=StoreDay.objects.earliest("pk").pk,
        replay_id=rows.replay().pk,
    )


def journals(count: int) -> None:
    for _ in range(count):
        sequence = DayJournal.objects.count() + 1
        DayJournal.objects.create(
            store_code="LDS01",
            store_name="Leeds",
            business_date=NOW.date(),
            sequence=sequence,
            reference=f"LDS01-{sequence}",
            currency="GBP",
            accounting_mode="daily_journal",
            lines=[
                {"nominal": "1210", "memo": "Card", "amount": "12.00", "receipts": ["R-1"]},
                {"nominal": "4000", "memo": "Sales", "amount": "-12.00", "receipts": ["R-1"]},
            ],
            total=12,
            receipts=1,
            transfer_id=rows.transfer().pk,
            built_at=NOW,
        )


def store_days(count: int) -> None:
    Store.objects.get_or_create(code="LDS01", defaults={"name": "Leeds", "timezone": "UTC"})
    for _ in range(count):
        on = NOW.date() - timedelta(days=StoreDay.objects.count())
        StoreDay.objects.create(store_code="LDS01", store_name="Leeds", business_date=on)


def test_no_answer_asks_more_when_there_is_more(
    program: Any, admin_user: Any, trade: Callable[[int], None]
) -> None:
    client = program(admin_user)

    def queries() -> dict[str, int]:
        found = {}
        for operation in READING:
            with CaptureQueriesContext(connection) as asked:
                response = client.get(known(operation), question(operation))
            assert response.status_code == 200, (operation.name, response.content)
            found[operation.name] = len(asked)
        return found

    trade(2)
    journals(2)
    store_days(2)
    rows.replay(*Document.objects.filter(state="held"))
    client.get("/api/v1/documents")  # its first use is written down
    few = queries()

    trade(5)
    journals(5)
    store_days(5)
    rows.replay(*Document.objects.filter(state="held"))

    many = queries()
    assert many == few
    assert many.pop("trace") <= 35  # it looks for an id in every place that keeps one
    assert max(many.values()) <= 30


def test_pages_follow_each_other_by_id(ops: Client, trade: Callable[[int], None]) -> None:
    trade(3)
    seen: list[int] = []
    after: int | None = 0

    while after is not None:
        page = ops.get("/api/v1/documents", {"limit": 2, "after": after}).json()
        seen += [row["id"] for row in page["items"]]
        after = page["next"]

    assert seen == list(Document.objects.order_by("pk").values_list("pk", flat=True))


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("state=lost", "state"),
        ("day=yesterday", "day"),
        ("after=-1", "after"),
        ("limit=0", "limit"),
        ("store=NOWHERE", "store"),
        ("number=%00", "number"),
        ("state=held&state=posted", "state"),
        (f"number={'9' * 161}", "number"),
    ],
)
def test_a_wrong_filter_is_named(ops: Client, query: str, field: str) -> None:
    response = ops.get(f"/api/v1/documents?{query}")

    assert response.status_code == 400
    assert response.json()["field"] == field


def test_wrong_addresses_methods_and_bodies_are_answered_in_json(ops: Client) -> None:
    post = {"content_type": "application/json"}

    assert ops.get("/api/v1/no-such-thing").json()["message"]
    assert ops.get("/api/v1/documents/999").json() == {"message": "There is no document 999."}
    assert ops.delete("/api/v1/documents").json() == {"message": "Only GET is possible here."}
    assert ops.post("/api/v1/documents/1/replay", "{", **post).json() == {
        "message": "The body is not JSON."
    }
    assert ops.get("/api/v1/mappings/a%00b/tax-code/preview?source_value=20").status_code == 400
    wrong = ops.post("/api/v1/documents/1/replay", {"because": "x"}, **post).json()
    assert wrong["field"] == "because"


def test_a_failure_of_ours_tells_a_reference_and_nothing_else(
    ops: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise RuntimeError("the inside")

    monkeypatch.setattr("integrations.public.channel_levels", broken)
    response = ops.get("/api/v1/levels")

    assert response.status_code == 500
    reference = response.json()["message"].rpartition(" ")[2].rstrip(".")
    assert f"reference={reference}" in caplog.text
    assert "inside" not in response.content.decode()


def test_the_openapi_document_names_every_operation(ops: Client) -> None:
    document = ops.get("/api/v1/openapi.json").json()

    found = {
        (method.upper(), path.removeprefix("/api/v1")): operation
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }
    assert set(found) == {(each.method, each.path) for each in OPERATIONS}
    assert all(each["security"] == [{"ApiTokenAuth": []}] for each in found.values())
    assert all(each["x-scope"] and each["x-capability"] for each in found.values())


def test_no_two_shapes_share_a_name_in_the_openapi_document() -> None:
    found: dict[str, dict[str, Any]] = {}

    for operation in OPERATIONS:
        schema = operation.answer.model_json_schema(mode="serialization")
        for name, shape in schema.get("$defs", {}).items():
            assert found.setdefault(name, shape) == shape, (operation.name, name)


def test_the_openapi_document_spells_out_the_states(ops: Client) -> None:
    schemas = ops.get("/api/v1/openapi.json").json()["components"]["schemas"]

    for name, states in {
        "DocumentRow": Document.State,
        "TransferRow": Transfer.State,
        "CaseRow": ExceptionCase.State,
        "ConnectionHealth": Connection.State,
    }.items():
        assert schemas[name]["properties"]["state"]["enum"] == states.values


def test_the_openapi_document_is_for_people_who_are_known(client: Client, ops_user: Any) -> None:
    assert client.get("/api/v1/openapi.json").status_code == 401

    client.force_login(ops_user)

    assert client.get("/api/v1/openapi.json").status_code == 200


def test_the_manual_names_every_operation() -> None:
    manual = (ROOT / "docs/api.md").read_text()

    assert [each for each in OPERATIONS if f"`{each.method} {each.path}`" not in manual] == []


def test_every_list_is_cut_into_pages() -> None:
    assert {each.name for each in READING if each.answer.__name__.startswith("Listing")} == {
        each.name for each in LISTS
    }
