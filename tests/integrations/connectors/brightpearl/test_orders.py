"""Orders and credits: written, looked up by our reference, read back line by line."""

from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from integrations.canonical.orders import Customer
from integrations.connectors.errors import (
    AmbiguousError,
    ConflictError,
    RejectedError,
    UnavailableError,
    UnsupportedError,
)
from integrations.ports import Absent, Done, Failed, Found, Posted, Unclear
from tests.integrations.connectors.brightpearl.vendor import (
    JACKET,
    ROWS,
    SOCKS,
    Vendor,
    answer,
    closing,
    connector,
    credit,
    desk,
    fixture,
    intent,
    sale,
)
from tests.integrations.connectors.kit import NOW

ORDER, CREDIT = "/order-service/sales-order", "/order-service/sales-credit"
SEARCH, GET = "/order-service/order-search", "/order-service/order/1029"
CONTACTS = "/contact-service/contact-search"


def sent(effect, **refs) -> dict:
    """The body that reached the vendor."""
    vendor = Vendor().on("POST", ORDER, answer({"response": 1029}))
    vendor.on("POST", CREDIT, answer({"response": 1044}))
    results = connector(vendor).send([intent(effect, **refs)])
    assert isinstance(results[0], Done)
    return vendor.body()


def failure(vendor: Vendor, effect):
    return connector(vendor).send([intent(effect)])[0].error


def changed(**changes) -> httpx.Response:
    body = fixture("order_get__sale")
    body["response"][0] |= changes
    return answer(body)


def rows(**by_id) -> httpx.Response:
    """The sale with some rows replaced, or removed when None."""
    body = fixture("order_get__sale")
    found = body["response"][0]["orderRows"]
    for key, row in by_id.items():
        number = key.removeprefix("row_")
        if row is None:
            del found[number]
        else:
            found[number] = found.get(number, {}) | row
    return answer(body)


def read_back(reply: httpx.Response | str, effect=None):
    vendor = Vendor().on("GET", GET, reply)
    return connector(vendor).read_back([Posted(intent(effect or sale()), "1029")])[0]


# Writing.


def test_a_sale_is_one_order_with_row_totals_as_text():
    body = sent(sale())

    assert body["customer"] == {"id": 4711}
    assert (body["externalRef"], body["ref"]) == ("sitoo:R-1", "R-1")
    assert body["rows"][0] == {
        "productId": 1007,
        "quantity": "1",
        "taxCode": "T20",
        "net": "100.00",
        "tax": "20.00",
        "nominalCode": "4000",
        "externalRef": "L1",
    }


def test_the_tax_date_is_the_same_day_in_every_time_zone():
    assert sent(sale())["taxDate"] == "2026-03-28T12:00:00.000Z"


def test_a_line_without_a_product_is_free_text():
    bag = SOCKS.model_copy(update={"product_id": "", "name": "Carrier bag", "is_stocked": False})

    row = sent(sale(lines=(bag,)))["rows"][0]

    assert (row["name"], "productId" in row) == ("Carrier bag", False)


def test_an_installed_app_sends_its_instance_so_that_the_reference_is_unique():
    vendor = Vendor().on("POST", ORDER, answer({"response": 1029}))

    connector(vendor, instance_id=34).send([intent(sale())])

    assert vendor.body()["installedIntegrationInstanceId"] == 34


def test_a_credit_names_the_order_that_it_credits():
    body = sent(credit(), original_order="1029")

    assert body["parentId"] == 1029
    assert body["rows"][0]["quantity"] == "1"


def test_a_credit_of_an_unknown_sale_has_no_parent():
    assert "parentId" not in sent(credit())


@pytest.mark.parametrize(
    ("effect", "kind"),
    [
        pytest.param(
            sale(lines=(SOCKS.model_copy(update={"quantity": Decimal("0.250")}),)),
            UnsupportedError,
            id="a fraction of a whole-unit item",
        ),
        pytest.param(
            sale(lines=(SOCKS.model_copy(update={"net": Decimal("1.00001")}),)),
            UnsupportedError,
            id="finer money than is kept",
        ),
        pytest.param(sale(warehouse_id="Leeds"), RejectedError, id="not an id"),
        pytest.param(sale(contact_id=""), RejectedError, id="nobody to sell to"),
    ],
)
def test_what_cannot_be_expressed_is_not_sent(effect, kind):
    vendor = Vendor()

    assert type(failure(vendor, effect)) is kind
    assert vendor.requests == []


