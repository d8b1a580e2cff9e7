"""Recomputing confirms an evaluation, or names what changed."""

import copy
import json
import shutil

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from tests.library.evaluation.small import CASE, changed, edition, write_light_case, write_pack

from sealmark.core.canonical import canonical_bytes, digest_file, digest_json
from sealmark.core.errors import SealmarkError
from sealmark.evaluation.reproduce import first_differences, reproduce
from sealmark.evaluation.run import evaluate


@pytest.fixture(scope="module")
def ground(tmp_path_factory):
    """A pack, a case and its evaluation as it comes back from a file."""
    folder = tmp_path_factory.mktemp("ground")
    pack = write_pack(folder / "pack")
    case = write_light_case(folder / "case")
    evaluation = evaluate(str(pack), case, draws=40)
    document, private = (json.loads(canonical_bytes(item)) for item in (evaluation.document, evaluation.fingerprints))
    return pack, case, document, private


@pytest.fixture
def place(ground, tmp_path):
    """Copies of pack and case that a test may change, and the evaluation."""
    pack, case, document, _ = ground
    shutil.copytree(pack, tmp_path / "pack")
    shutil.copytree(case, tmp_path / "case")
    return tmp_path / "pack", tmp_path / "case", copy.deepcopy(document)


@pytest.fixture
def private(ground):
    """The fingerprints that were written beside the evaluation."""
    return copy.deepcopy(ground[3])


def test_a_copy_of_the_case_reproduces_the_evaluation(place, private):
    pack, case, document = place

    alone = reproduce(document, case, str(pack))
    found = reproduce(document, case, str(pack), fingerprints=private)

    assert (found.same, found.digest, found.differences) == (True, document["digest"], ())
    assert alone == found


def test_the_evaluation_holds_no_digest_of_few_rows(place, private):
    _, _, document = place

    assert [item["fingerprint"] for item in document["inputs"]] == [
        {"rows": found["rows"], "blocks": []} for found in private["inputs"].values()
    ]
    assert document["fingerprints"] == digest_json(private)


def test_without_the_private_file_a_small_input_is_named_as_a_whole(place):
    pack, case, document = place
    text = (case / "judgements.csv").read_text().replace("polite,site-1,Ada,,,8.5", "polite,site-1,Ada,,,0")
    (case / "judgements.csv").write_text(text)

    found = reproduce(document, case, str(pack))

    assert found.differences[0] == (
        "input judgements.csv: its content differs; only private/fingerprints.json tells where, and it is not there"
    )


def test_the_private_file_of_another_evaluation_is_refused(place, private):
    pack, case, document = place
    del private["inputs"]["facts.yaml"]

    with pytest.raises(SealmarkError) as caught:
        reproduce(document, case, str(pack), fingerprints=private)

    assert caught.value.codes == ("SM641",)


CHANGES = {
    "judgements.csv": (
        "polite,site-2,Ada,,,7,",
        "polite,site-2,Ada,,,9,",
        'input judgements.csv: line 3, column mark; it now reads "9"',
    ),
    "documents.csv": (
        "2027-01-10",
        "2026-12-10",
        'input documents.csv: line 2, column valid_until; it now reads "2026-12-10"',
    ),
    "persons.csv": ("2025-09-01,,1", "2025-09-01,,5", 'input persons.csv: line 3, column number; it now reads "5"'),
    "sites.csv": ("Four", "Vier", 'input sites.csv: line 5, column name; it now reads "Vier"'),
    "facts.yaml": ("incidents: 2", "incidents: 3", 'input facts.yaml: line 3; it now reads "  incidents: 3"'),
    "case.yaml": ("  name: Example", "  name: Exempel", 'input case.yaml: line 3; it now reads "  name: Exempel"'),
}


@pytest.mark.parametrize("name", CHANGES)
def test_one_changed_cell_is_found_and_named(place, private, name):
    pack, case, document = place
    before, after, expected = CHANGES[name]
    text = (case / name).read_text()
    assert text.count(before) == 1
    (case / name).write_text(text.replace(before, after))

    found = reproduce(document, case, str(pack), fingerprints=private)

    assert not found.same
    assert found.differences[0] == expected


def test_what_a_changed_mark_does_to_the_result_is_told(place, private):
    pack, case, document = place
    text = (case / "judgements.csv").read_text().replace("polite,site-1,Ada,,,8.5", "polite,site-1,Ada,,,0")
    (case / "judgements.csv").write_text(text)

    found = reproduce(document, case, str(pack), fingerprints=private)

    assert found.differences[0] == 'input judgements.csv: line 2, column mark; it now reads "0"'
    assert found.differences[1:] == (
        "result ladders.stars.grade: not-determined -> none",
        "result findings.polite.share: 0.775 -> 0.35",
    )


