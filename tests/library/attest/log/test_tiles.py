"""Tiles: where they stand, what is in them, and that every proof can be read from them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.attest.log.forest import Log, head, leaves_of, path, proof

from sealmark.attest.log.proofs import verify_consistency, verify_inclusion
from sealmark.attest.log.tiles import Tile, TileReader, new_tiles, tiles_of
from sealmark.attest.log.tree import Place, audit_path, covers, made_by, root_of, root_of_peaks
from sealmark.core.errors import SealmarkError

LEAVES = leaves_of(600)


def over(leaves, place):
    return root_of(leaves[place.number << place.level : (place.number + 1) << place.level])


def test_the_tiles_of_the_published_examples():
    # C2SP tlog-tiles: sizes 70,000 and 256, and index 1234067.
    many = list(tiles_of(70_000))

    assert len(many) == 273 + 1 + 1 + 1 + 1
    assert [tile for tile in many if tile.is_partial] == [Tile(0, 273, 112), Tile(1, 1, 17), Tile(2, 0, 1)]
    assert [tile.path for tile in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert Tile(3, 1234067).path == "tile/3/x001/x234/067"
    assert list(tiles_of(0)) == []


@given(st.integers(0, 63), st.integers(0, 10**12), st.integers(1, 256))
def test_a_path_names_its_tile(level, number, width):
    tile = Tile(level, number, width)

    assert Tile.at(tile.path) == tile


@pytest.mark.parametrize(
    "path",
    ["tile/00/000", "tile/64/000", "tile/0/00", "tile/0/x000/001", "tile/0/001/002", "tile/0/x001", "tile/0/000.p/0",
     "tile/0/000.p/256", "tile/0/000.p/07", "tile/0/000.p/", "tile/0/000/", "/tile/0/000", "tile/0/000\n",
     "tile/0/../000", "tile/0/\u0660\u0660\u0660", "tile/entries/000", "checkpoint", ""],
)  # fmt: skip
def test_what_is_no_path_of_a_tile_is_refused(path):
    with pytest.raises(SealmarkError, match="SM762"):
        Tile.at(path)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_new_tiles_are_those_that_the_smaller_tree_does_not_have(one, other):
    old, new = sorted((one, other))

    assert set(new_tiles(old, new)) == set(tiles_of(new)) - set(tiles_of(old))


@settings(max_examples=12, deadline=None)
@given(st.data())
def test_every_proof_is_read_from_tiles(data):
    size = data.draw(st.integers(1, len(LEAVES)))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    log = Log(LEAVES[:size])
    reader = TileReader(log.fetch, size)

    root, included, continued = reader.root(), reader.inclusion_proof(index), reader.consistency_proof(old)

    assert root == head(log.leaves)
    assert (included, continued) == (path(index, log.leaves), proof(old, log.leaves))
    assert reader.root(old) == head(log.leaves[:old])
    verify_inclusion(log.leaves[index], included, index=index, size=size, root=root)
    verify_consistency((old, size), (head(log.leaves[:old]), root), continued)


def test_every_inclusion_and_consistency_proof_of_one_log():
    log = Log(LEAVES)
    reader, root = TileReader(log.fetch, 600), head(LEAVES)

    for index in range(600):
        verify_inclusion(LEAVES[index], reader.inclusion_proof(index), index=index, size=600, root=root)
        size = index + 1
        verify_consistency((size, 600), (reader.root(size), root), reader.consistency_proof(size))


def test_a_larger_log_serves_who_has_an_older_checkpoint():
    log = Log(LEAVES)

    assert TileReader(log.fetch, 250).root() == head(LEAVES[:250])


@pytest.mark.parametrize("content", [None, b"", bytes(31), bytes(88 * 32 - 1), bytes(88 * 32 + 32)])
def test_a_tile_that_is_missing_or_has_another_length_is_named(content):
    log = Log(LEAVES)
    log.files["tile/0/002.p/88"] = content
    files = {path: found for path, found in log.files.items() if found is not None}

    def fetch(path):
        if path not in files:
            raise FileNotFoundError(path)
        return files[path]

    with pytest.raises(SealmarkError, match=r'SM768 "tile/0/002.p/88" ') as caught:
        TileReader(fetch, 600).root()
    assert caught.value.codes == ("SM768",)


def test_a_full_tile_that_is_missing_is_named():
    log = Log(LEAVES[:256])
    del log.files["tile/0/000"]

    with pytest.raises(SealmarkError, match=r'SM768 "tile/0/000" is not there'):
        TileReader(log.fetch, 256).inclusion_proof(0)


# The tree ---------------------------------------------------------------------------------------------------------


@settings(max_examples=30)
@given(st.integers(1, 70).flatmap(lambda size: st.tuples(st.just(size), st.integers(0, size - 1))))
def test_an_audit_path_says_on_which_side_its_hashes_stand(place):
    size, index = place
    leaves = LEAVES[:size]

    steps = audit_path(index, size)

    assert [root_of_peaks([over(leaves, one) for one in places]) for _left, places in steps] == path(index, leaves)
    lefts = [one for is_left, places in steps if is_left for one in places]
    assert sum(1 << one.level for one in lefts) == index


@settings(max_examples=30)
@given(st.integers(0, 70))
def test_the_subtrees_that_leaves_complete_are_all_full_subtrees(size):
    leaves, peaks, kept = LEAVES[:size], [], {}

    for number, leaf in enumerate(leaves):
        peaks, made = made_by(peaks, number, leaf)
        kept |= dict(made)

    assert {place: over(leaves, place) for place in kept} == kept
    assert len({place.id for place in kept}) == len(kept) == sum(size >> level for level in range(1, 8))
    assert root_of_peaks(peaks) == root_of(leaves)
    assert sum(1 << place.level for place in covers(0, size)) == size
    assert Place(0, size).id == 2 * size