def test_one_bad_order_does_not_hold_up_the_others():
    vendor = Vendor().on("POST", ORDER, answer({"response": 1029}))

    results = connector(vendor).send([intent(sale(warehouse_id="?"), "a"), intent(sale(), "b")])

    assert [type(each) for each in results] == [Failed, Done]


def test_a_second_order_with_our_reference_is_a_conflict_to_be_looked_up():
    duplicate = {"errors": [{"code": "ORDC-DUP", "message": "Order 1029 has this reference"}]}
    vendor = Vendor().on("POST", ORDER, answer(duplicate, 400))

    assert type(failure(vendor, sale())) is ConflictError


def test_a_lost_reply_is_ambiguous():
    vendor = Vendor().on("POST", ORDER, httpx.ReadTimeout("slow"))

    assert type(failure(vendor, sale())) is AmbiguousError


def test_an_operation_of_another_system_is_unsupported():
    from integrations.canonical.effects import SetLevel

    level = SetLevel(location_code="2", sku="SOCK-HK", level=Decimal(1))

    assert type(failure(Vendor(), level)) is UnsupportedError


# Contacts.

ANN = Customer(email="Ann@Shop.example", first_name="Ann", last_name="Lee", phone="0113 4960000")


def contacts(*found: tuple[int, str]) -> httpx.Response:
    body = fixture("search__empty")
    body["response"]["results"] = [list(row) for row in found]
    body["response"]["metaData"]["columns"] = [{"name": "contactId"}, {"name": "primaryEmail"}]
    return answer(body)


def test_a_shopper_is_found_by_the_whole_address_whatever_its_case():
    found = contacts((7, "joann@shop.example"), (9, "ann@shop.example"), (8, "ANN@shop.example"))
    vendor = Vendor().on("GET", CONTACTS, found).on("POST", ORDER, answer({"response": 1029}))

    connector(vendor).send([intent(sale(contact_id="", customer=ANN))])

    assert vendor.body()["customer"] == {"id": 8}  # the oldest of those who share it


def test_a_known_shopper_is_asked_for_once():
    vendor = Vendor().on("GET", CONTACTS, contacts((8, "ann@shop.example")))
    vendor.on("POST", ORDER, answer({"response": 1029}))
    sink = connector(vendor)

    for key in "ab":
        sink.send([intent(sale(contact_id="", customer=ANN), key)])

    assert vendor.asked().count(f"GET {CONTACTS}") == 1


def test_a_new_shopper_gets_an_address_and_a_contact():
    vendor = Vendor().on("GET", CONTACTS, contacts())
    vendor.on("POST", "/contact-service/postal-address", answer({"response": 55}))
    vendor.on("POST", "/contact-service/contact", answer({"response": 77}))
    vendor.on("POST", ORDER, answer({"response": 1029}))

    connector(vendor).send([intent(sale(contact_id="", customer=ANN))])

    assert vendor.body(2)["postAddressIds"] == {"DEF": 55, "BIL": 55, "DEL": 55}
    assert vendor.body()["customer"] == {"id": 77}


def test_a_contact_whose_reply_was_lost_is_found_by_the_next_attempt():
    vendor = Vendor().on("GET", CONTACTS, contacts())
    vendor.on("POST", "/contact-service/postal-address", httpx.ReadTimeout("slow"))

    with pytest.raises(UnavailableError):
        connector(vendor).send([intent(sale(contact_id="", customer=ANN))])


def test_the_trace_does_not_know_the_shopper():
    vendor = Vendor().on("GET", CONTACTS, contacts((8, "ann@shop.example")))
    vendor.on("POST", ORDER, answer({"response": 1029}))
    bench = desk(vendor)

    connector(vendor, bench=bench).send([intent(sale(contact_id="", customer=ANN))])

    recorded = "".join(c.path + c.request + c.response for c in bench.recorder.calls)
    assert not any(part in recorded.lower() for part in ("ann@", "ann%40", "lee", "4960000"))


# Looking up.


def test_an_order_with_our_reference_and_totals_is_adopted():
    vendor = Vendor().on("GET", SEARCH, "order_search__one").on("GET", GET, "order_get__sale")

    found = connector(vendor).look_up([intent(sale())])[0]

    assert isinstance(found, Found)
    assert (found.external_ref, found.detail["rows"]) == ("1029", ROWS)
    assert vendor.query(0)["externalRef"] == "sitoo:R-1"
    assert vendor.query(0)["orderTypeId"] == "1"


def test_no_such_order_is_absent():
    vendor = Vendor().on("GET", SEARCH, "search__empty")

    assert connector(vendor).look_up([intent(sale())]) == [Absent()]