@pytest.mark.parametrize("kind", ["xlsx", "parquet"])
def test_one_changed_cell_of_a_workbook_or_parquet_file_is_named(tmp_path, kind):
    rows = [line.split(",") for line in CASE["judgements.csv"].splitlines()]
    case = write_light_case(tmp_path / "case", {"judgements.csv": None})
    text = (case / "case.yaml").read_text().replace("judgements.csv", f"judgements.{kind}")
    (case / "case.yaml").write_text(text)
    write_table(case / f"judgements.{kind}", rows)
    evaluation = evaluate(edition(), case, draws=10)
    document, private = (json.loads(canonical_bytes(item)) for item in (evaluation.document, evaluation.fingerprints))
    rows[2][5] = "9"
    write_table(case / f"judgements.{kind}", rows)

    found = reproduce(document, case, str(write_pack(tmp_path / "pack")), fingerprints=private)

    assert found.differences[0] == f'input judgements.{kind}: row 3, column mark; it now reads "9"'


def write_table(path, rows):
    if path.suffix == ".parquet":
        columns = {name: pa.array([row[at] for row in rows[1:]], pa.string()) for at, name in enumerate(rows[0])}
        pq.write_table(pa.table(columns), path)
        return
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            for at, cell in enumerate(row):
                sheet.write_string(number, at, cell)


def test_two_changed_cells_and_added_rows_are_told(place, private):
    pack, case, document = place
    text = (case / "judgements.csv").read_text()
    (case / "judgements.csv").write_text(text.replace("Ada,,,8.5", "Ada,,,8").replace("u2,no", "u2,yes"))
    (case / "persons.csv").write_text(CASE["persons.csv"] + "practitioner,2025-10-01,,1\n")

    found = reproduce(document, case, str(pack), fingerprints=private)

    assert [line for line in found.differences if line.startswith("input")] == [
        'input judgements.csv: line 2, column mark; it now reads "8"',
        'input judgements.csv: line 11, column mark; it now reads "yes"',
        "input persons.csv: 3 lines before, 4 now; the first difference is at line 4",
    ]


def test_other_line_ends_are_told_as_what_they_are(place, private):
    pack, case, document = place
    (case / "sites.csv").write_bytes((case / "sites.csv").read_bytes().replace(b"\n", b"\r\n"))

    assert reproduce(document, case, str(pack), fingerprints=private).differences == (
        "input sites.csv: its content differs, though in no row (line ends, a byte order mark, formats), or its kind has no rows",
    )


def test_a_file_that_is_gone_is_told_and_why_nothing_was_recomputed(place):
    pack, case, document = place
    (case / "facts.yaml").unlink()

    found = reproduce(document, case, str(pack))

    assert (found.same, found.digest) == (False, "")
    assert found.differences == (
        "input facts.yaml: the file is no longer there",
        'recomputing stops: The file "facts.yaml" does not exist. (case.yaml, line 10, column 1, facts)',
    )


def test_files_newly_or_no_longer_named_are_told(place):
    pack, case, document = place
    text = (case / "case.yaml").read_text()
    (case / "case.yaml").write_text(
        text.replace("facts: facts.yaml\n", "").replace("[judgements.csv]", "[judgements.csv, more.csv]")
    )
    (case / "more.csv").write_text("requirement,site,mark\npolite,site-3,7\n")

    found = reproduce(document, case, str(pack))

    assert [line for line in found.differences if "named" in line] == [
        "input facts.yaml: no longer named in case.yaml",
        "input more.csv: newly named in case.yaml",
    ]


def test_a_change_that_makes_the_case_unreadable_is_named_first(place, private):
    pack, case, document = place
    (case / "judgements.csv").write_text(
        CASE["judgements.csv"].replace("polite,site-2,Ada,,,7,", "polite,site-2,Ada,,,70,")
    )

    found = reproduce(document, case, str(pack), fingerprints=private)

    assert found.differences == (
        'input judgements.csv: line 3, column mark; it now reads "70"',
        'recomputing stops: "70" is not legal in the column "mark". (judgements.csv, row 3, column mark)',
    )


def test_a_changed_file_of_the_pack_is_named(place):
    pack, case, document = place
    rule = pack / "editions/1/requirements/trained.yaml"
    rule.write_text(rule.read_text().replace("at_least: 2", "at_least: 9"))
    (pack / "editions/1/requirements/extra.yaml").write_text("id: extra\nevidence: [{judgement: ten}]\n")
    (pack / "editions/1/requirements/hotline.yaml").unlink()
    tree = pack / "editions/1/tree.yaml"
    tree.write_text(tree.read_text().replace(" hotline,", ""))

    found = reproduce(document, case, str(pack))

    assert [line for line in found.differences if "file" in line] == [
        "scheme small/1, file requirements/extra.yaml: new",
        "scheme small/1, file requirements/hotline.yaml: no longer there",
        "scheme small/1, file requirements/trained.yaml: content differs",
        "scheme small/1, file tree.yaml: content differs",
    ]
    assert "result findings.trained.share: 1 -> 0" in found.differences


