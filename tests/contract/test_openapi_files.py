"""The validator on tiny files of an invented vendor."""

from decimal import Decimal

import pytest

from tests.contract.bigcommerce import known_fault
from tests.contract.exchanges import NOT_DESCRIBED, Exchange, check
from tests.contract.openapi import Specs

PARCELS = """
openapi: 3.0.0
servers: [{url: 'https://api.example.com/depots/{depot}/v1'}]
paths:
  /parcels:
    get:
      parameters:
        - {name: Accept, in: header, required: true, schema: {type: string}}
        - {name: limit, in: query, schema: {type: integer, maximum: 250}}
        - {name: 'state:in', in: query, schema: {type: array, items: {enum: [packed, sent]}}}
      responses:
        '200':
          content:
            application/json:
              schema: {type: array, items: {$ref: '#/components/schemas/parcel'}}
    post:
      requestBody:
        required: true
        content:
          application/json:
            schema: {$ref: '#/components/schemas/order'}
      responses:
        '201': {content: {application/json: {schema: {$ref: '#/components/schemas/parcel'}}}}
  /parcels/{id}:
    get:
      responses:
        '200': {content: {application/json: {schema: {$ref: '#/components/schemas/parcel'}}}}
  /parcels/count:
    get:
      responses:
        '200': {content: {application/json: {schema: {type: object, required: [count]}}}}
components:
  schemas:
    order:
      type: object
      required: [lines]
      properties:
        lines: {type: array, minItems: 1, items: {$ref: '#/components/schemas/line'}}
        note: {type: string, maxLength: 5}
    line:
      oneOf:
        - {type: object, required: [sku], properties: {sku: {type: string}}}
        - {type: object, required: [id], properties: {id: {type: integer}}}
    parcel:
      allOf:
        - {type: object, required: [id], properties: {id: {type: integer}}}
        - type: object
          properties:
            weight: {type: number}
            sent_at: {type: string, nullable: true}
            inside: {type: array, items: {$ref: '#/components/schemas/parcel'}}
"""


@pytest.fixture
def specs(tmp_path):
    (tmp_path / "parcels.yml").write_text(PARCELS)
    return Specs(tmp_path)


def get(path="/parcels", answer=None, *, query=(), status=200, headers=("accept",)):
    found = {name: "application/json" for name in headers}
    return Exchange("GET", f"/sandbox/depots/d1/v1{path}", query, found, None, status, answer)


def post(body, answer=None, status=201):
    path = "/depots/d1/v1/parcels"
    return Exchange("POST", path, (), {}, body, status, answer)


def places(specs, exchange):
    return [f"{problem.where} {problem.says}" for problem in check(specs, exchange)[1]]


GOOD = {"id": 7, "weight": Decimal("1.5"), "sent_at": None, "extra": "is kept"}


def test_a_call_that_fits_has_no_problems(specs):
    exchange = get(answer=[GOOD], query=(("limit", "50"), ("state:in", "packed,sent")))

    assert check(specs, exchange) == ("GET /depots/{depot}/v1/parcels", [])


def test_the_path_with_fewer_variables_is_meant(specs):
    assert check(specs, get("/parcels/count", {"count": 1}))[0].endswith("/parcels/count")
    assert check(specs, get("/parcels/7", GOOD))[0].endswith("/parcels/{id}")


@pytest.mark.parametrize(
    ("exchange", "problem"),
    [
        (get("/pallets"), f"path {NOT_DESCRIBED}"),
        (get(headers=()), "header.Accept is missing"),
        (get(query=(("limit", "many"),)), "query.limit is text, not integer"),
        (get(query=(("limit", "251"),)), "query.limit is over the maximum 250"),
        (get(query=(("sort", "id"),)), "query.sort is not declared"),
        (get(query=(("state:in", "lost"),)),
         "query.state:in[0] is 'lost', which is not in the enum"),
        (get(answer={}), "answer is an object, not array"),
        (get(answer=[{"weight": 1}]), "answer[0].id is missing"),
        (get(answer=[GOOD | {"id": "7"}]), "answer[0].id is text, not integer"),
        (get(answer=[GOOD | {"id": True}]), "answer[0].id is a boolean, not integer"),
        (get(answer=[GOOD | {"weight": None}]), "answer[0].weight is null"),
        (get(answer=[GOOD | {"inside": [{"id": "x"}]}]),
         "answer[0].inside[0].id is text, not integer"),
        (get(status=204), "answer 204 is not described"),
        (post(None), "request is missing"),
        (post({}), "request.lines is missing"),
        (post({"lines": []}), "request.lines breaks minItems 1"),
        (post({"lines": [{}]}), "request.lines[0] fits none of oneOf"),
        (post({"lines": [{"id": 1, "sku": "A"}]}), "request.lines[0] fits 2 of oneOf"),
        (post({"lines": [{"id": 1}], "note": "too long"}), "request.note breaks maxLength 5"),
        (post({"lines": [{"id": 1}], "speed": 9}), "request.speed is not declared"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_does_not_fit_is_named(specs, exchange, problem):
    assert places(specs, exchange) == [problem]


def test_an_error_that_is_not_described_is_the_vendors_omission(specs):
    assert places(specs, get(status=429, answer={"title": "Too many requests"})) == []


def test_a_folder_without_files_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no OpenAPI files"):
        Specs(tmp_path)


def test_a_known_fault_is_known_only_where_it_is():
    sort = ("GET /stores/{store_hash}/v2/orders", "query.sort")

    assert known_fault(*sort)
    assert not known_fault(sort[0], "query.limit")
