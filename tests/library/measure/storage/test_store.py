import json
import signal
import subprocess
import sys
import time

import duckdb
import numpy as np
import pyarrow.parquet as pq
import pytest

from sealmark.core.canonical import digest_file
from sealmark.core.errors import SealmarkError
from sealmark.measure import Design, Mean, estimate, fetch, import_table
from sealmark.measure.imports.mapping import mapping_from
from sealmark.measure.storage.filling import Roles, Work, fill_store
from sealmark.measure.storage.layout import CATALOG, read_catalog
from sealmark.measure.storage.opening import names_of, open_store

RULES = {
    "layout": "responses",
    "missing": [-99],
    "columns": {
        "year": {"from": "Year", "type": "whole"},
        "shop": {"from": "Shop", "type": "text"},
        "region": {"from": "Region", "type": "code", "allowed": ["N", "S"]},
        "w": {"from": "W", "type": "decimal"},
        "id": {"from": "Id", "type": "whole"},
    },
    "groups": [{"columns": {"q1": "Q1"}, "type": "whole", "lowest": 1, "highest": 10}],
}
ROLES = Roles(wave="year", organization="shop", stratum="region", weight="w")


def rows_of(year, count=60, first_shop=0):
    random = np.random.default_rng(year)
    shops = random.integers(first_shop, first_shop + 7, count)
    answers = random.choice([-99, *range(1, 11)], count)
    return [
        (year, f"shop {shop:02d}", "NS"[shop % 2], 0.5 + place / 100, place, answer)
        for place, (shop, answer) in enumerate(zip(shops, answers, strict=True))
    ]


def write(path, rows):
    lines = [",".join(str(cell) for cell in row) for row in rows]
    path.write_text("\n".join(["Year,Shop,Region,W,Id,Q1", *lines, ""]), encoding="utf-8")
    return path


@pytest.fixture
def mapping():
    return mapping_from(RULES)


@pytest.fixture
def store(tmp_path, mapping):
    fill_store([write(tmp_path / "2025.csv", rows_of(2025))], mapping, tmp_path / "store", roles=ROLES)
    return tmp_path / "store"


