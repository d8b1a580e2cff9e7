"""Tiles of a log (C2SP tlog-tiles): the Merkle tree as static files of up to 256 hashes, and proofs read from them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sealmark.attest.log.tree import HASH_SIZE, Place, audit_path, consistency_path, covers, root_of, root_of_peaks
from sealmark.core.errors import Problem, SealmarkError

__all__ = ["TILE_HEIGHT", "TILE_WIDTH", "Fetch", "Hashes", "Tile", "TileReader", "new_tiles", "tile_bytes", "tiles_of"]

TILE_HEIGHT = 8
TILE_WIDTH = 256
_LEVELS = 64
_PATH = re.compile(r"tile/(0|[1-9]\d?)/((?:x\d{3}/)*)(\d{3})(?:\.p/([1-9]\d{0,2}))?", re.ASCII)

Fetch = Callable[[str], bytes]
"""Gives what stands at a path of the log, such as ``tile/0/000``; raises FileNotFoundError when nothing does."""
Hashes = Callable[[Sequence[Place]], Mapping[Place, bytes]]
"""Gives the hashes of full subtrees, all that are asked for."""


class Tile(NamedTuple):
    """A file of hashes: the ``number``-th of its level, from 0, with ``width`` hashes; 256 make it full.

    Its hashes are those of full subtrees of 256 to the power of ``level`` leaves.
    """

    level: int
    number: int
    width: int = TILE_WIDTH

    @property
    def path(self) -> str:
        """Where it stands in the log.

        Example:
            >>> Tile(0, 1234067).path, Tile(1, 2, 17).path
            ('tile/0/x001/x234/067', 'tile/1/002.p/17')
        """
        return f"tile/{self.level}/{_number_path(self.number)}" + (f".p/{self.width}" if self.is_partial else "")

    @property
    def is_partial(self) -> bool:
        """Whether the tree ends within it."""
        return self.width < TILE_WIDTH

    @property
    def full(self) -> Tile:
        """The same tile once the tree has grown beyond it."""
        return Tile(self.level, self.number)

    @property
    def places(self) -> list[Place]:
        """The subtrees whose hashes it holds, in their order."""
        first = self.number * TILE_WIDTH
        return [Place(self.level * TILE_HEIGHT, first + at) for at in range(self.width)]

    @classmethod
    def at(cls, path: str) -> Tile:
        """Return the tile of a path, which has to be written exactly as :attr:`path` writes it.

        Raises:
            SealmarkError: SM762 it is no path of a tile.
        """
        found = _PATH.fullmatch(path)
        if found is not None:
            level, groups, last, width = found.groups()
            number = int(groups.replace("x", "").replace("/", "") + last)
            tile = cls(int(level), number, int(width) if width else TILE_WIDTH)
            if tile.level < _LEVELS and tile.width <= TILE_WIDTH and tile.path == path:
                return tile
        what = f'"{path[:80]}" is no path of a tile.'
        raise SealmarkError(Problem("SM762", what, fix="Such as tile/0/x001/234.p/5."))


def _number_path(number: int) -> str:
    groups = [f"{number % 1000:03}"]
    while number := number // 1000:
        groups.append(f"x{number % 1000:03}")
    return "/".join(reversed(groups))


def tiles_of(size: int) -> Iterator[Tile]:
    """Yield every tile of a tree, level by level.

    Example:
        >>> [tile.path for tile in tiles_of(257)]
        ['tile/0/000', 'tile/0/001.p/1', 'tile/1/000.p/1']
    """
    yield from new_tiles(0, size)


def new_tiles(old: int, new: int) -> Iterator[Tile]:
    """Yield the tiles of a tree of ``new`` leaves that a smaller one of ``old`` leaves does not have."""
    level = 0
    while new >> (TILE_HEIGHT * level):
        before, after = (size >> (TILE_HEIGHT * level) for size in (old, new))
        for number in range(before // TILE_WIDTH, -(-after // TILE_WIDTH)):
            tile = Tile(level, number, min(TILE_WIDTH, after - number * TILE_WIDTH))
            if before - number * TILE_WIDTH != tile.width:
                yield tile
        level += 1


def tile_bytes(tile: Tile, hashes: Hashes) -> bytes:
    """Return the content of a tile.

    Args:
        tile: Which one.
        hashes: Gives the hashes of subtrees.
    """
    found = hashes(tile.places)
    return b"".join(found[place] for place in tile.places)


@dataclass(frozen=True)
class _Spot:
    """Where a hash is read: some hashes of a tile, next to each other."""

    tile: Tile
    first: int
    count: int


class TileReader:
    """A tree of a given size, read from tiles.

    What it gives is as good as where the tiles come from: compare :meth:`root` with a signed checkpoint.

    Args:
        fetch: Gives what stands at a path.
        size: How many leaves the tree has.

    Example:
        >>> from sealmark.attest.log.tree import leaf_hash
        >>> leaf = leaf_hash(b"entry")
        >>> TileReader({"tile/0/000.p/1": leaf}.__getitem__, 1).root() == leaf
        True
    """

    def __init__(self, fetch: Fetch, size: int) -> None:
        self._fetch, self.size = fetch, size
        self._kept: dict[tuple[int, int], bytes] = {}

    def hashes(self, tile: Tile) -> list[bytes]:
        """Return the hashes of a tile of this tree, which is not kept.

        Raises:
            SealmarkError: SM768 it is not there, or has another length.
        """
        return self._divided(tile, self._kept.get(tile[:2]) or self._fetched(tile))

    def _divided(self, tile: Tile, content: bytes) -> list[bytes]:
        return [content[at : at + HASH_SIZE] for at in range(0, tile.width * HASH_SIZE, HASH_SIZE)]

    def _content(self, tile: Tile) -> bytes:
        content = self._kept.get(tile[:2])
        if content is None:
            content = self._kept[tile[:2]] = self._fetched(tile)
        return content

    def _fetched(self, tile: Tile) -> bytes:
        try:
            found, width = self._fetch(tile.path), tile.width
        except FileNotFoundError:
            # A partial tile may be gone once the full one is there.
            found, width = self._instead(tile), TILE_WIDTH
        if len(found) != width * HASH_SIZE:
            what = f'"{tile.path}" has {len(found)} bytes, not {width * HASH_SIZE}.'
            raise SealmarkError(Problem("SM768", what, fix="The log does not hold what its checkpoint says."))
        return found[: tile.width * HASH_SIZE]

    def _instead(self, tile: Tile) -> bytes:
        try:
            if tile.is_partial:
                return self._fetch(tile.full.path)
        except FileNotFoundError:
            pass
        what = f'"{tile.path}" is not there.'
        raise SealmarkError(Problem("SM768", what, fix="The log does not hold what its checkpoint says."))

    def hash_of(self, place: Place) -> bytes:
        """Return the hash of a full subtree.

        Raises:
            SealmarkError: SM768 a tile is not there, or has another length.
        """
        spot = self._spot(place)
        return root_of(self._divided(spot.tile, self._content(spot.tile))[spot.first : spot.first + spot.count])

    def _spot(self, place: Place) -> _Spot:
        level, height = divmod(place.level, TILE_HEIGHT)
        first = place.number << height
        number = first // TILE_WIDTH
        width = min(TILE_WIDTH, (self.size >> (TILE_HEIGHT * level)) - number * TILE_WIDTH)
        return _Spot(Tile(level, number, width), first % TILE_WIDTH, 1 << height)

    def _joined(self, places: Iterable[Place]) -> bytes:
        return root_of_peaks([self.hash_of(place) for place in places])

    def root(self, size: int | None = None) -> bytes:
        """Return the root of the tree, or of the one that it was at a smaller size."""
        return self._joined(covers(0, self.size if size is None else size))

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Return what :func:`sealmark.attest.log.proofs.verify_inclusion` wants for a leaf."""
        return [self._joined(places) for _is_left, places in audit_path(index, self.size)]

    def consistency_proof(self, old: int) -> list[bytes]:
        """Return what :func:`sealmark.attest.log.proofs.verify_consistency` wants for a smaller size, at least 1."""
        return [self._joined(places) for places in consistency_path(old, self.size)]
