"""Ledgers: the document alone gives the same draw again, and every change of it is found."""

import copy
import json
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sealmark.core.canonical import digest_json
from sealmark.core.errors import SealmarkError
from sealmark.measure import DrawRule, Replay, SamplingUnit, draw, ledger_document, replay
from sealmark.measure.sampling.ledgers import FORMAT

UNITS = [SamplingUnit(f"u{at:02d}", "ab"[at % 2], Decimal(at + 1) / 2, at < 3) for at in range(12)]
RULES = [
    DrawRule("simple", 4),
    DrawRule("stratified", 4, {"a": 1, "b": 3}),
    DrawRule("proportional", 4),
    DrawRule("systematic", 4),
    DrawRule("spread", 4, random=1),
]


def ledger(*rules, seed=8):
    return ledger_document([draw(UNITS, rule, seed=seed, label=rule.method) for rule in rules], engine="test 1")


def written(document):
    """The document as a file holds it."""
    return json.loads(json.dumps(document))


def sealed(document):
    return {**document, "digest": digest_json({key: value for key, value in document.items() if key != "digest"})}


@settings(deadline=None)
@given(st.integers(0, 10**9), st.sampled_from(RULES))
def test_a_ledger_gives_its_draw_again(seed, rule):
    assert replay(written(ledger(rule, seed=seed))) == Replay(same=True, drawn=4)


def test_a_ledger_says_what_it_is_and_how_to_check_it():
    document = ledger(*RULES)

    assert (document["format"], document["engine"], len(document["draws"])) == (FORMAT, "test 1", 5)
    assert "SEED|LABEL|UNIT" in document["how"]
    assert document["draws"][0]["frame"][1] == {"unit": "u01", "stratum": "b", "size": "1", "seen": True}


def test_a_changed_ledger_is_found_by_its_digest():
    document = written(ledger(RULES[0]))
    document["engine"] = "other"

    assert replay(document).differences == (
        "the digest does not belong to what the ledger holds: it was changed after it was written",
    )


def test_a_swapped_unit_is_named_even_when_the_seal_is_renewed():
    document = written(ledger(RULES[0]))
    drawn = [unit["unit"] for unit in document["draws"][0]["drawn"]]
    other = next(unit.id for unit in UNITS if unit.id not in drawn)
    document["draws"][0]["drawn"][0]["unit"] = other

    assert replay(sealed(document)) == Replay(
        same=False,
        drawn=4,
        differences=(
            f"simple: {other} is in the ledger but is not drawn",
            f"simple: {drawn[0]} is drawn but not in the ledger",
        ),
    )


@pytest.mark.parametrize(("key", "value"), [("reason", "all"), ("probability", "0.9"), ("stratum", "z")])
def test_a_changed_reason_or_probability_is_named(key, value):
    document = written(ledger(RULES[0]))
    document["draws"][0]["drawn"][0][key] = value

    (told,) = replay(sealed(document)).differences

    assert told.endswith("is drawn for another reason or with another probability")


def test_a_changed_frame_is_found_though_the_same_units_are_drawn():
    document = written(ledger(RULES[0]))
    drawn = {unit["unit"] for unit in document["draws"][0]["drawn"]}
    spare = next(unit for unit in document["draws"][0]["frame"] if unit["unit"] not in drawn)
    spare["size"] = "77"

    assert replay(sealed(document)).differences == ("simple: the frame is not the one whose digest the ledger names",)


def test_another_seed_is_found_and_long_lists_are_cut():
    document = written(ledger(DrawRule("simple", 9)))
    document["draws"][0]["drawn"] = [
        {**unit, "unit": f"x{at}"} for at, unit in enumerate(document["draws"][0]["drawn"])
    ]

    told = replay(sealed(document)).differences

    assert told[5] == "simple: 4 more: is in the ledger but is not drawn"
    assert len(told) == 12


def test_sizes_written_otherwise_are_the_same_sizes():
    document = written(ledger(RULES[2]))
    again = copy.deepcopy(document)
    again["draws"][0]["frame"][1]["size"] = "1.000"

    assert replay(sealed(again)).same


@pytest.mark.parametrize("change", [{"format": "other/1"}, {"draws": []}, {"more": 1}])
def test_what_is_no_ledger_is_refused_with_its_place(change):
    with pytest.raises(SealmarkError) as caught:
        replay({**ledger(RULES[0]), **change}, where="draw.json")

    assert caught.value.codes == ("SM470",)
    assert caught.value.problems[0].where == f"draw.json, {next(iter(change))}"


def test_a_list_is_no_ledger():
    with pytest.raises(SealmarkError) as caught:
        replay([])

    assert (caught.value.codes, caught.value.problems[0].where) == (("SM470",), "")