def test_a_reference_that_only_resembles_ours_is_not_ours():
    vendor = Vendor().on("GET", SEARCH, "order_search__one")

    assert connector(vendor).look_up([intent(sale(external_ref="SITOO:R-1"))]) == [Absent()]


def test_an_order_with_our_reference_and_other_totals_is_for_a_person():
    vendor = Vendor().on("GET", SEARCH, "order_search__one").on("GET", GET, "order_get__sale")

    verdict = connector(vendor).look_up([intent(sale(lines=(JACKET,)))])[0]

    assert isinstance(verdict, Unclear)
    assert "115.00" in verdict.reason


def test_two_orders_with_our_reference_are_for_a_person():
    body = fixture("order_search__one")
    body["response"]["results"].append([1030, 1, "sitoo:R-1", None])
    vendor = Vendor().on("GET", SEARCH, answer(body))

    assert isinstance(connector(vendor).look_up([intent(sale())])[0], Unclear)


def test_an_order_that_is_listed_but_not_shown_is_for_a_person():
    vendor = Vendor().on("GET", SEARCH, "order_search__one")
    vendor.on("GET", GET, answer({"response": []}))

    assert isinstance(connector(vendor).look_up([intent(sale())])[0], Unclear)


def test_an_order_that_changed_its_shape_is_for_a_person():
    vendor = Vendor().on("GET", SEARCH, "order_search__one")
    vendor.on("GET", GET, answer({"response": [{"id": 1029}]}))

    assert isinstance(connector(vendor).look_up([intent(sale())])[0], Unclear)


def test_many_orders_are_looked_for_in_one_window_and_only_the_missing_one_by_one():
    vendor = Vendor().on("GET", SEARCH, "order_search__one", "search__empty")
    vendor.on("GET", GET, "order_get__sale")
    wanted = [
        intent(sale(external_ref=f"sitoo:R-{number}"), f"k{number}", since=NOW)
        for number in (1, 2, 3)
    ]

    verdicts = connector(vendor).look_up(wanted)

    assert [type(each) for each in verdicts] == [Found, Absent, Absent]
    start = NOW - timedelta(minutes=5)
    assert vendor.query(0)["createdOn"] == f"{start:%Y-%m-%dT%H:%M:%S}.000Z/"
    assert vendor.asked() == [f"GET {SEARCH}"] * 3 + [f"GET {GET}"]


def test_long_after_the_first_attempt_each_order_is_asked_for_by_its_reference():
    vendor = Vendor().on("GET", SEARCH, "search__empty")
    yesterday = NOW - timedelta(days=1)
    wanted = [intent(sale(), str(number), since=yesterday) for number in range(3)]

    assert connector(vendor).look_up(wanted) == [Absent()] * 3
    assert all("createdOn" not in vendor.query(index) for index in range(3))


def test_one_order_of_another_shape_does_not_hide_the_verdict_on_others():
    def found(request: httpx.Request) -> httpx.Response:
        body = fixture("order_search__one")
        reference = request.url.params["externalRef"]
        body["response"]["results"] = [[int(reference[-4:]), 1, reference, None]]
        return answer(body)

    vendor = Vendor().on("GET", SEARCH, found).on("GET", GET, "order_get__sale")
    broken = answer({"response": [{"id": 1030}]})
    vendor.on("GET", "/order-service/order/1029-1030", broken)
    vendor.on("GET", "/order-service/order/1030", broken)
    good, bad = (
        intent(sale(external_ref=f"x:{number}"), str(number)) for number in ("1029", "1030")
    )

    verdicts = connector(vendor).look_up([good, bad])

    assert [type(each) for each in verdicts] == [Found, Unclear]


# Reading back.


def test_an_order_that_is_as_meant_gives_its_rows():
    answered = read_back("order_get__sale")

    assert answered.is_equal
    assert answered.detail["rows"] == ROWS


def test_an_order_keeps_each_row_as_it_stands_there_with_the_line_that_we_meant():
    answered = read_back(rows(row_396={"externalRef": "", "productSku": "OTHER"}))

    assert [row[0] for row in answered.detail["read"]] == list(ROWS)
    assert answered.detail["read"][0][1] == "OTHER"


def test_rows_without_our_reference_are_known_by_product_and_quantity():
    answered = read_back(rows(row_396={"externalRef": ""}, row_397={"externalRef": ""}))

    assert answered.is_equal
    assert answered.detail["rows"] == ROWS


def test_an_order_that_is_not_there_is_missing():
    assert read_back(answer({"response": []})).missing


