"""Lines and money of both systems side by side: what differs is marked, what is missing is said."""

from decimal import Decimal
from typing import Any

import pytest

from integrations.public import (
    Connection,
    Document,
    DocumentLine,
    DocumentLink,
    DocumentTender,
    Transfer,
)
from monitoring.pages.trace_sides import sides

SOCKS = ["1", "SOCK", "2", "10.00", "2.00"]


def line(line_id: str = "1", **fields: Any) -> DocumentLine:
    plain = {"sku": "SOCK", "name": "Socks", "quantity": Decimal(2)}
    return DocumentLine(line_id=line_id, net=Decimal(10), tax=Decimal(2), **plain | fields)


def order(*line_ids: str, state: str = "posted") -> Transfer:
    sent = {"quantity": "2", "net": "10.00", "tax": "2.00", "sku": "SOCK", "name": "Socks"}
    lines = [{**sent, "line_id": line_id} for line_id in line_ids]
    erp = Connection(label="Brightpearl")
    return Transfer(link_kind="order", state=state, payload={"lines": lines}, connection=erp)


def compared(*lines: DocumentLine, sent: Any = None, read: Any = None, **fields: Any) -> Any:
    document = Document(currency="GBP", net=10, tax=2, gross=12, units=2)
    links = [DocumentLink(kind="order", detail={"read": read})] if read else []
    given = {"tenders": [], "transfers": [sent or order("1")], "links": links}
    return sides(document, lines=lines, **given | fields)


def test_what_reads_back_as_it_was_sent_is_the_same_on_both_sides():
    found = compared(line(), read=[SOCKS])

    assert found.equal
    assert (found.system, found.state) == ("Brightpearl", "as read back")


@pytest.mark.parametrize(
    ("row", "differs"),
    [
        (["1", "SOCK", "1", "10.00", "2.00"], {"quantity"}),
        (["1", "SOCK", "2", "9.99", "2.00"], {"net"}),
        (["1", "SOCK", "2", "10.00", "2.01"], {"tax"}),
        (["1", "SOCK", "2", "10.004", "1.996"], set()),
        (["1", "OTHER", "2", "10.00", "2.00"], set()),
    ],
    ids=["units", "a penny of net", "a penny of VAT", "finer than a penny", "another name"],
)
def test_each_figure_that_disagrees_is_marked(row, differs):
    (pair,) = compared(line(), read=[row]).lines

    assert pair.differs == differs
    assert pair.there_name == ("OTHER" if row[1] == "OTHER" else "")


def test_totals_that_differ_are_marked_too():
    found = compared(line(), read=[["1", "SOCK", "2", "9.00", "2.00"]])

    assert found.differs == {"net"}
    assert not found.equal


def test_a_line_that_did_not_arrive_and_one_that_nobody_meant_are_said():
    missing, strange = compared(line(), read=[["", "MISC", "1", "10", "2"]]).lines

    assert (missing.there, missing.differs) == (None, {"missing"})
    assert (strange.till, strange.name, strange.note) == (None, "MISC", "nobody meant this line")


def test_a_line_that_we_added_stands_beside_nothing_at_the_till():
    _, rounding = compared(line(), sent=order("1", "rounding"), read=[SOCKS]).lines

    assert (rounding.till, rounding.note) == (None, "added, so that the totals agree")


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        ({"transfers": []}, "not sent yet"),
        ({"transfers": [order("1", state="ready")]}, "not sent yet"),
        ({"transfers": [order("1")]}, "sent, not read back yet"),
    ],
)
def test_what_was_not_read_back_claims_nothing(sent, state):
    found = compared(line(), **sent)

    assert (found.state, found.there, found.equal) == (state, None, False)
    assert found.lines[0].differs == frozenset()


def paid(**fields: Any) -> Any:
    tender = DocumentTender(index=0, name="Card", amount=Decimal(12), reference="P-1")
    return compared(line(), tenders=[tender], **fields).tenders[0]


def test_a_payment_is_compared_with_what_was_sent_not_with_the_rounded_till():
    sent = Transfer(link_kind="payment:0", payload={"amount": "11.99"}, state="posted")
    kept = DocumentLink(kind="payment:0", detail={"read": ["CARD", "11.99", "GBP"]})

    found = paid(transfers=[order("1"), sent], links=[kept])

    assert (found.there, found.method, found.differs) == (Decimal("11.99"), "CARD", False)


def test_a_payment_that_differs_is_marked():
    sent = Transfer(link_kind="payment:0", payload={"amount": "12"}, state="posted")
    kept = DocumentLink(kind="payment:0", detail={"read": ["CARD", "1.20", "GBP"]})

    assert paid(transfers=[order("1"), sent], links=[kept]).differs


def test_without_a_payment_of_its_own_the_money_is_in_the_journal_of_the_day():
    assert paid().state == "in the journal of the day"
    assert paid(transfers=[]).state == "not sent yet"
