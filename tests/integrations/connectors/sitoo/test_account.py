import httpx
import pytest
from pydantic import ValidationError

from integrations.connectors.registry import SYSTEMS, system
from integrations.connectors.sitoo.config import SitooConfig
from integrations.connectors.sitoo.spec import SPEC
from integrations.ports import Choice
from tests.integrations.connectors.sitoo.till import Till, listed, refused

SITES = "GET /sites.json"
SITE = "/sites/1"


def probe(answer, **settings):
    return Till({SITES: answer}, **settings).connector.check()


def at(date):
    return httpx.Response(200, headers={"Date": date}, json=listed({"eshopid": 1}))


def test_a_good_connection_says_so():
    found = probe(listed({"eshopid": 1}))

    assert (found.ok, found.sentence, found.facts) == (True, "Sitoo answers.", {"site": "1"})


def test_the_clocks_are_compared():
    found = probe(at("Fri, 20 Nov 2026 09:00:02 GMT"))

    assert (found.ok, found.facts["clock"]) == (True, "2 s ahead of ours")


def test_a_clock_that_is_wrong_is_said_so():
    found = probe(at("Fri, 20 Nov 2026 08:58:00 GMT"))

    assert (found.ok, found.facts["clock"]) == (False, "120 s behind ours")
    assert "120 s apart" in found.sentence


def test_another_site_is_named():
    assert "It has no site" not in probe(listed({"eshopid": 1})).sentence
    assert probe(listed({"eshopid": 4}), site_id=2).sentence == (
        "Sitoo has no site 2 here; it has: 4."
    )


@pytest.mark.parametrize(
    ("answer", "part"),
    [
        (refused(401, "Authorization failed."), "refused our credentials"),
        (httpx.ConnectError("no"), "cannot be reached"),
        ({"sites": []}, "changed the shape"),
    ],
)
def test_a_bad_connection_is_a_sentence_and_never_an_error(answer, part):
    found = probe(answer)

    assert not found.ok
    assert part in found.sentence


def choices(kind, path, answer):
    return list(Till({f"GET {path}.json": answer}).connector.choices(kind))


def test_payment_types_go_by_the_name_that_receipts_carry():
    rows = [{"name": "Cash", "externalid": "CASH"}, {"name": "Klarna", "externalid": None}]

    assert choices("payment-types", f"{SITE}/pospaymenttypes", rows) == [
        Choice("Cash", "Cash (CASH)"),
        Choice("Klarna", "Klarna"),
    ]


def test_stores_go_by_their_external_id():
    rows = listed(
        {"storeid": 1, "name": "Leeds", "externalid": "LDS01"},
        {"storeid": 2, "name": "Nameless", "externalid": None},
    )

    assert choices("stores", f"{SITE}/stores", rows) == [Choice("LDS01", "Leeds")]


def test_warehouses_go_by_their_id():
    rows = listed({"warehouseid": 3, "warehousetype": 10, "name": "Leeds"})

    assert choices("warehouses", f"{SITE}/warehouses", rows) == [Choice("3", "Leeds")]


def test_reason_codes_have_names():
    rows = listed({"reasoncode": "102", "name": "Wrong size"}, {"reasoncode": "7", "name": None})

    assert choices("reason-codes", "/reasoncodes", rows) == [
        Choice("102", "Wrong size"),
        Choice("7", "7"),
    ]


def test_each_tax_rate_is_there_once():
    rows = listed(
        {"vatid": 2, "value": 20, "productgroupname": "Clothing"},
        {"vatid": 3, "value": 20, "productgroupname": "Shoes"},
        {"vatid": 4, "value": 0, "productgroupname": None},
    )

    assert choices("tax-rates", f"{SITE}/productgroups", rows) == [
        Choice("20", "20 % (Clothing, Shoes)"),
        Choice("0", "0 %"),
    ]


def test_a_list_that_sitoo_does_not_have_is_empty():
    assert list(Till({}).connector.choices("nominal-codes")) == []


def test_the_connector_can_be_closed():
    shop = Till({})
    shop.connector.close()

    with pytest.raises(RuntimeError):
        shop.connector.choices("stores")


def test_sitoo_is_a_till_that_takes_levels_and_products_one_request_at_a_time():
    shop = Till({}).connector

    assert SPEC.roles == {"pos"}
    assert (SPEC.rate_limit.requests, SPEC.rate_limit.concurrency) == (None, 1)
    assert shop.operations() == {"set-level", "put-product"}
    assert shop.visibility_lag().total_seconds() == 0


def test_every_credential_is_hidden_when_it_is_shown():
    assert set(SPEC.credentials) <= set(SitooConfig.model_fields)
    config = SitooConfig(base_url="https://x.example/v2/accounts/1", api_id="1-1", password="p4ss")
    assert "p4ss" not in repr(config)


@pytest.mark.parametrize(
    "url",
    [
        "https://api.mysitoo.com",
        "https://api.mysitoo.com/v2/accounts/",
        "https://api.mysitoo.com/v2/accounts/1?x=1",
        "ftp://api.mysitoo.com/v2/accounts/1",
    ],
)
def test_a_base_url_names_the_account(url):
    with pytest.raises(ValidationError):
        SitooConfig(base_url=url, api_id="1-1", password="p")


def test_systems_are_found_by_name():
    assert system("sitoo") is SPEC
    assert len({spec.slug for spec in SYSTEMS}) == len(SYSTEMS)


def test_an_unknown_system_is_told_what_there_is():
    with pytest.raises(ValueError, match="There are: sitoo"):
        system("abacus")
