"""``sealmark verify``: whatever somebody has in hand, one sentence and an exit code; against a host of this machine too."""

import base64
import contextlib
import datetime as dt
import http.server
import json
import subprocess
import sys
import threading

import pytest
from click.testing import CliRunner
from tests.library.attest.verifying.house import (
    BODY,
    METHOD,
    NUMBER,
    SIGNER,
    House,
    as_bytes,
    body_of,
    composed,
    signed,
    unsigned,
)
from tests.library.attest.verifying.test_reading import PAGE, pdf, picture

from sealmark.attest.envelopes import seal_jwt
from sealmark.cli.main import cli
from sealmark.cli.verifying import apart

AT = ("--as-of", "2026-11-22T13:00:00Z")


def run(*words, content=None):
    return CliRunner().invoke(cli, ["verify", *map(str, words)], input=content)


def told(result):
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def credential():
    return signed(composed())


@pytest.fixture
def house(credential, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    house = House(credential)
    (tmp_path / "certificate.json").write_bytes(as_bytes(house.bundle()))
    (tmp_path / "issuers").mkdir()
    (tmp_path / "issuers" / "body.json").write_bytes(as_bytes(house.document))
    (tmp_path / "issuers" / "installation.json").write_bytes(as_bytes(house.installation()))
    return house


def test_the_answer_comes_first(house):
    result = run("certificate.json", "--offline", *AT, "--issuers", "issuers")

    assert result.exit_code == 0
    assert result.stdout.splitlines()[:3] == [
        "This certificate is valid.",
        f"  Number                           {NUMBER}",
        "  Holder                           Müller & Söhne GmbH",
    ]
    assert "+ It stands in the public log certs.example.org/log." in result.stdout


def test_the_same_words_in_json_and_sentences_in_four_languages(house):
    said = {
        language: told(run("certificate.json", "--offline", *AT, "--json", "--language", language))
        for language in ("en", "ru", "zh-Hans", "zh-Hant")
    }

    assert {one["answer"] for one in said.values()} == {"unknown"}
    assert len({one["sentence"] for one in said.values()}) == 4
    assert said["en"]["format"] == "sealmark-verdict/1"
    assert said["en"]["certificate"]["number"] == NUMBER
    assert "grades" not in said["en"]["certificate"]
    check = said["en"]["checks"][2]
    assert (check["name"], check["outcome"], check["key"]) == ("issuer", "not-checked", "issuer.bundled")


def test_pdf_envelope_and_stdin(house, tmp_path):
    pin = ("--trust", f"{BODY}=issuers/body.json", "--offline", *AT, "--json")
    (tmp_path / "certificate.pdf").write_bytes(pdf(("certificate.json", as_bytes(house.bundle()))))
    envelope = seal_jwt(unsigned(house.credential), SIGNER, METHOD).encode()

    assert [told(run("certificate.pdf", *pin))["answer"], told(run("-", *pin, content=as_bytes(house.bundle())))["answer"]] == [
        "valid", "valid",
    ]  # fmt: skip
    assert told(run("-", *pin, content=envelope))["answer"] == "unknown"


def test_a_day_means_its_end_and_today_means_now(house):
    day = told(run("certificate.json", "--offline", "--as-of", "2026-11-23", "--json"))
    today = dt.datetime.now(dt.UTC)
    now = told(run("certificate.json", "--offline", "--as-of", today.date(), "--json"))

    assert day["on"] == "2026-11-23T23:59:59Z"
    assert abs(dt.datetime.fromisoformat(now["on"]) - today) < dt.timedelta(minutes=5)


@pytest.mark.parametrize("content", [b'{"a":1,"a":2}', b"{" + b'"a":{' * 5000, b'{"format":"sealmark-bundle/9"}'])
def test_what_is_broken_is_not_valid(house, content):
    result = run("-", "--json", content=content)

    assert (result.exit_code, told(result)["answer"]) == (1, "not-valid")
    assert told(result)["checks"][0]["name"] == "form"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--offline", "-"], "SM777"),
        (["--offline", "https://certs.example.org/register/1/"], "SM784"),
        (["--as-of", "yesterday", "certificate.json"], "SM783"),
        (["--trust", "issuers/body.json", "certificate.json"], "SM783"),
        (["--trust", "did:web:other.example=issuers/body.json", "certificate.json"], "SM783"),
        (["--memory", "certificate.json", "certificate.json"], "SM783"),
        (["--issuers", ".", "certificate.json"], "SM783"),
        (["http://certs.example.org/register/1/"], "SM779"),
        (["missing.json"], "SM902"),
    ],
)
def test_wrong_use_is_told_apart(house, words, code):
    result = run(*words, "--json", content=b"not a certificate")

    assert (result.exit_code, told(result)["problems"][0]["code"]) == (2, code)


