import pytest

from tests.integrations.operating_model.kit import FILE, changed, complaints

SECOND = """\
  other:
    system: brightpearl
    role: erp
    label: Old ledger
    settings: {base_url: https://erp.example/old}
    credentials: {token: env:OLD_TOKEN}
owners:
"""


def with_second_ledger(text: str = FILE) -> str:
    return text.replace("owners:\n", SECOND, 1)


@pytest.mark.parametrize("domain", ["products", "prices", "finance"])
def test_two_owners_of_a_domain_are_refused_by_name(domain):
    text = changed(f"{domain}: ledger", f"{domain}: [ledger, tills]")

    assert (
        f"Both Ledger and Shop tills are named as the owner of {domain}. "
        "Only one of them may decide it; remove the other." in complaints(text)
    )


def test_a_domain_named_twice_is_the_same_mistake():
    text = changed("finance: ledger", "finance: ledger\n  finance: tills")

    assert "Both Ledger and Shop tills are named as the owner of finance." in complaints(text)


def test_two_owners_of_stock_at_one_location_are_refused_by_name():
    text = changed(
        "inventory: ledger",
        "inventory: {default: ledger, locations: {YRK: ledger, YRK: tills}}",
    )

    assert "Both Ledger and Shop tills are named as the owner of stock at location YRK." in (
        complaints(text)
    )


def test_stock_may_have_another_owner_at_one_location():
    text = changed("inventory: ledger", "inventory: {default: ledger, locations: {YRK: tills}}")

    assert complaints_or_none(text) == ""


def complaints_or_none(text: str) -> str:
    try:
        return complaints(text)
    except AssertionError:
        return ""


def test_a_link_that_contradicts_the_owners_is_refused_by_name():
    text = with_second_ledger().replace("finance: ledger", "finance: other")

    assert (
        "Two owners of finance: this link relies on Ledger, but under owners it belongs to "
        "Old ledger." in complaints(text)
    )


def test_two_links_that_would_post_the_same_sale_are_refused():
    again = "  again: {template: sitoo-brightpearl, channel: tills, owner: ledger}\nmappings:\n"

    message = complaints(changed("mappings:\n", again))

    assert "would both post every sale of Shop tills. Switch one of them off." in message


def test_a_connection_that_is_switched_off_owns_nothing():
    text = changed("label: Ledger", "label: Ledger\n    enabled: false")

    assert "Ledger is switched off, so it cannot own this." in complaints(text)


def test_a_link_needs_the_systems_of_its_template():
    message = complaints(changed("channel: tills", "channel: ledger"))

    assert "sitoo-brightpearl needs a sitoo connection with role pos here; Ledger is" in message


def test_routing_names_what_exists():
    text = FILE + "routing:\n- {team: FINN, link: mian, store: YRC}\n- {team: FIN}\n"

    message = complaints(text)

    assert "There is no team “FINN”. Did you mean “FIN”?" in message
    assert "There is no link “mian”. Did you mean “main”?" in message
    assert "There is no store “YRC”. Did you mean “YRK”?" in message


def test_a_value_mapped_twice_for_the_same_date_is_refused():
    text = changed("{value: NO, ", "{value: cash, ").replace("effective_from: 2026-04-01", "")

    assert "“cash” is written twice for the same date." in complaints(text)


def test_a_rule_on_value_names_its_currency():
    text = FILE + "routing: [{team: FIN, least_value: 250}]\n"

    assert "routing[0].currency: A least value needs its currency." in complaints(text)