def files_of(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def code_of(act):
    with pytest.raises(SealmarkError) as caught:
        act()
    return caught.value.problems[0]


def test_a_store_has_one_file_per_wave_names_and_a_catalog(store):
    assert sorted(files_of(store)) == [
        "dimensions/organization.parquet",
        "dimensions/region.parquet",
        "responses/wave=2025/part-0.parquet",
        "store.json",
    ]


def test_columns_are_narrow_and_typed(store):
    schema = pq.read_schema(store / "responses/wave=2025/part-0.parquet")

    assert {field.name: str(field.type) for field in schema} == {
        "wave": "int32",
        "organization": "int32",
        "region": "int32",
        "w": "double",
        "id": "int64",
        "q1": "int16",
    }


def test_rows_are_sorted_and_compressed(store):
    file = store / "responses/wave=2025/part-0.parquet"
    table = pq.read_table(file).to_pydict()
    keys = list(zip(table["organization"], table["region"], table["id"], strict=True))

    assert keys == sorted(keys)
    assert pq.read_metadata(file).row_group(0).column(0).compression == "ZSTD"


def test_every_answer_comes_back_under_its_name(store, tmp_path, mapping):
    table = fetch(open_store(store, names=True)).to_pylist()
    expected = import_table(tmp_path / "2025.csv", mapping).table.to_pylist()

    found = sorted(table, key=lambda row: row["id"])
    assert [(row["wave"], row["organization"], row["region"], row["w"], row["id"], row["q1"]) for row in found] == [
        (row["year"], row["shop"], row["region"], row["w"], row["id"], row["q1"]) for row in expected
    ]


def test_the_catalog_counts_and_signs(store, tmp_path):
    catalog = read_catalog(store)
    (wave,), (done,) = catalog.waves, catalog.imports
    answered = sum(row[5] != -99 for row in rows_of(2025))

    assert (wave.key, wave.name, wave.rows) == (2025, "2025", 60)
    assert wave.answers["q1"] == answered
    assert wave.digest == digest_file(store / wave.file)
    assert (done.file, done.rows_in, done.rows_used, done.waves) == ("2025.csv", 60, 60, (2025,))
    assert done.digest == digest_file(tmp_path / "2025.csv")


def test_the_same_import_gives_the_same_bytes(store, tmp_path, mapping):
    fill_store([tmp_path / "2025.csv"], mapping, tmp_path / "again", roles=ROLES)

    assert files_of(tmp_path / "again") == files_of(store)


def test_estimates_from_a_store_are_those_from_the_export(store, tmp_path, mapping):
    (found,) = estimate(open_store(store), {"m": Mean("q1")}, design=Design("w", cluster="organization"))
    table = import_table(tmp_path / "2025.csv", mapping).table
    (expected,) = estimate(table, {"m": Mean("q1")}, design=Design("w", cluster="shop"))

    assert float(found.estimate.value) == pytest.approx(float(expected.estimate.value), rel=1e-12)
    assert float(found.estimate.standard_error) == pytest.approx(float(expected.estimate.standard_error), rel=1e-11)


def test_a_further_wave_keeps_the_keys_of_the_names(store, tmp_path, mapping):
    before = names_of(store)["organization"]

    fill_store([write(tmp_path / "b.csv", rows_of(2026, first_shop=4))], mapping, store, roles=ROLES)

    after = names_of(store)["organization"]
    assert {key: after[key] for key in before} == before
    assert sorted(after.values()) == [f"shop {number:02d}" for number in range(11)]
    assert [wave.name for wave in read_catalog(store).waves] == ["2025", "2026"]
    counts = fetch(open_store(store).wave.value_counts()).to_pydict()
    assert dict(zip(counts["wave"], counts["wave_count"], strict=True)) == {2025: 60, 2026: 60}


def test_chosen_waves_alone_are_read(store, tmp_path, mapping):
    fill_store([write(tmp_path / "b.csv", rows_of(2026, 30))], mapping, store, roles=ROLES)

    assert fetch(open_store(store, waves=["2026"])).num_rows == 30
    problem = code_of(lambda: open_store(store, waves=["2027"]))
    assert (problem.code, problem.what) == ("SM481", 'The store has no wave "2027".')


def test_a_wave_that_is_there_is_refused_and_nothing_changes(store, tmp_path, mapping):
    before = files_of(store)

    problem = code_of(lambda: fill_store([tmp_path / "2025.csv"], mapping, store, roles=ROLES))

    assert (problem.code, problem.what) == ("SM480", "The store already has the wave 2025.")
    assert files_of(store) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2025.csv", "store"]


def test_a_wave_is_replaced_when_asked(store, tmp_path, mapping):
    fill_store([write(tmp_path / "b.csv", rows_of(2025, 20))], mapping, store, roles=ROLES, work=Work(replace=True))

    (wave,) = read_catalog(store).waves
    assert (wave.rows, wave.file) == (20, "responses/wave=2025/part-1.parquet")
    assert [name for name in sorted(files_of(store)) if "responses" in name] == [wave.file]


def test_a_dry_run_writes_nothing(store, tmp_path, mapping):
    before = files_of(store)
    source = write(tmp_path / "b.csv", rows_of(2026))

    found = fill_store([source], mapping, store, roles=ROLES, work=Work(dry_run=True))
    fill_store([source], mapping, tmp_path / "new", roles=ROLES, work=Work(dry_run=True))

    assert [wave.name for wave in found.waves] == ["2026"]
    assert files_of(store) == before
    assert not (tmp_path / "new").exists()


def test_a_label_names_the_wave_of_all_rows(tmp_path, mapping):
    source = write(tmp_path / "a.csv", rows_of(2025))
    roles = Roles(wave_label="it's spring", organization="shop")

    fill_store([source], mapping, tmp_path / "store", roles=roles)

    assert names_of(tmp_path / "store")["wave"] == {1: "it's spring"}
    assert set(fetch(open_store(tmp_path / "store", names=True).select("wave"))["wave"].to_pylist()) == {"it's spring"}


def test_an_empty_folder_becomes_a_store(tmp_path, mapping):
    (tmp_path / "store").mkdir()

    fill_store([write(tmp_path / "a.csv", rows_of(2025))], mapping, tmp_path / "store", roles=ROLES)

    assert len(read_catalog(tmp_path / "store").waves) == 1


@pytest.mark.parametrize(
    ("roles", "what"),
    [
        (Roles(), "An import needs either the column that names the wave or one label for all rows."),
        (Roles("year", "2025"), "An import needs either the column that names the wave or one label for all rows."),
        (Roles("yaer"), 'The mapping has no column "yaer" for the wave.'),
        (Roles("year", organization="id", cluster="id"), 'The column "id" has two roles.'),
    ],
)
def test_roles_that_do_not_serve(tmp_path, mapping, roles, what):
    source = write(tmp_path / "a.csv", rows_of(2025))
    problem = code_of(lambda: fill_store([source], mapping, tmp_path / "s", roles=roles))

    assert (problem.code, problem.what) == ("SM481", what)


def test_a_column_that_takes_the_name_of_a_role_is_refused(tmp_path):
    rules = {**RULES, "columns": {**RULES["columns"], "wave": {"from": "Id", "type": "whole"}}}
    source = write(tmp_path / "a.csv", rows_of(2025))

    problem = code_of(lambda: fill_store([source], mapping_from(rules), tmp_path / "s", roles=ROLES))

    assert problem.what == "Two columns would be called wave in the store."


def test_another_mapping_does_not_fit_the_store(store, tmp_path):
    rules = {**RULES, "groups": [{"columns": {"q1": "Q1"}, "type": "whole", "lowest": 0, "highest": 10}]}
    source = write(tmp_path / "b.csv", rows_of(2026))

    problem = code_of(lambda: fill_store([source], mapping_from(rules), store, roles=ROLES))

    assert problem.what == "The import does not fit the store: q1 is another column, or missing."


def test_rows_without_a_wave_are_refused(tmp_path, mapping):
    source = write(tmp_path / "a.csv", [*rows_of(2025), ("", "shop 00", "N", 1, 99, 5)])

    problem = code_of(lambda: fill_store([source], mapping, tmp_path / "s", roles=ROLES))

    assert (problem.code, problem.what, problem.where) == ("SM481", "Rows have no wave.", "a.csv")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


def test_numbers_too_large_for_a_key_are_refused(tmp_path, mapping):
    source = write(tmp_path / "a.csv", [(2025, "shop", "N", 1, 5_000_000_000, 5), (2025, "shop", "N", 1, 7, 5)])

    problem = code_of(lambda: fill_store([source], mapping, tmp_path / "s", roles=Roles("year", cluster="id")))

    assert (problem.code, problem.what) == ("SM481", '1 values of "id" do not fit its int32.')


@pytest.mark.parametrize("form", ["file", "full", "no parent"])
def test_a_target_that_cannot_be_a_store(tmp_path, mapping, form):
    source = write(tmp_path / "a.csv", rows_of(2025))
    out = tmp_path / ("x/y" if form == "no parent" else "out")
    if form == "file":
        out.write_text("mine")
    if form == "full":
        out.mkdir()
        (out / "mine.txt").write_text("mine")

    assert code_of(lambda: fill_store([source], mapping, out, roles=ROLES)).code == "SM481"


def test_a_damaged_store_is_named(store):
    (store / "dimensions/region.parquet").unlink()

    assert code_of(lambda: open_store(store)).what == (
        "The store lacks dimensions/region.parquet, which its catalog lists."
    )
    (store / CATALOG).write_text("{}")
    assert code_of(lambda: open_store(store)).what == 'The folder "store" is no store of the format sealmark-store/1.'


def test_an_import_that_finished_meanwhile_is_not_lost(store, tmp_path, mapping):
    source = write(tmp_path / "b.csv", rows_of(2026))
    other = write(tmp_path / "c.csv", rows_of(2027))
    done = []

    def other_first(step):
        if step.label == "writing wave 2026" and not done:
            done.append(step)
            fill_store([other], mapping, store, roles=ROLES)

    problem = code_of(lambda: fill_store([source], mapping, store, roles=ROLES, work=Work(tell=other_first)))

    assert problem.what == "Another import has changed the store meanwhile."
    assert [wave.name for wave in read_catalog(store).waves] == ["2025", "2027"]


def test_a_failure_while_switching_leaves_the_answers_as_they_were(store, tmp_path, mapping):
    before = files_of(store)
    source = write(tmp_path / "b.csv", rows_of(2026) + rows_of(2027))
    (store / "responses/wave=2027").write_text("in the way")

    with pytest.raises(OSError, match="exists"):
        fill_store([source], mapping, store, roles=ROLES)

    (store / "responses/wave=2027").unlink()
    assert files_of(store) == before
    fill_store([source], mapping, store, roles=ROLES)
    assert [wave.rows for wave in read_catalog(store).waves] == [60, 60, 60]


def test_what_a_killed_import_left_in_the_store_goes_with_the_next(store, tmp_path, mapping):
    for left in ("responses/wave=2025/part-7.parquet", "responses/wave=1999/part-0.parquet"):
        (store / left).parent.mkdir(exist_ok=True)
        (store / left).write_bytes(b"half")

    assert fetch(open_store(store)).num_rows == 60
    fill_store([write(tmp_path / "b.csv", rows_of(2026))], mapping, store, roles=ROLES)

    assert sorted(path.name for path in (store / "responses").rglob("*")) == [
        "part-0.parquet",
        "part-0.parquet",
        "wave=2025",
        "wave=2026",
    ]


def test_events_are_refused(tmp_path):
    columns = {"case": {"from": "Shop", "type": "text"}, "activity": {"from": "Region", "type": "text"}}
    columns["at"] = {"from": "Day", "type": "date"}
    mapping = mapping_from({"layout": "events", "columns": columns, "events": {}})

    problem = code_of(lambda: fill_store([], mapping, tmp_path / "s", roles=Roles(wave_label="x")))

    assert problem.what == "A store holds one row per row of the export, but this mapping makes cases of events."


def test_columns_of_every_type_are_stored(tmp_path):
    (tmp_path / "a.csv").write_text("D,T,B,X,Y\n2026-03-29,2026-03-29 01:02:03,true,1.5,free\n,,,,\n2026-03-30,,,,\n")
    columns = {
        "day": {"from": "D", "type": "date"},
        "time": {"from": "T", "type": "datetime"},
        "flag": {"from": "B", "type": "boolean"},
        "number": {"from": "X", "type": "decimal"},
        "note": {"from": "Y", "type": "text"},
    }
    mapping = mapping_from({"dates": {"time_zone": "UTC"}, "columns": columns})

    fill_store([tmp_path / "a.csv"], mapping, tmp_path / "s", roles=Roles(wave="day"))

    expected = import_table(tmp_path / "a.csv", mapping).table.to_pylist()
    found = fetch(open_store(tmp_path / "s", names=True)).to_pylist()
    assert found == [{"wave": str(row.pop("day")), **row} for row in expected]


def test_steps_are_told_from_beginning_to_end(tmp_path, mapping):
    steps = []

    fill_store(
        [write(tmp_path / "a.csv", rows_of(2025))], mapping, tmp_path / "s", roles=ROLES, work=Work(tell=steps.append)
    )

    ends = [(step.label, step.share, step.rows) for step in steps if step.share in {0.0, 1.0}]
    assert list(dict.fromkeys(ends)) == [
        ("reading a.csv", 0.0, 61),
        ("reading a.csv", 1.0, 61),
        ("staging a.csv", 0.0, 60),
        ("staging a.csv", 1.0, 60),
        ("writing wave 2025", 0.0, 60),
        ("writing wave 2025", 1.0, 60),
    ]


def test_little_memory_is_told(tmp_path, mapping):
    source = write(tmp_path / "a.csv", rows_of(2025, 20_000))

    problem = code_of(lambda: fill_store([source], mapping, tmp_path / "s", roles=ROLES, work=Work(memory_limit="1MB")))

    assert (problem.code, problem.fix) == (
        "SM482",
        "Raise the memory limit (--memory-limit), spill to a larger disk, or measure fewer cells at a time.",
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


INTERRUPTED = """
import signal
import sys
from pathlib import Path
from sealmark.measure.imports.mapping import mapping_from
from sealmark.measure.storage.filling import Roles, Work, fill_store
import json
# Started in the background, a process inherits that interrupts are ignored.
signal.signal(signal.SIGINT, signal.default_int_handler)
folder = Path(sys.argv[1])
def tell(step):
    print(step.label, flush=True)
roles = Roles(wave="year", organization="shop", stratum="region", weight="w")
mapping = mapping_from(json.loads(sys.argv[2]))
fill_store([folder / "big.csv"], mapping, folder / "store", roles=roles, work=Work(tell=tell))
"""


@pytest.mark.parametrize("begun", [False, True], ids=["a new store", "a further wave"])
@pytest.mark.parametrize("moment", ["reading big.csv", "writing wave 2026"])
def test_an_interrupt_leaves_no_half_file(tmp_path, mapping, begun, moment):
    columns = "2026 AS Year, 'shop ' || i % 9 AS Shop, 'N' AS Region, 1.5 AS W, i AS Id, 1 + hash(i) % 10 AS Q1"
    duckdb.execute(f"COPY (SELECT {columns} FROM range(400000) t(i)) TO '{tmp_path / 'big.csv'}' (HEADER)")
    if begun:
        fill_store([write(tmp_path / "2025.csv", rows_of(2025))], mapping, tmp_path / "store", roles=ROLES)
    before = files_of(tmp_path)

    process = subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED, str(tmp_path), json.dumps(RULES)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    for line in process.stdout:
        if line.strip() == moment:
            break
    time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)

    assert process.returncode not in {0, None}, errors
    assert "KeyboardInterrupt" in errors or "nterrupt" in errors
    assert files_of(tmp_path) == before
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted({name.split("/")[0] for name in before})
    assert (tmp_path / "store").exists() == begun


def test_a_disk_that_cannot_be_written_is_told(tmp_path, mapping):
    source = write(tmp_path / "a.csv", rows_of(2025))

    def in_the_way(step):
        if step.label == "staging a.csv" and not step.share:
            (staged,) = tmp_path.glob(".s.importing-*")
            (staged / "staged-0.parquet").mkdir()

    problem = code_of(lambda: fill_store([source], mapping, tmp_path / "s", roles=ROLES, work=Work(tell=in_the_way)))

    assert (problem.code, problem.fix) == ("SM482", "Make room, or name another folder.")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.csv"]


def test_several_files_make_one_import(tmp_path, mapping):
    sources = [write(tmp_path / f"{year}.csv", rows_of(year)) for year in (2025, 2026)]

    found = fill_store(sources, mapping, tmp_path / "s", roles=ROLES)

    assert [(wave.name, wave.rows) for wave in found.waves] == [("2025", 60), ("2026", 60)]
    assert [(done.file, done.waves) for done in found.store.imports] == [("2025.csv", (2025,)), ("2026.csv", (2026,))]
