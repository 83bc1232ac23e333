from datetime import time

import pytest

from integrations.operating_model import OperatingModelError
from integrations.operating_model.templates import LINK_TEMPLATES
from tests.integrations.operating_model.kit import FILE, SYSTEMS, changed, complaints, read


def test_plain_values_are_text_until_the_schema_says_otherwise():
    model = read(FILE)

    rows = model.mappings["main"]["payment-type"]
    assert model.connections["tills"].settings["account"] == "0120"
    assert model.connections["tills"].settings["site_id"] == 2
    assert model.connections["ledger"].settings["bundle"] is False
    assert model.stores["YRK"].cut_off == time(4)
    assert [row.value for row in rows] == ["Cash", "NO"]
    assert rows[1].target == {"method": "NORD", "nominal": "0120"}


def test_a_repeated_key_is_refused_with_both_lines():
    text = changed("    role: pos\n", "    role: pos\n    role: erp\n")

    assert (
        complaints(text) == "shop.yaml:6 connections.tills.role: "
        "“role” is written twice, first in line 5. Remove one of them."
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a: &x 1\nb: *x", "Anchors and aliases (& and *) are not used here."),
        ("a: !!python/object/apply:os.system ['id']", "The tag"),
        ("a: !secret x", "The tag"),
        ("<<: {a: 1}", "A key must be plain text."),
        ("? [a]\n: b", "A key must be plain text."),
        ("a: " + "[" * 1000, "nested deeper than 12 levels"),
        ("a: [1", "This is not YAML"),
        ("a: \x07", "This is not YAML"),
        ("--- {a: 1}\n--- {b: 1}", "This is not YAML"),
        ("", "The file is empty."),
        ("- a", "must be a mapping"),
        ("a: " + "x" * 1_000_001, "larger than 1 MB"),
    ],
    ids=lambda value: value[:12].replace("\n", " "),
)
def test_what_could_surprise_is_refused(text, sentence):
    assert sentence in complaints(text)


def test_all_problems_are_told_at_once_with_their_lines():
    text = (
        FILE.replace("timezone: Europe/London", "timezone: Europe/Londn")
        .replace("cut_off: 04:00", "cutoff: 04:00")
        .replace("template: sitoo-brightpearl", "template: sitoo-brightperl")
        .replace("method: CASH", "metod: CASH")
    )

    lines = complaints(text).splitlines()

    assert [line.partition(": ")[0] for line in lines] == [
        "shop.yaml:21 stores.YRK.cutoff",
        "shop.yaml:21 stores.YRK.timezone",
        "shop.yaml:24 links.main.template",
        "shop.yaml:31 mappings.main.payment-type[0].metod",
        "shop.yaml:31 mappings.main.payment-type[0].method",
    ]
    assert "Did you mean “cut_off”?" in lines[0]
    assert "Did you mean “Europe/London”?" in lines[1]


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("GBP", "pounds", "three capital letters"),
        ("role: pos", "role: pso", "Did you mean “pos”?"),
        ("closes_at: 17:30", "closes_at: late", "Write a time such as 18:30."),
        ("2026-04-01", "April", "Write a date such as 2026-04-30."),
        ("default: 1", "default: -1", "Write 0 or more."),
        ("default: 1", "default: 0.00001", "at most 3 decimal places"),
        ("owner: ledger", "enabled: perhaps\n    owner: ledger", "Write true or false."),
        ("  main:\n    template", "  Main Link:\n    template", "Use small letters"),
        ("payment-type:", "payment-types:", "Did you mean “payment-type”?"),
        ("site_id: 2", "site_id: two", "Write a whole number."),
        ("site_id: 2", "shop_id: 2", "This key is not known. Did you mean “site_id”?"),
        ("account: 0120,", "", "settings.account: This is missing."),
        ("{password: env:TILL_PASSWORD}", "{}", "credentials.password: This is missing."),
        ("system: sitoo", "system: situ", "Did you mean “sitoo”?"),
        ("role: erp", "role: pos", "Brightpearl cannot play the part pos"),
        ("owner: ledger", "owner: leger", "There is no connection “leger”. Did you mean “ledger”?"),
        ("cadence", "cadence", ""),
    ][:-1],
)
def test_a_mistake_is_answered_with_what_to_write(old, new, sentence):
    assert sentence in complaints(changed(old, new))


def test_a_literal_secret_is_refused_and_not_repeated():
    text = changed("env:TILL_PASSWORD", "hunter2-hunter2")

    message = complaints(text)

    assert "No secret belongs in the file." in message
    assert "hunter2" not in message


def test_a_secret_among_the_settings_is_refused_and_not_repeated():
    message = complaints(changed("site_id: 2", "password: hunter2-hunter2"))

    assert "Move it under credentials" in message
    assert "hunter2" not in message


def test_a_private_address_is_refused_unless_its_origin_is_allowed():
    setting = ("connections.tills.settings.base_url=http://127.0.0.1:8700/sitoo",)

    assert "--set connections.tills.settings.base_url" in complaints(FILE, overrides=setting)
    model = read(FILE, overrides=setting, origins=("http://127.0.0.1:8700",))
    assert model.connections["tills"].settings["base_url"] == "http://127.0.0.1:8700/sitoo"


def test_an_override_of_nothing_is_refused():
    message = complaints(FILE, overrides=("connections.till.settings.base_url=https://x.example",))

    assert message.startswith("--set connections.till.settings.base_url: Write it as path=value")


def test_the_error_keeps_its_problems_in_the_order_of_the_file():
    with pytest.raises(OperatingModelError) as caught:
        read(changed("GBP", "pounds").replace("Europe/London", "Mars"))

    assert [problem.line for problem in caught.value.problems] == [1, 21]


def test_the_invented_systems_are_the_ones_of_the_templates():
    assert set(SYSTEMS) == {
        system
        for template in LINK_TEMPLATES.values()
        for system in (template.channel_system, template.owner_system)
    }
