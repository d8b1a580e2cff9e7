"""``sealmark certificate render``: a file in, a PDF out, signed where asked for."""

import io
import json
from unittest.mock import Mock

import pytest
from click.testing import CliRunner
from pypdf import PdfReader
from tests.library.reports.certificates.examples import DESIGN, LOGO, annex, as_json, bundle
from tests.library.reports.certificates.test_rendering import CHARTER, of_charter
from tests.library.reports.certificates.test_signing import SECRET, keys, packed  # noqa: F401  # fixtures

from sealmark.cli.main import cli
from sealmark.core.errors import Problem, SealmarkError
from sealmark.scheme import discovery


@pytest.fixture
def folder(tmp_path):
    files = {"certificate.json": as_json(bundle()), "sites.json": annex(), "logo.svg": LOGO, "design.yaml": DESIGN}
    for name, content in files.items():
        (tmp_path / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return tmp_path


def run(folder, *words, **environment):
    given = ["certificate", "render", str(folder / "certificate.json"), "--out", str(folder / "out.pdf"), *words]
    return CliRunner().invoke(cli, given, prog_name="sealmark", env=environment)


def test_a_certificate_is_set_as_its_body_wants_it(folder):
    made = run(folder, "--language", "zh-Hant, en", "--design", str(folder / "design.yaml"), "--sites",
               str(folder / "sites.json"), "--json")  # fmt: skip

    assert made.exit_code == 0, made.output
    told = json.loads(made.stdout)
    document = PdfReader(folder / "out.pdf")
    assert told["languages"] == ["zh-Hant", "en"]
    assert told["bytes"] == (folder / "out.pdf").stat().st_size
    assert json.loads(document.attachments["certificate.json"][0]) == bundle()
    assert "Certificate of service" in document.pages[0].extract_text()


@pytest.mark.parametrize(("digest", "said"), [(CHARTER.digest, "Три звезды"), ("sha256:" + "00" * 32, "Three stars")])
def test_words_come_from_the_installed_edition_when_it_is_the_one_that_was_signed(folder, digest, said):
    (folder / "certificate.json").write_bytes(as_json(of_charter(digest=digest)))

    made = run(folder, "--language", "ru")

    assert made.exit_code == 0, made.output
    assert said in PdfReader(folder / "out.pdf").pages[0].extract_text().replace("\u00a0", " ")


def test_a_broken_pack_hinders_nothing(folder, monkeypatch):
    (folder / "certificate.json").write_bytes(as_json(of_charter()))
    monkeypatch.setattr(discovery, "load", Mock(side_effect=SealmarkError(Problem("SM201", "It is broken."))))

    assert run(folder, "--language", "ru").exit_code == 0
    assert "Three stars" in PdfReader(folder / "out.pdf").pages[0].extract_text()


def test_a_certificate_is_signed(folder, packed):  # noqa: F811
    (folder / "key.p12").write_bytes(packed)

    made = run(folder, "--sign", str(folder / "key.p12"), SEALMARK_SIGN_PASSPHRASE=SECRET.decode())

    assert made.stdout == f"Written: {folder / 'out.pdf'}, signed by Common Name: Example Certification\n"
    fields = PdfReader(io.BytesIO((folder / "out.pdf").read_bytes())).get_fields()
    assert [field["/FT"] for field in fields.values()] == ["/Sig"]


def test_what_is_wrong_is_told(folder):
    (folder / "certificate.json").write_bytes(b"{}")
    assert "SM790" in run(folder).stderr
    (folder / "certificate.json").write_bytes(b" " * ((6 << 20) + 1))
    assert "SM790" in run(folder).stderr
    assert not (folder / "out.pdf").exists()
