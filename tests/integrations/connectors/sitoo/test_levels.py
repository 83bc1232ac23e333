from datetime import timedelta
from decimal import Decimal

import httpx
import pytest

from integrations.canonical.effects import SetLevel
from integrations.connectors.errors import (
    AmbiguousError,
    NotFoundError,
    RejectedError,
    SchemaChangedError,
    ThrottledError,
    UnauthorisedError,
    UnavailableError,
)
from integrations.connectors.sitoo.levels import external_id
from integrations.ports import Absent, Done, Failed, Found, Intent, Posted, Unclear
from tests.integrations.connectors.kit import NOW
from tests.integrations.connectors.sitoo.till import Queue, Till, fixture, listed, refused

FIFO, VIRTUAL = "3", "7"
WAREHOUSES = "GET /sites/1/warehouses.json"
MOVES = "/sites/1/warehousetransactions.json"
PLACES = listed(
    {"warehouseid": 3, "warehousetype": 10, "name": "Leeds"},
    {"warehouseid": 7, "warehousetype": 20, "name": "York"},
)


def items(number):
    return f"/sites/1/warehouses/{number}/warehouseitems.json"


def row(sku, total, available=None):
    return {"sku": sku, "decimaltotal": total, "decimalavailable": available or total}


def intent(sku="A", level="5", location=VIRTUAL, key="", since=None):
    effect = SetLevel(location_code=location, sku=sku, level=Decimal(level))
    return Intent(key=key or f"level-{location}-{sku}", effect=effect, since=since)


def accepted(*numbers):
    return [{"statuscode": 200, "return": number} for number in numbers]


def till(**answers):
    named = {"put": f"PUT {items(VIRTUAL)}", "have": f"GET {items(FIFO)}", "post": f"POST {MOVES}"}
    return Till({WAREHOUSES: PLACES, **{named[name]: answers[name] for name in answers}})


# --- reading --------------------------------------------------------------------------------------


def test_levels_are_read_in_bulk_and_what_is_not_answered_is_left_out():
    shop = Till({f"GET {items(3)}": fixture("warehouseitems__two_skus")})

    found = shop.connector.levels(["3"], [("RJ-NVY-M", ""), ("SOCK-HK", ""), ("NOPE", "")])

    assert shop.queries(f"GET {items(3)}")[0]["sku"] == "RJ-NVY-M,SOCK-HK,NOPE"
    assert [(level.sku, level.on_hand, level.sellable) for level in found] == [
        ("RJ-NVY-M", Decimal("14.000"), Decimal("13.000")),
        ("SOCK-HK", Decimal("-2.000"), Decimal("-2.000")),
    ]


def test_a_hundred_skus_are_asked_for_at_once():
    shop = Till({f"GET {items(3)}": listed()})

    shop.connector.levels(["3"], [(f"S{n}", "") for n in range(250)])

    sizes = [len(query["sku"].split(",")) for query in shop.queries(f"GET {items(3)}")]
    assert sizes == [100, 100, 50]


def test_a_whole_catalogue_is_read_page_by_page_instead():
    pages = Queue([listed(row("S1", "1.000"), total=2), listed(row("OTHER", "2.000"), total=2)])
    shop = Till({f"GET {items(3)}": pages})

    found = shop.connector.levels(["3"], [(f"S{n}", "") for n in range(1001)])

    assert [level.sku for level in found] == ["S1"]
    assert [query["start"] for query in shop.queries(f"GET {items(3)}")] == ["0", "1"]


def test_a_sku_that_sitoo_cannot_be_asked_for_is_left_out():
    shop = Till({f"GET {items(3)}": listed()})

    shop.connector.levels(["3"], [("A,B", ""), ("A+B/C", "")])

    assert shop.queries(f"GET {items(3)}")[0]["sku"] == "A+B/C"
    assert b"sku=A%2BB/C" in shop.asked[0].url.raw_path


# --- Virtual: absolute levels ---------------------------------------------------------------------


def test_levels_of_a_warehouse_go_in_one_request():
    shop = till(put=accepted(101, 102))

    outcomes = shop.connector.send([intent("A", "5"), intent("B", "0.5")])

    assert shop.bodies(f"PUT {items(VIRTUAL)}") == [
        [{"sku": "A", "decimaltotal": "5.000"}, {"sku": "B", "decimaltotal": "0.500"}]
    ]
    assert outcomes[0] == Done("7/A", {"warehouseitemid": 101})
    call = shop.desk.recorder.calls[-1]
    assert (call.keys, call.messages) == (("level-7-A", "level-7-B"), 2)


