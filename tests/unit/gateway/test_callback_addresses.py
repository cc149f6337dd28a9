# SPDX-License-Identifier: EUPL-1.2
"""Where callbacks may go (ING-01): public addresses and what the operator lists, however an address is written."""

from __future__ import annotations

import asyncio
from ipaddress import ip_address, ip_network

import pytest
from yarl import URL

from genius_gateway.callbacks.addresses import AddressRefused, checked_url, permitted, pinned
from genius_gateway.callbacks.errors import CallbackUrlRefused

PRIVATE = [
    "0.0.0.0", "10.0.0.1", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.1", "192.0.0.1", "192.0.2.1", "192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1",
    "239.1.1.1", "240.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::a00:1", "64:ff9b:1::1", "100::1",
    "2001:db8::1", "2002:7f00:1::", "2002:a9fe:a9fe::", "2002:808:808::", "2001:0:7f00:1::1", "fc00::1", "fd00::1",
    "fe80::1", "fec0::1", "ff02::1", "ff0e::1",
]  # fmt: skip
PUBLIC = ["8.8.8.8", "193.0.6.139", "::ffff:8.8.8.8", "64:ff9b::808:808", "2a00:1450:4001:82a::200e"]
WRITTEN = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "0177.1", "localhost", "[::1]",
    "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "169.254.169.254", "2852039166", "0xa9fea9fe", "10.1.2.3", "192.168.0.1",
    "[fe80::1]", "[fd00::1]", "[64:ff9b::7f00:1]", "0", "0.0.0.0",
]  # fmt: skip
REFUSED = [
    "http://example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "//example.org/",
    "/x", "", "https://", "https:///x", "https://user@example.org/", "https://user:pass@example.org/",
    "https://example.org/#x", "https://example.org\\@evil.org/", "https://example.org /", "https://exa\tmple.org/",
    "https://example.org/\n", "https://bücher.example/", "https://EXAMPLE.org/", "https://example.org:443/",
    "https://example.org:0/", "https://example.org:99999/", "https://example.org/a/../b", "https://[::1/",
    "https://example.org/" + "a" * 2_000, "javascript:alert(1)", "https:example.org/",
]  # fmt: skip


@pytest.mark.parametrize("address", PRIVATE)
def test_no_inner_address_without_a_word_of_the_operator(address: str) -> None:
    assert not permitted(ip_address(address), [], local=False)


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses(address: str) -> None:
    assert permitted(ip_address(address), [], local=False)


def test_what_the_operator_lists() -> None:
    networks = [ip_network("10.20.0.0/16"), ip_network("fd00:20::/32")]
    for address in ("10.20.3.4", "::ffff:10.20.3.4", "fd00:20::1"):
        assert permitted(ip_address(address), networks, local=False)
    for address in ("10.21.0.1", "127.0.0.1", "fd00:21::1"):
        assert not permitted(ip_address(address), networks, local=False)


def test_loopback_on_one_machine_alone() -> None:
    assert permitted(ip_address("127.0.0.1"), [], local=True)
    assert not permitted(ip_address("10.0.0.1"), [], local=True)


@pytest.mark.parametrize("host", WRITTEN)
async def test_however_it_is_written(host: str) -> None:
    """The system's own reading of a name or number is what counts, since that is where a connection would go."""
    try:
        url = URL(f"https://{host}/")
    except ValueError:
        return
    with pytest.raises((AddressRefused, OSError)):
        await pinned(url, [], local=False)


async def test_one_inner_address_of_several_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that stands for a public and an inner address at once, as a rebinding server answers."""

    async def both(*_: object, **__: object) -> list[object]:
        return [(2, 1, 6, "", ("8.8.8.8", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", both)
    with pytest.raises(AddressRefused):
        await pinned(URL("https://example.org/"), [], local=False)


@pytest.mark.parametrize("text", REFUSED)
def test_addresses_that_no_target_can_have(text: str) -> None:
    with pytest.raises(CallbackUrlRefused) as refused:
        checked_url(text, local=False)
    assert refused.value.errors[0].pointer == "/url"


@pytest.mark.parametrize(
    "text", ["https://example.org", "https://example.org:8443/a/b?c=d", "https://xn--bcher-kva.example/"]
)
def test_addresses_that_one_can(text: str) -> None:
    assert checked_url(text, local=False) == text


def test_without_tls_on_one_machine_alone() -> None:
    assert checked_url("http://127.0.0.1:9000/x", local=True)
