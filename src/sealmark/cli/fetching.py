"""Reading a log, or the list of a register, from an address or from files: nothing from another host."""

from __future__ import annotations

import http.client
import ssl
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from sealmark.attest.log.tiles import Fetch
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["lines_of", "reading"]

_LARGEST = 64 * 1024
_LONGEST_LINE = 1 << 20
_MOST_LINES = 10_000_000
_SECONDS = 20
_OK, _MISSING = 200, {404, 410}


@contextmanager
def reading(place: str) -> Iterator[Fetch]:
    """Give what reads the files of a log, until the end of the block.

    Args:
        place: ``https://...``, ``http://...`` or a folder.

    Raises:
        SealmarkError: SM769 it is neither; later, when something cannot be read.
    """
    if "://" not in place:
        yield _folder(Path(place))
        return
    if not _is_address(place):
        raise _unreadable(f'"{place}" is no address of a log.', "Such as https://register.example/log")
    site = _Site(place.rstrip("/"))
    with closing(site):
        yield site.read


@contextmanager
def lines_of(place: str) -> Iterator[Iterator[bytes]]:
    """Give the lines of a list, one by one.

    Args:
        place: ``https://...``, ``http://...`` or a file.

    Raises:
        SealmarkError: SM769 it cannot be read, or a line is too long.
    """
    if "://" not in place:
        with Path(place).open("rb") as stream:
            yield _lines(stream, place)
        return
    if not _is_address(place):
        raise _unreadable(f'"{place}" is no address.', "Such as https://register.example/register/export.json")
    with closing(_Site(place)) as site:
        try:
            with site.opened("") as response:
                yield _lines(response, place)
        except (http.client.HTTPException, OSError) as error:
            what = f'"{place}" cannot be read: {error or type(error).__name__}.'
            raise _unreadable(what, "Try again later.") from None


def _lines(stream: IO[bytes] | http.client.HTTPResponse, place: str) -> Iterator[bytes]:
    for _number in range(_MOST_LINES):
        line = stream.readline(_LONGEST_LINE + 1)
        if not line:
            return
        if len(line) > _LONGEST_LINE:
            break
        yield line
    raise _unreadable(f'"{place}" is larger than any list of a register.', "Look at the address.")


def _is_address(place: str) -> bool:
    parts = urlsplit(place)
    try:
        is_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = place.isascii() and place.isprintable() and " " not in place and not (parts.query or parts.fragment)
    return is_port and plain and parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.username is None


def _folder(folder: Path) -> Fetch:
    if not folder.is_dir():
        raise _unreadable(f'"{folder}" is no folder.', "Name the address of a log, or the folder it is written to.")

    def read(path: str) -> bytes:
        try:
            with (folder / path).open("rb") as stream:
                return stream.read(_LARGEST + 1)
        except (NotADirectoryError, IsADirectoryError):
            raise FileNotFoundError(path) from None

    return read


class _Site:
    """A log behind an address; one connection for all its files, and no other host is ever asked."""

    def __init__(self, address: str) -> None:
        self._address, self._parts = address, urlsplit(address)
        self._connection = self._new()

    def _new(self) -> http.client.HTTPConnection:
        host = self._parts.hostname or ""
        if self._parts.scheme == "http":
            return http.client.HTTPConnection(host, self._parts.port, timeout=_SECONDS)
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, self._parts.port, timeout=_SECONDS, context=context)

    def close(self) -> None:
        """End the connection."""
        self._connection.close()

    def read(self, path: str) -> bytes:
        """Return what stands at a path."""
        try:
            return self._answered(path)
        except (http.client.HTTPException, OSError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            what = f'"{self._address}/{path}" cannot be read: {error or type(error).__name__}.'
            raise _unreadable(what, "Try again later.") from None

    def _answered(self, path: str) -> bytes:
        target = f"{self._parts.path}/{path}"
        try:
            response = self._asked(target)
        except (http.client.RemoteDisconnected, ConnectionResetError, BrokenPipeError):
            # An idle connection may have been closed meanwhile.
            self._connection.close()
            response = self._asked(target)
        with response:
            content = response.read(_LARGEST + 1)
        if len(content) > _LARGEST:
            self._connection.close()
            raise _unreadable(f'"{self._address}/{path}" is larger than any file of a log.', "Look at the address.")
        if response.status in _MISSING:
            raise FileNotFoundError(path)
        if response.status != _OK:
            what = f'"{self._address}/{path}" answers with {response.status}.'
            raise _unreadable(what, "Name the address of the log itself: nothing leads on from there.")
        return content

    def opened(self, target: str) -> http.client.HTTPResponse:
        """Return what stands at the address itself, to be read bit by bit."""
        response = self._asked(f"{self._parts.path}{target}")
        if response.status != _OK:
            raise _unreadable(f'"{self._address}" answers with {response.status}.', "Look at the address.")
        return response

    def _asked(self, target: str) -> http.client.HTTPResponse:
        self._connection.request("GET", target, headers={"User-Agent": "sealmark-witness", "Accept": "*/*"})
        return self._connection.getresponse()


def _unreadable(what: str, fix: str) -> SealmarkError:
    return SealmarkError(Problem("SM769", what, fix=fix))
