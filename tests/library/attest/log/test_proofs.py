"""Proofs of a log against published cases, against a tree computed by recursion, and with one bit altered."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.library.attest.log.forest import head, leaves_of, path, proof

from sealmark.attest.log.proofs import verify_consistency, verify_inclusion
from sealmark.attest.log.tree import EMPTY_ROOT, leaf_hash, root_of
from sealmark.core.errors import SealmarkError

LEAVES = leaves_of(70)


def plain(text):
    return base64.b64decode(text or "")


def answer(check):
    """Return whether a proof is taken."""
    try:
        check()
    except SealmarkError as error:
        return error.codes not in {("SM760",), ("SM761",)}
    return True


def inclusion(case):
    start, end = case.get("start", 0), case.get("end", case.get("treeSize"))
    hashes = [plain(one) for one in case["proof"] or []]
    return lambda: verify_inclusion(
        plain(case["leafHash"]), hashes, index=case["leafIdx"] - start, size=end - start, root=plain(case["root"])
    )


def consistency(case):
    sizes = case.get("size1", case.get("end")), case.get("size2", case.get("size"))
    roots = plain(case["root1"]), plain(case["root2"])
    hashes = [plain(one) for one in case["proof"] or []]
    return lambda: verify_consistency(sizes, roots, hashes, start=case.get("start", 0))


KINDS = {
    # kind: how it is checked, how many cases there are, how many of them are right
    "inclusion": (inclusion, 98, 6),
    "consistency": (consistency, 98, 6),
    "subtreeinclusion": (inclusion, 204, 12),
    "subtreeconsistency": (consistency, 118, 12),
}


@pytest.mark.parametrize("kind", KINDS)
def test_published_proofs_are_taken_and_malformed_ones_refused(merkle, kind):
    check, number, right = KINDS[kind]
    cases = {file: json.loads(file.read_text()) for file in sorted((merkle / "testdata" / kind).rglob("*.json"))}

    wrong = [file.stem for file, case in cases.items() if answer(check(case)) == case["wantErr"]]

    assert (len(cases), sum(not case["wantErr"] for case in cases.values())) == (number, right)
    # A subtree without leaves proves nothing: refused, although the cases would let it pass.
    assert all(name.startswith("subtree-is-empty") for name in wrong)
    assert len(wrong) == (6 if kind == "subtreeconsistency" else 0)


def test_the_published_roots_of_a_growing_tree(merkle):
    told = json.loads((merkle / "ct_reference_leaves_and_roots.json").read_text())
    leaves = [leaf_hash(bytes.fromhex(one)) for one in told["leaf_inputs_hex"]]

    roots = [root_of(leaves[: size + 1]).hex() for size in range(len(leaves))]

    assert roots == told["root_hash_hex_for_first_n_leaves"]
    assert EMPTY_ROOT.hex() == told["empty_tree_hash_hex"]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_proof_with_one_bit_altered_is_refused(data):
    size = data.draw(st.integers(2, 70))
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size - 1))
    leaves, root = LEAVES[:size], head(LEAVES[:size])
    included = [leaves[index], *path(index, leaves), root]
    continued = [head(leaves[:old]), root, *proof(old, leaves)]
    in_one, in_other = (data.draw(st.integers(0, 256 * len(parts) - 1)) for parts in (included, continued))

    def includes(parts):
        return answer(lambda: verify_inclusion(parts[0], parts[1:-1], index=index, size=size, root=parts[-1]))

    def continues(parts):
        return answer(lambda: verify_consistency((old, size), (parts[0], parts[1]), parts[2:]))

    assert includes(included)
    assert continues(continued)
    assert not includes(flipped(included, in_one))
    assert not continues(flipped(continued, in_other))


def flipped(parts, bit):
    whole = bytearray(b"".join(parts))
    whole[bit // 8] ^= 1 << bit % 8
    return [bytes(whole[at : at + 32]) for at in range(0, len(whole), 32)]


@pytest.mark.parametrize("size", [3, 8, 13])
def test_a_proof_holds_for_its_numbers_alone(size):
    leaves, root = LEAVES[:size], head(LEAVES[:size])

    places = [(index, told) for index in range(size) for told in range(-1, size + 2)]
    included = [
        (index, told)
        for index, told in places
        if answer(lambda: verify_inclusion(leaves[index], path(index, leaves), index=told, size=size, root=root))  # noqa: B023
    ]
    olds = [
        (old, told)
        for old in range(1, size)
        for told in range(-1, size + 1)
        if answer(lambda: verify_consistency((told, size), (head(leaves[:old]), root), proof(old, leaves)))  # noqa: B023
    ]

    assert included == [(index, index) for index in range(size)]
    assert olds == [(old, old) for old in range(1, size)]


def test_trees_without_leaves_prove_nothing():
    assert not answer(lambda: verify_inclusion(LEAVES[0], [], index=0, size=0, root=EMPTY_ROOT))
    assert not answer(lambda: verify_consistency((0, 3), (EMPTY_ROOT, head(LEAVES[:3])), []))
    assert not answer(lambda: verify_consistency((0, 0), (EMPTY_ROOT, EMPTY_ROOT), []))
