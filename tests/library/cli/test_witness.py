"""``sealmark witness``: over HTTP and from a folder, what it keeps, and how it ends."""

import http.server
import json
import threading
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.library.attest.log.forest import KEY, ORIGIN, Log, leaves_of

from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.log.notes import NoteKey
from sealmark.cli.main import cli

LEAVES = leaves_of(300)
STRANGER = SoftwareSigner.generate(bytes(range(7, 39)))


def publish(folder, log, key=KEY):
    for path, content in {**log.files, "checkpoint": log.note, "key": f"{key.text}\n".encode()}.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def run(*words):
    return CliRunner().invoke(cli, ["witness", *map(str, words)])


@pytest.fixture
def log(tmp_path):
    folder = tmp_path / "log"
    publish(folder, Log(LEAVES[:260]))
    return folder


@pytest.fixture
def state(tmp_path):
    return tmp_path / "seen.json"


def test_a_log_is_followed_from_its_first_use(log, state):
    first = run(log, "--state", state)
    publish(log, Log(LEAVES))
    second = run(log, "--state", state, "--json")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.stdout.splitlines() == [
        f"{ORIGIN}: 260 entries, 260 of them new; it continues what was seen. 1 tile compared.",
        f"Its key from now on: {KEY.text}",
    ]
    told = json.loads(second.stdout)
    assert (told["consistent"], told["before"], told["entries"], told["key"]) == (True, 260, 300, KEY.text)
    kept = json.loads(state.read_text())
    assert (kept["entries"], kept["note"].encode()) == (300, Log(LEAVES).note)


@pytest.mark.parametrize(
    ("code", "after"),
    [
        ("SM765", Log(LEAVES[:250])),
        ("SM766", Log([*LEAVES[:259], LEAVES[0]])),
        ("SM767", Log([LEAVES[1], *LEAVES[1:]])),
        ("SM764", Log(LEAVES, signer=STRANGER)),
    ],
)
def test_a_log_that_contradicts_itself_is_cried_out_and_the_proof_kept(log, state, code, after):
    run(log, "--state", state)
    before = state.read_bytes()
    # The key that is published beside is exchanged too: it is the one of the first use that counts.
    publish(log, after, NoteKey(ORIGIN, STRANGER.key))

    told = run(log, "--state", state)
    again = run(log, "--state", state, "--json")

    assert (told.exit_code, told.stdout[:5]) == (1, code)
    found = json.loads(again.stdout)
    assert (again.exit_code, found["consistent"], found["problems"][0]["code"]) == (1, False, code)
    assert Path(found["proof"]).read_bytes() == after.note
    assert state.read_bytes() == before


def test_a_tile_altered_long_ago_is_found_by_a_whole_comparison(log, state):
    run(log, "--state", state)
    publish(log, Log(LEAVES))
    run(log, "--state", state)
    (log / "tile/0/000").write_bytes(bytes(8192))

    assert run(log, "--state", state).exit_code == 0
    assert run(log, "--state", state, "--whole").stdout[:5] == "SM768"


@pytest.mark.parametrize(
    "words",
    [["nowhere"], ["ftp://register.example/log"], ["http://"], ["http://x:y/log"], ["https://x/log?a=b"],
     ["http://127.0.0.1:1/log"]],
)  # fmt: skip
def test_what_is_no_log_is_said(state, words):
    told = run(*words, "--state", state)

    assert (told.exit_code, told.stderr[:5], state.exists()) == (2, "SM769", False)


def test_a_state_file_that_is_none_and_a_key_that_does_not_fit_are_refused(log, state, tmp_path):
    run(log, "--state", state)
    other = NoteKey(ORIGIN, STRANGER.key).text
    (tmp_path / "text").write_text("no state")
    altered = json.loads(state.read_text())
    (tmp_path / "altered").write_text(json.dumps({**altered, "note": altered["note"].replace("260", "261")}))
    (tmp_path / "empty").mkdir()

    codes = [
        run(log, "--state", state, "--key", other).stderr[:5],
        run(log, "--state", tmp_path / "text").stderr[:5],
        run(log, "--state", tmp_path / "altered").stderr[:5],
        run(tmp_path / "empty", "--state", tmp_path / "new").stderr[:5],
        run(log, "--state", tmp_path / "new", "--key", "x").stderr[:5],
        run(log, "--state", tmp_path / "new", "--key", other).stdout[:5],
    ]

    assert codes == ["SM769", "SM769", "SM769", "SM769", "SM763", "SM764"]
    assert not (tmp_path / "new").exists()
    assert run(log, "--state", tmp_path / "new", "--key", KEY.text).exit_code == 0


class Hostile(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, and some things that a log does not serve."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        name = self.path.rpartition("/")[2]
        if self.path.startswith("/elsewhere"):
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.2:{self.server.server_port}/checkpoint")
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif self.path.startswith("/endless") or (self.path.startswith("/large") and name != "checkpoint"):
            self.send_response(200)
            self.send_header("Content-Length", str(10**12))
            self.end_headers()
            self.wfile.write(bytes(70_000))
            self.close_connection = True
        else:
            self.path = self.path.replace("/large/", "/log/").replace("/forgetful/", "/log/")
            super().do_GET()
            # A server may end a connection without a word.
            self.close_connection = True

    def log_message(self, *words):
        pass


@pytest.fixture
def site(log):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Hostile, directory=log.parent))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_a_log_is_followed_over_http_and_leads_nowhere_else(site, log, state):
    first = run(f"{site}/log/", "--state", state)
    publish(log, Log(LEAVES))
    second = run(f"{site}/log", "--state", state)
    led = run(f"{site}/elsewhere", "--state", state.with_name("other"), "--key", KEY.text)
    endless = run(f"{site}/endless", "--state", state.with_name("other"), "--key", KEY.text)
    large = run(f"{site}/large", "--state", state.with_name("other"), "--key", KEY.text)
    plain = run(f"{site.replace('http', 'https')}/log", "--state", state.with_name("other"), "--key", KEY.text)
    folder = run(log.parent, "--state", state.with_name("other"), "--key", KEY.text)
    (log / "tile/0/001.p/44").unlink()
    gone = run(f"{site}/log", "--state", state, "--whole")

    assert (first.exit_code, second.exit_code) == (0, 0)
    assert (led.exit_code, "answers with 302" in led.stderr) == (2, True)
    assert (endless.exit_code, "larger than any file" in endless.stderr) == (2, True)
    assert [(one.exit_code, one.stderr[:5]) for one in (large, plain, folder)] == [(2, "SM769")] * 3
    assert (gone.exit_code, gone.stdout[:5]) == (1, "SM768")
