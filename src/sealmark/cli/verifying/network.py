"""The network of a verification: one host, https, small answers in good time, and nothing that leads on."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import NamedTuple
from urllib.parse import urlsplit

from sealmark.core.errors import Problem, SealmarkError

__all__ = ["Network"]

_LARGEST = 6 << 20
_SECONDS = 15.0
_SECONDS_IN_ALL = 60.0
_OK, _MISSING = 200, {404, 410}
_PORTS = {"https": 443, "http": 80}
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_HEADERS = {"User-Agent": "sealmark-verify", "Accept": "*/*", "Accept-Encoding": "identity", "Connection": "close"}


class _Place(NamedTuple):
    """Where an address leads: scheme, host, port and what to ask for."""

    scheme: str
    host: str
    port: int
    target: str

    @property
    def header(self) -> str:
        """The host as the request names it."""
        return self.host if self.port == _PORTS[self.scheme] else f"{self.host}:{self.port}"


class Network:
    """Reads addresses of one host: the first one that is asked for decides.

    Args:
        allow_local: Whether addresses of this machine and network may be asked, localhost by http.
    """

    def __init__(self, *, allow_local: bool = False) -> None:
        self._allow_local = allow_local
        self._host = ""
        self._end = 0.0

    def __call__(self, address: str) -> bytes:
        """Return what stands at an address.

        Raises:
            FileNotFoundError: Nothing does.
            SealmarkError: SM779 it is not asked, or gives no answer that is taken.
        """
        place = self._place(address)
        self._end = self._end or time.monotonic() + _SECONDS_IN_ALL
        left = min(_SECONDS, self._end - time.monotonic())
        if left <= 0:
            raise _refusal(address, "the host is too slow")
        try:
            return _answer(place, self._number(place), left)
        except (OSError, http.client.HTTPException, ValueError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise _refusal(address, str(error) or type(error).__name__) from None

    def _place(self, address: str) -> _Place:
        try:
            parts = urlsplit(address)
            port = parts.port
        except ValueError:
            raise _refusal(address, "it is no address") from None
        plain = address.isascii() and address.isprintable() and " " not in address and "@" not in parts.netloc
        if not plain or parts.scheme not in _PORTS or not parts.hostname or parts.fragment:
            raise _refusal(address, "it is no plain https address")
        if self._host not in {"", parts.netloc}:
            raise _refusal(address, f"only {self._host} is asked")
        is_local = self._allow_local and parts.hostname == "localhost"
        if parts.scheme == "http" and not is_local:
            raise _refusal(address, "only https is asked")
        self._host = parts.netloc
        scheme = "http" if is_local else "https"
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return _Place(scheme, parts.hostname, port or _PORTS[parts.scheme], target)

    def _number(self, place: _Place) -> str:
        """Return the number that is connected to: looked up once, so that it cannot change after it was checked."""
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)]
        if not self._allow_local and not all(map(_is_public, found)):
            raise ValueError("it is an internal address")
        return found[0]


def _is_public(number: str) -> bool:
    found = ipaddress.ip_address(number.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(int(found) & 0xFFFFFFFF)
        if inner is not None:
            return inner.is_global and not inner.is_multicast
    return found.is_global and not found.is_multicast


def _answer(place: _Place, number: str, seconds: float) -> bytes:
    with _connected(place, number, seconds) as connection:
        connection.request("GET", place.target, headers={"Host": place.header, **_HEADERS})
        with connection.getresponse() as response:
            return _content(response)


def _content(response: http.client.HTTPResponse) -> bytes:
    if response.status in _MISSING:
        raise FileNotFoundError
    if response.status != _OK:
        raise ValueError(f"the answer is {response.status}, and nothing is followed that leads on")
    if response.getheader("Content-Encoding", "identity") != "identity":
        raise ValueError("the answer is packed")
    content = response.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ValueError(f"the answer has more than {_LARGEST:,} bytes")
    if response.length:
        raise ValueError("the answer is cut off")
    return content


@contextmanager
def _connected(place: _Place, number: str, seconds: float) -> Iterator[http.client.HTTPConnection]:
    """Give a connection that ends for good after some time, however slowly bytes come in."""
    raw = socket.create_connection((number, place.port), timeout=seconds)
    # A handle of its own: TLS takes the other one over.
    with raw.dup() as handle, raw:
        watch = threading.Timer(seconds, _end, [handle])
        watch.daemon = True
        watch.start()
        connection = http.client.HTTPConnection(place.host, place.port, timeout=seconds)
        try:
            connection.sock = _secured(raw, place.host) if place.scheme == "https" else raw
            with closing(connection):
                yield connection
            if not watch.is_alive():
                raise TimeoutError("the host is too slow")
        finally:
            watch.cancel()


def _secured(raw: socket.socket, host: str) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(raw, server_hostname=host)


def _end(raw: socket.socket) -> None:
    try:
        raw.shutdown(socket.SHUT_RDWR)
    except OSError:
        return


def _refusal(address: str, why: str) -> SealmarkError:
    fix = "Try again later, or use --offline to see what can be said without asking."
    return SealmarkError(Problem("SM779", f"{address[:120]!r} cannot be had: {why[:200]}.", fix=fix))