def test_a_refused_row_fails_alone():
    rows = [*accepted(101), {"statuscode": 400, "errortext": "Invalid value in sku (B)"}]
    shop = till(put=rows)

    good, bad = shop.connector.send([intent("A"), intent("B")])

    assert isinstance(good, Done)
    assert isinstance(bad, Failed)
    assert type(bad.error) is RejectedError
    assert "Invalid value in sku (B)" in bad.error.sentence


def test_a_row_that_failed_inside_may_be_sent_again():
    shop = till(put=[{"statuscode": 500, "errortext": "Internal error"}])

    (outcome,) = shop.connector.send([intent()])

    assert isinstance(outcome.error, UnavailableError)


def test_five_hundred_levels_go_at_once_and_types_are_read_once():
    shop = till(put=lambda request: accepted(*range(request.content.count(b"sku"))))

    shop.connector.send([intent(f"S{n}") for n in range(501)])
    shop.connector.send([intent("Z")])

    sizes = [len(body) for body in shop.bodies(f"PUT {items(VIRTUAL)}")]
    assert sizes == [500, 1, 1]
    assert shop.calls().count(WAREHOUSES) == 1
    assert shop.connector.batch_size("set-level") == 500


def test_two_levels_for_one_sku_go_one_after_the_other():
    shop = till(put=Queue([accepted(1), accepted(1)]))

    shop.connector.send([intent("A", "5", key="k1"), intent("A", "6", key="k2")])

    assert [body[0]["decimaltotal"] for body in shop.bodies(f"PUT {items(VIRTUAL)}")] == [
        "5.000",
        "6.000",
    ]


@pytest.mark.parametrize("answer", [True, accepted(1, 2), [{"sku": "A"}]])
def test_an_answer_that_is_not_row_by_row_is_a_changed_schema(answer):
    (outcome,) = till(put=answer).connector.send([intent()])

    assert isinstance(outcome.error, SchemaChangedError)


def test_an_unknown_warehouse_fails_only_its_own_levels():
    shop = till(put=accepted(1))

    lost, kept = shop.connector.send([intent(location="99"), intent()])

    assert isinstance(lost.error, NotFoundError)
    assert isinstance(kept, Done)


def test_a_lost_reply_to_an_absolute_level_is_simply_sent_again():
    shop = till(put=httpx.ReadTimeout("slow"))

    with pytest.raises(UnavailableError):
        shop.connector.send([intent()])
    assert shop.connector.look_up([intent()]) == [Absent()]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(refused(429, "Too many"), ThrottledError), (refused(401, "No"), UnauthorisedError)],
)
def test_trouble_before_anything_was_applied_is_for_the_whole_call(answer, kind):
    shop = till(put=answer)

    with pytest.raises(kind):
        shop.connector.send([intent("A"), intent("B")])


def test_trouble_half_way_is_told_item_by_item_and_nothing_more_is_sent():
    shop = till(put=Queue([accepted(*range(500)), refused(429, "Too many")]))

    outcomes = shop.connector.send([intent(f"S{n}") for n in range(1200)])

    assert all(isinstance(outcome, Done) for outcome in outcomes[:500])
    assert all(isinstance(outcome.error, ThrottledError) for outcome in outcomes[500:])
    assert shop.calls().count(f"PUT {items(VIRTUAL)}") == 2


def test_a_warehouse_that_changed_its_type_is_looked_at_again():
    shop = till(put=Queue([refused(400, "Read only"), accepted(1)]))

    (refusal,) = shop.connector.send([intent()])
    shop.connector.send([intent()])

    assert type(refusal.error) is RejectedError
    assert shop.calls().count(WAREHOUSES) == 2


# --- FIFO: movements ------------------------------------------------------------------------------


def test_a_fifo_warehouse_gets_the_difference_as_a_movement():
    shop = till(have=listed(row("A", "2.000"), row("B", "9.000")), post=accepted(901, 902, 903))
    intents = [intent(sku, "5", FIFO) for sku in ("A", "B", "NEW")]

    outcomes = shop.connector.send(intents)

    (moves,) = shop.bodies(f"POST {MOVES}")
    assert [(move["transactiontype"], move["items"]) for move in moves] == [
        (10, [{"sku": "A", "decimalquantity": "3.000"}]),
        (20, [{"sku": "B", "decimalquantity": "-4.000"}]),
        (10, [{"sku": "NEW", "decimalquantity": "5.000"}]),
    ]
    assert [move["externalid"] for move in moves] == ["level-3-A", "level-3-B", "level-3-NEW"]
    assert outcomes[1] == Done("902", {"delta": "-4.000"})