def test_an_order_whose_rows_are_not_visible_yet_is_not_judged():
    assert read_back(changed(orderRows={})) is None


def test_an_order_that_cannot_be_read_is_not_judged():
    assert read_back(answer({"response": [{"id": 1029}]})) is None


WRONG_TAX = {"rowNet": {"value": "15.00"}, "rowTax": {"value": "3.01"}}
AMOUNT = {"rowNet": {"value": "14.9999"}, "rowTax": {"value": "3.00"}}


@pytest.mark.parametrize(
    ("reply", "field", "is_money"),
    [
        pytest.param(rows(row_397={"productId": 1000}), "product", False, id="free text instead"),
        pytest.param(rows(row_397={"quantity": {"magnitude": "1"}}), "quantity", False, id="units"),
        pytest.param(rows(row_397={"rowValue": AMOUNT}), "net", True, id="a hundredth of a penny"),
        pytest.param(changed(warehouseId=3), "warehouse", False, id="another warehouse"),
        pytest.param(
            changed(currency={"orderCurrencyCode": "EUR"}), "currency", True, id="another currency"
        ),
        pytest.param(rows(row_397={"rowValue": WRONG_TAX}), "tax", True, id="a penny of tax"),
    ],
)
def test_a_silent_substitution_is_told(reply, field, is_money):
    difference = read_back(reply).differences[0]

    assert field in difference.field
    assert difference.is_money is is_money


def test_a_missing_line_and_a_strange_one_are_both_told():
    strange = fixture("order_get__sale")["response"][0]["orderRows"]["397"]
    strange |= {"externalRef": "", "productId": 9, "productSku": "HAT"}

    differences = read_back(rows(row_397=None, row_500=strange)).differences

    assert [(d.field, d.meant, d.found) for d in differences] == [
        ("lines[SOCK-HK]", "2 for 15", "none"),
        ("lines[HAT]", "none", "2 for 15"),
    ]
    assert all(d.is_money for d in differences)


def test_children_of_a_bundle_are_not_strange():
    child = fixture("order_get__sale")["response"][0]["orderRows"]["397"]
    child |= {"externalRef": "", "productId": 9, "composition": {"bundleChild": True}}

    assert read_back(rows(row_500=child)).is_equal


def test_other_totals_are_a_difference_of_money():
    totals = {"net": "115.00", "taxAmount": "22.99", "total": "137.99"}

    differences = read_back(changed(totalValue=totals)).differences

    assert [(d.field, d.meant, d.found) for d in differences] == [
        ("tax", "23.00", "22.99"),
        ("gross", "138.00", "137.99"),
    ]


def test_amounts_finer_than_a_penny_may_be_rounded_there():
    fine = SOCKS.model_copy(update={"net": Decimal("15.0049"), "tax": Decimal("3.0010")})
    value = {"rowNet": {"value": "15.0049"}, "rowTax": {"value": "3.00"}}
    reply = rows(row_397={"rowValue": value})

    assert read_back(reply, sale(lines=(JACKET, fine))).is_equal


def test_orders_and_their_closing_are_read_in_one_request():
    vendor = Vendor().on("GET", GET, changed(state={"tax": "INVOICED"}))
    order, close = intent(sale(), "a"), intent(closing(), "b", order="1029")

    answers = connector(vendor).read_back([Posted(order, "1029"), Posted(close, "1029")])

    assert [each.is_equal for each in answers] == [True, True]
    assert len(vendor.requests) == 1


def test_a_credit_of_another_sale_is_told():
    body = fixture("order_get__sale")
    body["response"][0]["parentOrderId"] = 7
    vendor = Vendor().on("GET", GET, answer(body))
    wanted = intent(credit(lines=(JACKET, SOCKS)), original_order="1020")

    (difference,) = connector(vendor).read_back([Posted(wanted, "1029")])[0].differences

    assert (difference.field, difference.meant, difference.found) == ("original order", "1020", "7")


def test_the_memory_of_shoppers_is_bounded(monkeypatch):
    from integrations.connectors.brightpearl import account

    monkeypatch.setattr(account, "CONTACTS_KEPT", 1)
    vendor = Vendor().on("GET", CONTACTS, contacts((8, "ann@shop.example"), (9, "bo@shop.example")))
    vendor.on("POST", ORDER, answer({"response": 1029}))
    sink = connector(vendor)

    for email in ("ann@shop.example", "bo@shop.example", "ann@shop.example"):
        sink.send([intent(sale(contact_id="", customer=Customer(email=email)))])

    assert vendor.asked().count(f"GET {CONTACTS}") == 3
