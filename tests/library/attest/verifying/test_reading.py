"""What people have in hand: PDF, JSON, VC-JWT, a photo of a QR code; and what somebody made to bring a reader down."""

import gzip
import io
import json
import tracemalloc
import zlib

import pytest
import zxingcpp
from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DictionaryObject,
    NameObject,
    StreamObject,
    TextStringObject,
)
from tests.library.attest.verifying.house import METHOD, NOW, SIGNER, House, as_bytes, trusting, unsigned

from sealmark.attest.envelopes import seal_jwt
from sealmark.attest.multibase import to_base64url
from sealmark.attest.verifying.checking import verify
from sealmark.attest.verifying.material import Material, Means
from sealmark.attest.verifying.reading import Address, is_wrapped, read_material
from sealmark.core.errors import SealmarkError

PAGE = "https://certs.example.org/register/EX-2026-0001/"


def pdf(*attachments, password=""):
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in attachments:
        writer.add_attachment(name, content)
    if password:
        writer.encrypt(password, algorithm="RC4-128")
    return written(writer)


def written(writer):
    content = io.BytesIO()
    writer.write(content)
    return content.getvalue()


def picture(*texts, kind="PNG", size=None):
    codes = [
        memoryview(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode).to_image(scale=4)) for text in texts
    ]
    whole = Image.new("L", size or (max(400, 400 * len(codes)), 400), 255)
    for place, code in enumerate(codes):
        height, width = code.shape
        whole.paste(Image.frombytes("L", (width, height), bytes(code)), (400 * place + 30, 30))
    content = io.BytesIO()
    whole.save(content, kind)
    return content.getvalue()


def codes(content):
    with pytest.raises(SealmarkError) as caught:
        read_material(content, where="given")
    return caught.value.codes[0]


# --- what people have -------------------------------------------------------------------------------


def test_a_pdf_a_bundle_and_a_credential_hold_the_same(house):
    bundle = as_bytes(house.bundle())
    readings = [
        read_material(content)
        for content in (bundle, b"\xef\xbb\xbf \n" + bundle, pdf(("photo.png", b"x"), ("certificate.json", bundle)))
    ]

    assert readings[0] == readings[1] == readings[2]
    assert readings[0].credential == read_material(as_bytes(house.credential)).credential == house.credential


def test_an_attachment_may_be_named_from_the_root_and_stored_plainly(house):
    bundle = as_bytes(house.bundle())

    assert read_material(pdf(("/certificate.json", bundle))).credential == house.credential
    assert read_material(attached(zlib.compress(bundle), ["/FlateDecode"])).credential == house.credential


def test_an_envelope_is_read_before_it_is_believed(house):
    text = seal_jwt(unsigned(house.credential), SIGNER, METHOD)

    assert read_material(f" {text}\n".encode()) == Material(unsigned(house.credential), text)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_picture_gives_an_address(kind):
    found = read_material(picture(PAGE, kind=kind))

    assert (type(found), found, is_wrapped(picture(PAGE))) == (Address, PAGE, True)


# --- what cannot be a certificate -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "SM777"),
        (b"hello", "SM777"),
        (b"a.b", "SM777"),
        (b"e30.W10.e30", "SM753"),
        (b"e30.!.e30", "SM777"),
        (b"[" * 100_000, "SM777"),
        (b'{"a":' * 100_000, "SM753"),
        (b'{"a":1,"a":2}', "SM753"),
        (b'{"a":NaN}', "SM753"),
        (b"{" + b" " * (3 << 20) + b"}", "SM753"),
        (b"{" + b" " * (1 << 20) + b"}", "SM781"),
        (b'{"format":"sealmark-bundle/2","credential":{}}', "SM781"),
        (b'{"format":"sealmark-bundle/1"}', "SM781"),
        (b'{"format":"sealmark-bundle/1","credential":{},"key":{}}', "SM781"),
        (b'{"format":"sealmark-bundle/1","credential":{},"jwt":{}}', "SM781"),
        (b'{"format":"sealmark-bundle/1","credential":{},"issuer":[]}', "SM781"),
        (b'{"format":"sealmark-bundle/1","credential":{},"log":[]}', "SM781"),
        (b'{"format":"sealmark-bundle/1","credential":{},"status":{}}', "SM781"),
        (b'{"format":"sealmark-bundle/1","credential":{},"status":[1]}', "SM781"),
        (b'{"format":"sealmark-bundle/1","credential":{},"endorsements":[' + b"{}," * 16 + b"{}]}", "SM781"),
        (b"e30." + b"e" * (3 << 20) + b".e30", "SM781"),
        (b"%PDF-1.7", "SM778"),
        (b"\x89PNG\r\n\x1a\nxx", "SM778"),
    ],
)
def test_it_is_refused_with_a_word(content, code):
    assert codes(content) == code


