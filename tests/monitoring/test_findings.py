"""The identity of a cause, and what every exception type must have."""

import pytest

from monitoring.detectors import DETECTORS
from monitoring.findings import fingerprint
from monitoring.runbooks import parse, render, runbook

TYPES = [detector.TYPE for detector in DETECTORS]


def test_the_same_cause_has_the_same_fingerprint():
    first = fingerprint("SKU_UNMAPPED", "link:a", "LB-1")

    assert first == fingerprint("SKU_UNMAPPED", "link:a", "LB-1")
    assert first != fingerprint("SKU_UNMAPPED", "link:b", "LB-1")


def test_long_subjects_that_differ_at_their_end_are_different_causes():
    first = fingerprint("SKU_UNMAPPED", "", "x" * 300 + "1")
    second = fingerprint("SKU_UNMAPPED", "", "x" * 300 + "2")

    assert first != second
    assert len(first) == len(second) == 200


def test_keys_and_codes_are_unique():
    assert len({each.key for each in TYPES}) == len({each.code for each in TYPES}) == len(TYPES)


@pytest.mark.parametrize("type", TYPES, ids=lambda each: each.key)
def test_every_type_says_whose_it_is_and_what_to_do_first(type):
    assert type.owner
    assert type.first_step.endswith(".")
    assert len(type.key) <= 30


@pytest.mark.parametrize("type", TYPES, ids=lambda each: each.key)
def test_every_type_has_a_runbook_with_the_four_sections(type):
    book = runbook(type.slug)

    assert book is not None
    assert book.title == type.title
    assert [section.title for section in book.sections] == [
        "What it means",
        "How to see it",
        "What to do",
        "When to escalate",
    ]


def test_a_runbook_cannot_put_markup_of_its_own_on_a_page():
    assert render("a <script> & `<b>`") == "<p>a &lt;script&gt; &amp; <code>&lt;b&gt;</code></p>"


def test_lists_and_wrapped_lines_are_understood():
    book = parse("# Title\n\nLead.\n\n## Do\n\n1. **One**\n   goes on\n2. Two\n- point\n")

    assert book.lead == "<p>Lead.</p>"
    assert book.sections[0].html == (
        "<ol><li><strong>One</strong> goes on</li><li>Two</li></ol><ul><li>point</li></ul>"
    )


def test_a_name_that_leaves_the_folder_is_no_runbook():
    assert runbook("../README") is None
