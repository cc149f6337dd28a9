# SPDX-License-Identifier: EUPL-1.2
"""Where callbacks may go (ING-01): one parser, one look-up, and a connection to exactly what was found."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from yarl import URL

from genius_common.errors import FieldError
from genius_gateway.callbacks.errors import CallbackUrlRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
_MOST_CHARS = 2_000
_NAT64 = IPv6Network("64:ff9b::/96")
_NAT64_LOCAL = IPv6Network("64:ff9b:1::/48")


class AddressRefused(Exception):
    """The name stands for an address where no callback may go."""


def checked_url(text: str, *, local: bool, pointer: str = "/url") -> str:
    """The address as it is written everywhere. `local`: HTTP will do. Raises: CallbackUrlRefused, which says why."""

    def refused(why: str) -> CallbackUrlRefused:
        return CallbackUrlRefused(why, errors=[FieldError(pointer, why)])

    if len(text) > _MOST_CHARS or not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise refused("Bitte geben Sie eine Adresse aus höchstens 2.000 sichtbaren ASCII-Zeichen an, ohne „\\“.")
    try:
        url = URL(text)
        port = url.port
    except ValueError:
        raise refused("Das ist keine vollständige Adresse.") from None
    if url.scheme != "https" and not (local and url.scheme == "http"):
        raise refused("Die Adresse muss mit „https://“ beginnen.")
    if not url.host or not port:
        raise refused("Der Adresse fehlt der Name des Servers.")
    if url.user is not None or url.password is not None:
        raise refused("Die Adresse darf keine Anmeldedaten enthalten.")
    if url.fragment or "#" in text:
        raise refused("Die Adresse darf kein „#“ enthalten.")
    if str(url) != text:
        raise refused(f"Bitte schreiben Sie die Adresse so: {url}")
    return text


def permitted(address: Address, networks: Sequence[Network], *, local: bool) -> bool:
    """Whether a connection may be made: to public addresses, to what the operator lists, on one machine to itself."""
    meant = _meant(address)
    if meant is None:
        return False
    if any(meant in network for network in networks if network.version == meant.version):
        return True
    if local and meant.is_loopback:
        return True
    return meant.is_global and not (meant.is_multicast or meant.is_reserved or meant.is_unspecified)


def _meant(address: Address) -> Address | None:
    """Where a connection to `address` ends: the IPv4 address inside of an IPv6 one, None where nobody can tell."""
    if isinstance(address, IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    hidden = address.sixtofour is not None or address.teredo is not None or address in _NAT64_LOCAL
    return None if hidden or address.is_site_local else address


async def pinned(url: URL, networks: Sequence[Network], *, local: bool) -> Address:
    """The address to connect to.

    Raises: AddressRefused if any of what the name stands for is not permitted; OSError where it stands for nothing.
    """
    assert url.host is not None
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
    addresses = [ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if not addresses or not all(permitted(address, networks, local=local) for address in addresses):
        raise AddressRefused
    return addresses[0]
