"""Trees computed as RFC 6962 defines them, by recursion, to compare with; a log in memory."""

import hashlib

from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.log.checkpoints import Checkpoint, sign_checkpoint
from sealmark.attest.log.notes import NoteKey
from sealmark.attest.log.tiles import tile_bytes, tiles_of
from sealmark.attest.log.tree import leaf_hash

ORIGIN = "register.example/log"
SIGNER = SoftwareSigner.generate(hashlib.sha256(b"a log of the tests").digest())
KEY = NoteKey(ORIGIN, SIGNER.key)


def leaves_of(size, prefix=""):
    return [leaf_hash(f"{prefix}{number}".encode()) for number in range(size)]


def head(leaves):
    """MTH of RFC 6962, 2.1, over hashes of leaves."""
    if len(leaves) == 1:
        return leaves[0]
    middle = split(len(leaves))
    return hashlib.sha256(b"\x01" + head(leaves[:middle]) + head(leaves[middle:])).digest()


def split(size):
    middle = 1
    while middle * 2 < size:
        middle *= 2
    return middle


def path(index, leaves):
    """PATH of RFC 6962, 2.1.1."""
    if len(leaves) == 1:
        return []
    middle = split(len(leaves))
    if index < middle:
        return [*path(index, leaves[:middle]), head(leaves[middle:])]
    return [*path(index - middle, leaves[middle:]), head(leaves[:middle])]


def proof(old, leaves):
    """PROOF of RFC 6962, 2.1.2."""
    return subproof(old, leaves, known=True)


def subproof(old, leaves, *, known):
    if old == len(leaves):
        return [] if known else [head(leaves)]
    middle = split(len(leaves))
    if old <= middle:
        return [*subproof(old, leaves[:middle], known=known), head(leaves[middle:])]
    return [*subproof(old - middle, leaves[middle:], known=False), head(leaves[:middle])]


class Log:
    """Files of a log in memory; ``leaves`` are hashes."""

    def __init__(self, leaves, signer=SIGNER, origin=ORIGIN):
        self.leaves = leaves
        self.files = {tile.path: tile_bytes(tile, self._hashes) for tile in tiles_of(len(leaves))}
        self.checkpoint = Checkpoint(origin, len(leaves), head(leaves) if leaves else hashlib.sha256(b"").digest())
        self.note = bytes(sign_checkpoint(self.checkpoint, signer))

    def _hashes(self, places):
        return {place: head(self.leaves[place.number << place.level : (place.number + 1) << place.level])
                for place in places}  # fmt: skip

    def fetch(self, path):
        if path not in self.files:
            raise FileNotFoundError(path)
        return self.files[path]