def test_many_names_are_refused_soon():
    members = ",".join(f'"{number}":0' for number in range(80_000))

    assert codes(f'{{{members},"79999":0}}'.encode()) == "SM753"


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (pdf(), "SM777"),
        (pdf(("certificate.pdf", b"{}")), "SM777"),
        (pdf(("certificate.json", b"{}"), ("certificate.json", b"{}")), "SM777"),
        (pdf(("certificate.json", b"not json")), "SM753"),
        (pdf(("certificate.json", pdf(("certificate.json", b"{}")))), "SM753"),
        (pdf(("certificate.json", b"{}"), password="secret"), "SM778"),
        (pdf(("certificate.json", b"{}"))[:-300], "SM778"),
        (picture(), "SM777"),
        (picture("just text"), "SM777"),
        (picture(PAGE, "https://other.example/"), "SM777"),
        (picture("https://x.example/" + "x" * 500), "SM777"),
        (picture(size=(20_000, 2_001)), "SM778"),
        (picture()[:200], "SM778"),
    ],
)
def test_files_without_a_certificate_are_told(content, code):
    assert codes(content) == code


def attached(raw, filters, names=1, kids=None):
    """A PDF whose attachment is written by hand."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    stream = StreamObject()
    stream._data = raw
    if filters:
        stream[NameObject("/Filter")] = ArrayObject(map(NameObject, filters))
    entry = DictionaryObject({NameObject("/EF"): DictionaryObject({NameObject("/F"): writer._add_object(stream)})})
    listed = [TextStringObject("certificate.json"), entry] + [TextStringObject("x"), DictionaryObject()] * (names - 1)
    tree = DictionaryObject({NameObject("/Names"): ArrayObject(listed)})
    place = writer._add_object(tree)
    if kids:
        tree[NameObject("/Kids")] = ArrayObject([place] * kids)
    writer._root_object[NameObject("/Names")] = DictionaryObject({NameObject("/EmbeddedFiles"): place})
    return written(writer)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (attached(zlib.compress(bytes(64 << 20)), ["/FlateDecode"]), "SM778"),
        (attached(zlib.compress(zlib.compress(b"{}")), ["/FlateDecode", "/FlateDecode"]), "SM778"),
        (attached(b"{}", ["/Crypt"]), "SM778"),
        (attached(b"not packed", ["/FlateDecode"]), "SM778"),
        (attached(b"{}", [], names=30_000), "SM778"),
        (attached(b"{}", [], kids=1), "SM778"),
        (attached(b"{}", [], kids=10_000), "SM778"),
    ],
    ids=["bomb", "twice", "unknown", "unpacked", "many", "cyclic", "wide"],
)
def test_pdfs_made_to_bring_a_reader_down_end_soon(content, code):
    tracemalloc.start()
    try:
        found, peak = codes(content), tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert found == code
    assert peak < 128 << 20


@pytest.mark.parametrize("root", [b"5", b"<< /Names 5 >>", b"<< /Names << /EmbeddedFiles << /Names 1 >> >> >>"])
def test_pdfs_of_another_shape_have_no_certificate(root):
    body = b"%PDF-1.4\n1 0 obj\n" + root + b"\nendobj\ntrailer\n<< /Root 1 0 R /Size 2 >>\nstartxref\n0\n%%EOF\n"

    assert codes(body) in {"SM777", "SM778"}


def test_too_large_is_not_even_looked_at():
    assert codes(bytes((64 << 20) + 1)) == "SM778"


# --- what is read and then refused ------------------------------------------------------------------


def test_a_list_that_unpacks_to_very_much_is_refused(house):
    bomb = gzip.compress(bytes(32 << 20), mtime=0)
    lists = json.loads(json.dumps(house.lists()))
    lists[0]["credentialSubject"]["encodedList"] = "u" + to_base64url(bomb)
    from sealmark.attest.proofs import JCS, ProofOptions, add_proof

    lists[0] = add_proof(unsigned(lists[0]), SIGNER, ProofOptions(JCS, METHOD, NOW))
    verdict = verify(read_material(as_bytes(house.bundle(status=lists))), on=NOW, means=trusting(house))

    assert (verdict.answer, verdict.check("status").problem.code) == ("not-valid", "SM774")


def test_more_proofs_than_anybody_needs_are_not_checked(house):
    from sealmark.attest.proofs import proofs_of

    many = {**house.credential, "proof": [*proofs_of(house.credential)] * 3}

    assert not verify(Material(many), on=NOW, means=trusting(house)).is_valid


@pytest.mark.parametrize("proofs", [[], [{}] * 5, "proof", {"type": "DataIntegrityProof"}, [[]]])
def test_proofs_of_another_shape_are_refused(house, proofs):
    verdict = verify(Material({**house.credential, "proof": proofs}), on=NOW, means=trusting(house))

    assert verdict.answer == "not-valid"


def test_whatever_stands_in_a_bundle_ends_in_a_verdict(house):
    for value in ({}, {"@context": [[]]}, {"type": {}}, {"proof": 5}, {"issuer": {"id": {}}}, {"issuer": 5}):
        verdict = verify(Material(value), on=NOW, means=Means({"": {}}))
        assert verdict.answer == "not-valid"
    for name in ("issuer", "log"):
        odd = House(house.credential).bundle(**{name: {"id": [], "verificationMethod": {}, "key": 5}})
        assert not verify(read_material(as_bytes(odd)), on=NOW).is_valid
