"""Domain means with design-based errors against R survey and svy (``make bench``).

50,000 responses x 1,000 domains x 28 items. R survey and svy take minutes for
all domains: by default 20 domains are asked of them and counted fifty times;
SEALMARK_BENCH=full asks for all.
"""

import numpy as np
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from tests.benchmarks.speed.domains import ITEMS, domain_responses
from tests.benchmarks.speed.harness import FULL, Row, in_fresh_process, print_table
from tests.benchmarks.speed.programs import one_thread, run_peer

ROWS, DOMAINS = 50_000, 1_000
ASKED = DOMAINS if FULL else 20


@pytest.fixture(scope="module")
def responses(tmp_path_factory):
    folder = tmp_path_factory.mktemp("domains")
    table = domain_responses(ROWS, DOMAINS)
    pc.write_csv(table, folder / "responses.csv")
    pq.write_table(table, folder / "responses.parquet")
    return folder / "responses.csv", folder / "responses.parquet"


@pytest.mark.parametrize("script", ["domains.R", "svy_domains.py"])
def test_domain_means_against(script, responses, monkeypatch):
    for name, value in one_thread().items():
        monkeypatch.setenv(name, value)
    text, parquet = responses
    peer = run_peer(script, text if script.endswith(".R") else parquet, len(ITEMS), ASKED)
    if peer is None:
        pytest.skip(f"{script}: the program is not installed")

    ours = in_fresh_process("tests.benchmarks.speed.domains:domain_seconds", str(parquet), ASKED).answer

    theirs = peer["seconds"] * DOMAINS / ASKED
    row = Row(f"{ROWS:,} responses x {DOMAINS:,} domains x 28 items", ours["seconds"], theirs, 150, faster=True)
    print_table([row], f"Domain means against {peer['version']} ({ASKED} domains timed)")
    assert np.allclose(ours["means"], peer["means"], rtol=1e-12, atol=0)
    assert np.allclose(ours["errors"], peer["errors"], rtol=1e-9, atol=0)
    assert row.passes