def test_many_changed_files_of_the_pack_are_counted(place):
    pack, case, document = place
    for path in (pack / "editions/1/requirements").glob("*.yaml"):
        path.write_text(path.read_text() + "# a remark\n")

    found = reproduce(document, case, str(pack))

    assert not found.same
    assert found.differences[-1] == "scheme small/1: and 4 more files"


def test_another_scheme_is_named(place):
    pack, case, document = place
    document["scheme"]["id"] = "small/0"

    assert "scheme: small/0 before, small/1 now" in reproduce(document, case, str(pack)).differences


def test_another_engine_is_named(place):
    pack, case, document = place
    document["engine"]["version"] = "0.0.1"

    assert any(
        line.startswith("engine version: 0.0.1 before, ") for line in reproduce(document, case, str(pack)).differences
    )


def test_a_tampered_evaluation_is_detected(place):
    pack, case, document = place
    document["ladders"]["stars"]["grade"] = "silver"

    found = reproduce(document, case, str(pack))

    assert not found.same
    assert (
        found.differences[0] == "evaluation.json was changed after it was written: its digest does not fit its content"
    )


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            lambda document: document["ladders"]["stars"].update(grade="silver"),
            "result ladders.stars.grade: silver -> not-determined",
        ),
        (
            lambda document: document["imports"][0]["reconciliation"].update(rows_in=99),
            "imports[0].reconciliation.rows_in: 99 -> 10",
        ),
        (lambda document: document.update(extra=1), "result extra: 1 -> None"),
        (
            lambda document: document.pop("gates"),
            "result gates: None -> {'politeness': {'holds': True, 'waived': '', 'reasons': [...",
        ),
    ],
)
def test_an_evaluation_that_was_tampered_with_and_sealed_again_is_detected(place, change, expected):
    pack, case, document = place
    change(document)
    document["digest"] = digest_json({key: value for key, value in document.items() if key != "digest"})

    found = reproduce(document, case, str(pack))

    assert (found.same, found.differences[0]) == (False, expected)


@pytest.mark.parametrize("document", [{}, {"format": "other/1"}])
def test_what_is_no_evaluation_is_refused(tmp_path, document):
    with pytest.raises(SealmarkError) as caught:
        reproduce(document, tmp_path)

    assert str(caught.value) == (
        "SM602 The file is not in the format sealmark-evaluation/1.\n  in:  evaluation.json\n"
        "  fix: Give an evaluation.json that `sealmark evaluate` wrote."
    )


def test_an_evaluation_with_parts_missing_is_refused(place):
    pack, case, document = place
    del document["seed"]
    document["inputs"] = "none"

    with pytest.raises(SealmarkError) as caught:
        reproduce(document, case, str(pack))

    assert caught.value.problems[0].what == "The evaluation lacks seed, inputs, or they are of the wrong kind."


def test_mistakes_of_an_unchanged_case_are_errors_as_in_evaluate(tmp_path):
    pack = write_pack(tmp_path / "pack")
    case = write_light_case(tmp_path / "case")
    document = json.loads(canonical_bytes(evaluate(str(pack), case, draws=0).document))
    (case / "facts.yaml").write_text("facts: {incidents: 99}\n")
    document["inputs"] = [{**item, "digest": digest_file(case / item["path"])} for item in document["inputs"]]
    document["digest"] = digest_json({key: value for key, value in document.items() if key != "digest"})

    with pytest.raises(SealmarkError) as caught:
        reproduce(document, case, str(pack))

    assert caught.value.codes == ("SM314",)


def test_an_older_fingerprint_still_says_that_a_file_changed(place):
    pack, case, document = place
    for item in document["inputs"]:
        item["fingerprint"] = None
    document["digest"] = digest_json({key: value for key, value in document.items() if key != "digest"})
    (case / "facts.yaml").write_text(changed("facts.yaml", "incidents: 2", "incidents: 3")["facts.yaml"])

    assert reproduce(document, case, str(pack)).differences[0].startswith("input facts.yaml: its content differs")


def test_first_differences_are_five_at_most_and_short():
    before = {"a": [1, 2], "b": {"c": "x" * 80}, "d": [1], **{f"k{number}": number for number in range(9)}}
    now = {"a": [1, 3], "b": {"c": "y"}, "d": [1, 2]}

    assert first_differences(before, now) == [
        "a[1]: 2 -> 3",
        f"b.c: {'x' * 57}... -> y",
        "d: [1] -> [1, 2]",
        "k0: 0 -> None",
        "k1: 1 -> None",
    ]
