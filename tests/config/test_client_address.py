import pytest
from django.test import RequestFactory

from config.client_address import client_address

PEER = "192.0.2.1"


def request(forwarded: str):
    return RequestFactory().get("/", REMOTE_ADDR=PEER, headers={"X-Forwarded-For": forwarded})


def test_a_forged_header_is_ignored_without_a_proxy(settings):
    settings.PLUMBLINE_PROXIES = 0

    assert client_address(request("203.0.113.9")) == PEER


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.9.9.9, 203.0.113.9", "203.0.113.9"),
        (2, "10.9.9.9, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", PEER),
        (1, "", PEER),
    ],
)
def test_only_what_our_own_proxies_appended_is_believed(settings, proxies, forwarded, expected):
    settings.PLUMBLINE_PROXIES = proxies

    assert client_address(request(forwarded)) == expected
