"""Addresses that the platform may call: https, public, the same when checked and when called."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from sealmark_platform.api.problems import refuse

__all__ = ["Caller", "Target", "is_public", "target_of"]

_PORTS = frozenset({443, 8443})
_SECONDS = 10
# Addresses that carry another address: what is private inside them would look public.
_CARRIERS = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32", "::/96")))


@dataclass(frozen=True, slots=True)
class Target:
    """An address in its parts."""

    host: str
    port: int
    path: str


def target_of(address: str) -> Target:
    """Return an address in its parts.

    Raises:
        SealmarkError: SM872 not https, another port than 443 or 8443, no host, a user name, or a fragment.
    """
    try:
        parts = urlsplit(address)
        port = parts.port or 443
    except ValueError:
        raise _untaken("It cannot be read.") from None
    if parts.scheme != "https" or not parts.hostname or port not in _PORTS:
        raise _untaken("Only https on port 443 or 8443 is called.")
    if "@" in parts.netloc or parts.fragment or not address.isascii() or any(sign <= " " for sign in address):
        raise _untaken("It holds a user name, a fragment, a space or a letter that is not ASCII.")
    return Target(parts.hostname, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _untaken(why: str) -> Exception:
    return refuse("SM872", f"The address is not taken. {why}", fix="Write https://host/path.", where="body.address")


def is_public(address: str) -> bool:
    """Tell whether an IP address belongs to the public internet.

    Example:
        >>> is_public("192.0.2.1"), is_public("9.9.9.9"), is_public("::ffff:10.0.0.1")
        (False, True, False)
    """
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            return is_public(str(found.ipv4_mapped))
        if any(found in network for network in _CARRIERS):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved


def _resolved(host: str, port: int) -> list[str]:
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


@dataclass(frozen=True)
class Caller:
    """How addresses are called.

    Attributes:
        resolve: Host and port to every IP address.
        is_allowed: Whether an IP address may be called.
        trust: Which certificates are believed.
    """

    resolve: Callable[[str, int], list[str]] = _resolved
    is_allowed: Callable[[str], bool] = is_public
    trust: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def checked(self, target: Target) -> str:
        """Return the one IP address to call.

        Raises:
            SealmarkError: SM872 the host has none, or one of them is not public.
        """
        try:
            found = self.resolve(target.host, target.port)
        except (OSError, UnicodeError):
            found = []
        if not found:
            raise _untaken("The host has no address.")
        if not all(map(self.is_allowed, found)):
            raise _untaken("The host is not on the public internet.")
        return found[0]

    def post(self, target: Target, content: bytes, headers: Mapping[str, str]) -> int:
        """Send something and return the status of the answer; redirects are not followed.

        Raises:
            SealmarkError: SM872 the address is not public.
            OSError: It does not answer.
            http.client.HTTPException: It answers nonsense.
        """
        connection = _Pinned(self.checked(target), target, self.trust)
        try:
            connection.request("POST", target.path, body=content, headers=dict(headers))
            return connection.getresponse().status
        finally:
            connection.close()


class _Pinned(http.client.HTTPSConnection):
    """A connection to the address that was checked: the name is not looked up a second time."""

    def __init__(self, address: str, target: Target, trust: ssl.SSLContext) -> None:
        super().__init__(target.host, target.port, timeout=_SECONDS, context=trust)
        self._address, self._trust = address, trust

    def connect(self) -> None:
        """Connect, and prove that the other side is who the name says."""
        plain = socket.create_connection((self._address, self.port), timeout=_SECONDS)
        try:
            self.sock = self._trust.wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