def test_an_altered_memory_is_told(house, tmp_path):
    (tmp_path / "seen").write_text('{"format": "sealmark-seen/1", "logs": {"a": []}}')

    assert run("certificate.json", "--memory", "seen").exit_code == 2


def test_a_file_that_brings_its_reader_down_ends_there(house, tmp_path, monkeypatch):
    monkeypatch.setattr(apart, "_SECONDS", 0.01)
    (tmp_path / "certificate.pdf").write_bytes(pdf(("certificate.json", b"{}")))
    slow = run("certificate.pdf", "--offline", "--json")

    assert (slow.exit_code, told(slow)["problems"][0]["code"]) == (2, "SM778")


def test_a_reader_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "sealmark.attest.verifying.pdf", None)

    assert apart._work(pdf())["problem"][0] == "SM788"
    assert base64.b64decode(apart._work(picture(PAGE))["content"]).decode() == PAGE


def test_the_process_apart_tells_what_it_found():
    def work(content):
        done = subprocess.run([sys.executable, "-m", apart.__name__], input=content, capture_output=True, check=True)
        return json.loads(done.stdout)

    found = work(picture(PAGE))
    assert (base64.b64decode(found["content"]).decode(), found["is_address"]) == (PAGE, True)
    assert work(pdf())["problem"][0] == "SM777"


# --- against a host ---------------------------------------------------------------------------------


@contextlib.contextmanager
def platform(make):
    """A platform at localhost, by http; ``house`` is what it serves."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            try:
                content, status = server.house.at_path(self.path[1:]), 200
            except FileNotFoundError:
                content, status = b"", 404
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            pass

    with http.server.ThreadingHTTPServer(("localhost", 0), Handler) as server:
        server.house = make(f"localhost:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield server.house
        finally:
            server.shutdown()
            thread.join(5)


def housed(host):
    return House(signed(composed(host), method=f"{body_of(host)}#key-1"), host=host)


def test_a_certificate_is_followed_from_page_to_answer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with platform(housed) as house:
        page = f"https://{house.host}/register/{NUMBER}"
        (tmp_path / "photo.png").write_bytes(picture(page + "/"))
        (tmp_path / "old.json").write_bytes(as_bytes(house.bundle()))
        words = ("--allow-local", "--json", "--memory", "seen.json", *AT)
        valid = [
            told(run(what, *words))["answer"] for what in (page, "photo.png", "old.json", page + "/certificate.json")
        ]
        house.mark("suspension")
        suspended = told(run("old.json", *words))
        house.entries[0] = b"another"
        rewritten = run("old.json", *words)

        assert valid == ["valid"] * 4
        assert suspended["answer"] == "suspended"
        assert (rewritten.exit_code, told(rewritten)["answer"]) == (1, "not-valid")
        assert "does not continue" in rewritten.stdout


def test_no_such_certificate_is_an_answer(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with platform(housed) as house:
        house.places["photo.json"] = picture(PAGE)
        missing = run(f"https://{house.host}/register/EX-1/", "--allow-local", "--json")
        photo = run(f"https://{house.host}/photo.json", "--allow-local", "--json")

    assert (missing.exit_code, told(missing)["answer"], told(missing)["checks"][0]["code"]) == (1, "not-valid", "SM787")
    assert (photo.exit_code, told(photo)["problems"][0]["code"]) == (2, "SM784")


def test_an_installed_edition_is_compared(tmp_path, monkeypatch):
    from sealmark.cli.verifying.keeping import installed_edition
    from sealmark.scheme import load

    assert installed_edition("sealmark-charter/2026") == {"sealmark-charter/2026": load("sealmark-charter/2026").digest}
    assert installed_edition("../../etc") == {}
