"""What every answer tells the browser."""

import pytest


@pytest.fixture
def rules(client) -> dict[str, str]:
    header = client.get("/healthz")["Content-Security-Policy"]
    parts = (part.strip().partition(" ") for part in header.split(";"))
    return {name: value for name, _, value in parts}


def test_scripts_and_styles_come_from_this_site_only(rules):
    assert rules["script-src"] == "'self'"
    assert rules["style-src"] == "'self'"
    assert rules["default-src"] == "'none'"


def test_nothing_may_be_framed_rebased_or_plugged_in(rules):
    assert {rules[name] for name in ("frame-ancestors", "base-uri", "object-src")} == {"'none'"}


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("X-Frame-Options", "DENY"),
        ("X-Content-Type-Options", "nosniff"),
        ("Referrer-Policy", "same-origin"),
        ("Cross-Origin-Opener-Policy", "same-origin"),
    ],
)
def test_the_other_fences_stand(client, header, value):
    assert client.get("/healthz")[header] == value


def test_another_host_name_is_refused(client):
    assert client.get("/healthz", headers={"host": "evil.example"}).status_code == 400
