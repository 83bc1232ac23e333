import pytest

from integrations.connectors.addresses import (
    AddressError,
    check_url,
    is_allowed_origin,
    refuse_private,
)

SANDBOX = "http://127.0.0.1:8899"


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest",
        "https://169.254.169.254",
        "https://127.0.0.1/v2",
        "https://127.1",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://0",
        "https://2130706433/",
        "https://0177.0.0.1/",
        "https://0x7f.0.0.1/",
        "https://0x7f000001/",
        "https://１２７.0.0.1/",
        "https://localhost/",
        "https://localhost./",
        "https://tills.localhost/",
        "https://db.internal/",
        "https://intranet/",
        "file:///etc/passwd",
        "gopher://shop.example/",
        "ftp://shop.example/",
        "https://vendor@evil.example/",
        "https://vendor.example:22/",
        "https://vendor.example:8443/",
        "http://vendor.example/",
        "https://vendor.example\\@evil.example/",
        "https://vendor.example/ v2",
        "https://vendor.example/\nX: y",
        "https://vendor.example/?next=",
        "https://vendor.example/#a",
        "https://vendor.example:99999/",
        "https://",
        "",
        "vendor.example",
    ],
)
def test_only_public_https_hosts_may_be_called(url):
    with pytest.raises(AddressError):
        check_url(url, ())


def test_a_public_host_passes_without_its_final_slash():
    assert check_url("https://api.mysitoo.com/v2/accounts/1/", ()) == (
        "https://api.mysitoo.com/v2/accounts/1"
    )
    assert check_url("https://api.mysitoo.com:443/v2", ())


def test_an_operator_may_allow_one_exact_origin():
    assert check_url(f"{SANDBOX}/sitoo/v2", [SANDBOX])
    assert is_allowed_origin(f"{SANDBOX}/sitoo", [SANDBOX])

    with pytest.raises(AddressError):
        check_url("http://127.0.0.1:8898/sitoo/v2", [SANDBOX])
    with pytest.raises(AddressError):
        check_url("https://127.0.0.1:8899/sitoo/v2", [SANDBOX])


def test_an_allowed_origin_does_not_excuse_a_user_name():
    with pytest.raises(AddressError, match="user name"):
        check_url("http://me:pw@127.0.0.1:8899/", [SANDBOX])


@pytest.mark.parametrize(
    "ip",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:7f00:1::",
    ],
)
def test_a_name_that_resolves_to_a_private_address_is_refused_at_connect(ip):
    with pytest.raises(AddressError):
        refuse_private(ip)


@pytest.mark.parametrize("ip", ["93.184.215.14", "2606:2800:21f:cb07::1", "::ffff:93.184.215.14"])
def test_a_public_address_may_be_connected_to(ip):
    refuse_private(ip)
