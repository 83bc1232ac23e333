"""Who gets in, how fast, and in which words a stranger is refused."""

from datetime import timedelta

import pytest

from integrations.sandbox.core.faults import Fault
from tests.integrations.sandbox.sitoo.kit import Shop


@pytest.fixture
def shop():
    return Shop()


def test_a_wrong_password_is_refused(shop):
    answer = shop.call("GET", "/orders.json", user="99900-1:wrong")

    assert answer.status == 401
    assert answer.json() == {"statuscode": 401, "errortext": "Authorization failed."}


def test_the_json_suffix_is_optional(shop):
    assert shop.get("/sites/1/stores.json") == shop.get("/sites/1/stores")


@pytest.mark.parametrize("path", ["/sites/7/stores.json", "/sites/1/stores/99.json", "/nowhere"])
def test_what_does_not_exist_is_not_found(shop, path):
    answer = shop.call("GET", path)

    assert answer.status == 404
    assert answer.json()["errortext"] == "Resource not found."


def test_the_guid_form_of_a_site_finds_nothing_instead_of_failing(shop):
    found = shop.get("/sites/{3CCB9848-155A-49E1-7CA8-5F7F78FC3067}/stores.json")

    assert found == {"totalcount": 0, "items": []}


def test_a_second_request_in_flight_is_too_many(shop):
    tills = shop.sandbox.sitoo
    first = shop.request("GET", "/orders.json")
    assert tills.admit(first) is None

    refused = tills.admit(shop.request("GET", "/orders.json"))

    assert refused.status == 429
    assert refused.json()["errortext"] == "Too many connections"
    assert refused.headers["retry-after"] == "1"


def test_another_api_user_may_call_meanwhile(shop):
    tills = shop.sandbox.sitoo
    tills.admit(shop.request("GET", "/orders.json"))

    assert tills.admit(shop.request("GET", "/orders.json", user="99900-2:sandbox-till-2")) is None


def test_a_finished_request_makes_room_for_the_next(shop):
    assert shop.call("GET", "/orders.json").status == 200
    assert shop.call("GET", "/orders.json").status == 200


def test_the_concurrency_rule_can_be_switched_off(shop):
    shop.sandbox.sitoo.configure({"concurrent": None})
    shop.sandbox.sitoo.admit(shop.request("GET", "/orders.json"))

    assert shop.call("GET", "/orders.json").status == 200


def test_a_used_up_window_says_when_to_come_back(shop):
    shop.sandbox.sitoo.configure({"per_minute": 2})
    shop.clock.advance(timedelta(seconds=20))
    shop.call("GET", "/orders.json")
    last = shop.call("GET", "/orders.json")

    refused = shop.call("GET", "/orders.json")

    assert last.headers["x-rate-limit-remaining"] == "0"
    assert (refused.status, refused.headers["retry-after"]) == (429, "40")


def test_the_next_minute_is_a_new_window(shop):
    shop.sandbox.sitoo.configure({"per_minute": 1})
    shop.call("GET", "/orders.json")
    shop.clock.advance(timedelta(minutes=1))

    assert shop.call("GET", "/orders.json").status == 200


def test_without_a_limit_nothing_is_said_about_it(shop):
    shop.sandbox.sitoo.configure({"per_minute": None})

    headers = shop.call("GET", "/orders.json").headers

    assert not any(name.startswith("x-rate-limit") for name in headers)


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.THROTTLE, 429), (Fault.HTTP_500, 500), (Fault.HTTP_503, 503)]
)
def test_an_injected_failure_speaks_sitoo(shop, fault, status):
    answer = shop.sandbox.sitoo.refuse(fault)

    assert answer.status == answer.json()["statuscode"] == status


@pytest.mark.parametrize("limits", [{"per_second": 3}, {"per_minute": 0}, {"concurrent": "2"}])
def test_a_limit_that_makes_no_sense_is_refused(shop, limits):
    with pytest.raises(ValueError):
        shop.sandbox.sitoo.configure(limits)
