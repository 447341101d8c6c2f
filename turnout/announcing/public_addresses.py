"""Connections to public addresses only, so that nobody is sent to what lies behind a firewall.

A name is looked up once, what it stands for is checked, and that very address is connected to:
a name that stands for something else a moment later (DNS rebinding) gains nothing. Networks as
in https://www.iana.org/assignments/iana-ipv4-special-registry and its sister for IPv6.
"""

import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore

_SHARED = (
    ipaddress.ip_network("100.64.0.0/10"),
    ipaddress.ip_network("64:ff9b::/96"),
    ipaddress.ip_network("64:ff9b:1::/48"),
    ipaddress.ip_network("2002::/16"),
)
"""What carries others' addresses, and is called global by some versions of Python."""


class PrivateAddressError(OSError):
    """A name stands for an address that isn't public."""


def is_public(address: str) -> bool:
    """Return whether an IP address is anybody's to reach."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        ip = ip.ipv4_mapped
    return ip.is_global and not ip.is_multicast and not any(ip in each for each in _SHARED)


def looked_up(host: str, port: int, *, is_private: bool) -> list[str]:
    """Return the addresses of a host. Raises OSError: none, or one that isn't public.

    is_private: whether it may be one of one's own network.
    """
    try:
        infos = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as failure:
        raise OSError(f"there is no {host}") from failure
    found = list(dict.fromkeys(str(info[4][0]) for info in infos))
    if not is_private:
        for each in found:
            if not is_public(each):
                raise PrivateAddressError(
                    f"{host} is {each}, which isn't public: `private = true` allows it"
                )
    return found


class CheckedNetwork(httpcore.NetworkBackend):
    """A network in which names stand for what they may stand for."""

    def __init__(self, *, is_private: bool) -> None:
        self._is_private = is_private
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to a host, by one of its addresses."""
        try:
            addresses = looked_up(host, port, is_private=self._is_private)
        except OSError as failure:
            raise httpcore.ConnectError(str(failure)) from failure
        refused: Exception | None = None
        for each in addresses:
            try:
                return self._network.connect_tcp(each, port, timeout, local_address, socket_options)
            except httpcore.ConnectError as failure:
                refused = failure
        raise refused or httpcore.ConnectError(f"there is no {host}")