def test_what_is_right_already_is_not_moved():
    shop = till(have=listed(row("A", "5.000")))

    assert shop.connector.send([intent("A", "5", FIFO)]) == [Done("3/A", {"delta": "0"})]
    assert f"POST {MOVES}" not in shop.calls()


def test_a_lost_reply_to_a_movement_leaves_it_open_and_stops_the_rest():
    many = [intent(f"S{n}", "1", FIFO) for n in range(101)]
    shop = till(have=listed(), post=httpx.ReadTimeout("slow"))

    outcomes = shop.connector.send(many)

    assert all(isinstance(outcome.error, AmbiguousError) for outcome in outcomes[:100])
    assert isinstance(outcomes[100].error, UnavailableError)


@pytest.mark.parametrize("answer", [True, accepted(1, 2)])
def test_an_odd_answer_to_a_movement_leaves_it_open(answer):
    (outcome,) = till(have=listed(), post=answer).connector.send([intent("A", "1", FIFO)])

    assert isinstance(outcome.error, AmbiguousError)


def test_a_movement_refused_as_a_whole_makes_us_look_at_the_type_again():
    shop = till(have=listed(), post=refused(400, "Not allowed"))

    shop.connector.send([intent("A", "1", FIFO)])
    (outcome,) = shop.connector.send([intent("A", "1", FIFO)])

    assert type(outcome.error) is RejectedError
    assert shop.calls().count(WAREHOUSES) == 2


def test_a_movement_that_failed_inside_is_looked_up_before_it_is_sent_again():
    failed = [{"statuscode": 500, "errortext": "Internal error"}]
    (outcome,) = till(have=listed(), post=failed).connector.send([intent("A", "1", FIFO)])

    assert isinstance(outcome.error, AmbiguousError)


# --- looking up -----------------------------------------------------------------------------------


def moved(number, key, sku="A"):
    return {
        "warehousetransactionid": number,
        "warehouseid": 3,
        "datecreated": 1795165200,
        "transactiontype": 10,
        "externalid": key,
        "items": [{"sku": sku, "decimalquantity": "3.000"}],
    }


def looked_up(*rows, since=NOW):
    shop = Till({WAREHOUSES: PLACES, f"GET {MOVES}": listed(*rows)})
    wanted = intent("A", "5", FIFO, key="mine", since=since)
    return shop, shop.connector.look_up([wanted, intent("B", "1", VIRTUAL)])


def test_our_movement_is_found_by_its_key():
    shop, answers = looked_up(moved(901, None), moved(902, "mine"), moved(903, "theirs"))

    assert answers == [Found("902", {"delta": "3.000"}), Absent()]
    (query,) = shop.queries(f"GET {MOVES}")
    assert query["warehouseid"] == "3"
    assert query["datecreatedfrom"] == str(int((NOW - timedelta(minutes=5)).timestamp()))


def test_a_movement_that_is_not_there_is_absent():
    assert looked_up()[1][0] == Absent()


@pytest.mark.parametrize(
    "rows", [(moved(1, "mine"), moved(2, "mine")), (moved(1, "mine", sku="OTHER"),)]
)
def test_several_matches_or_another_one_are_for_a_person(rows):
    assert isinstance(looked_up(*rows)[1][0], Unclear)


def test_without_a_first_attempt_we_look_back_a_week():
    shop, _ = looked_up(since=None)

    week = NOW - timedelta(days=7, minutes=5)
    assert shop.queries(f"GET {MOVES}")[0]["datecreatedfrom"] == str(int(week.timestamp()))


def test_a_level_for_a_warehouse_that_is_gone_is_absent():
    shop = Till({WAREHOUSES: listed()})

    assert shop.connector.look_up([intent()]) == [Absent()]


def test_a_long_key_becomes_a_short_name_that_stays_the_same():
    key = "stock-to-channel:sitoo:LDS01:" + "X" * 50

    assert external_id("short-key_1") == "short-key_1"
    assert external_id(key) == external_id(key) != external_id(key + "Y")
    assert len(external_id(key)) == 40


def test_levels_are_not_read_back():
    assert Till({}).connector.read_back([Posted(intent(), "7/A")]) == [None]
