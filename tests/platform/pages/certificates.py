"""Certificates good and bad, each with the answer of the library, for the page that answers in a browser."""

import base64
import copy
import dataclasses
import datetime as dt
import json
import random
import re

import typst
from tests.platform.pages import bundles, papers
from tests.platform.pages.bundles import DID, HOST, METHOD, NOW, NUMBER, PLACE, SIGNER, House, signed

from sealmark.attest.identifiers import KeyTerm, did_document, key_did
from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.verifying.checking import verify
from sealmark.attest.verifying.material import Means
from sealmark.attest.verifying.reading import read_material
from sealmark.core.errors import SealmarkError

OTHER = SoftwareSigner.generate(bytes(range(7, 39)))
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(?::\d\d)?(?:Z| UTC)")


@dataclasses.dataclass
class Case:
    """Something that somebody drops, and what stands at the paths of the host."""

    content: bytes
    site: dict
    on: dt.datetime = NOW
    is_online: bool = True

    def by_library(self):
        def fetch(address):
            path = address.removeprefix(f"https://{HOST}")
            if path not in self.site:
                raise FileNotFoundError(path)
            return self.site[path]

        means = Means(fetch=fetch if self.is_online else None)
        try:
            verdict = verify(read_material(self.content), on=self.on, means=means)
        except SealmarkError:
            return {"answer": "refused"}
        shown = dataclasses.asdict(verdict.shown)
        shown["grades"] = [list(one) for one in verdict.shown.grades]
        checks = [[one.name, one.outcome, one.sentence, dict(one.values)] for one in verdict.checks]
        return {"answer": verdict.answer, "sentence": verdict.sentence, "checks": checks, "shown": shown}

    def for_browser(self, usual):
        """Return the case as JSON; of the host, what is not as usual."""
        paths = {path for path in usual | self.site if usual.get(path) != self.site.get(path)}
        site = {path: letters(self.site[path]) if path in self.site else None for path in paths}
        at = int(self.on.timestamp() * 1000)
        return {"content": letters(self.content), "site": site, "on": at, "hosts": [HOST] if self.is_online else []}


def letters(content):
    return base64.b64encode(content).decode()


def times(value):
    """The same with points of time in one form: how they are written is for readers."""
    if isinstance(value, str):
        return TIME.sub(r"\1 \2", value)
    if isinstance(value, dict):
        return {name: times(part) for name, part in value.items()}
    return [times(part) for part in value] if isinstance(value, list) else value


def plain(found):
    """What the browser found, as the library tells it."""
    assert "fault" not in found, found
    if "unreadable" in found or found["shown"] == {}:
        return {"answer": "refused"}
    checks = [[one["name"], one["outcome"], one["sentence"], one["values"]] for one in found["checks"]]
    return {"answer": found["answer"], "sentence": found["sentence"], "checks": checks, "shown": found["shown"]}


def of(house, **how):
    return Case(how.pop("content", house.content), {**house.site(), **how.pop("site", {})}, **how)


def without(case, *paths):
    for path in paths:
        del case.site[path]
    return case


def text_of(document):
    return json.dumps(document, ensure_ascii=False).encode()


def changed(house, change):
    """Return a case in which something was changed in the bundle, and nothing signed anew."""
    made = house.copy()
    change(made.bundle)
    return of(house, content=text_of(made.bundle))


def listed(house, purpose="revocation", how=signed, **about):
    """Return a case in which the host has another list."""
    made = house.copy()
    made.lists[purpose] = how(bundles.listing(purpose, **about))
    return of(made, content=house.content)


def relisted(house, encoded=None, **subject):
    """Return a case in which the issuer itself signed a list that is none."""
    made = house.copy()
    document = bundles.listing("revocation")
    document["credentialSubject"] |= subject | ({"encodedList": encoded} if encoded is not None else {})
    made.lists["revocation"] = signed(document)
    return of(made, content=house.content)


def resigned(change, **how):
    """Return a house whose certificate has another form and is rightly signed."""
    document = copy.deepcopy(bundles.credential())
    change(document)
    return House(unsigned=document, **how)


def put(**values):
    return lambda document: document.update(values)


def standing_cases(house):
    suspended, revoked, gone = house.copy(), house.copy(), House("withdrawn")
    suspended.lists["suspension"] = signed(bundles.listing("suspension", PLACE))
    for purpose in ("suspension", "revocation"):
        revoked.lists[purpose] = signed(bundles.listing(purpose, PLACE))
    page = f"/register/{NUMBER}"
    lists = [f"/status/oak/{purpose}/1" for purpose in ("revocation", "suspension")]
    later = {"on": NOW + dt.timedelta(days=30)}
    return {
        "valid": of(house),
        "suspended": of(suspended, content=house.content),
        "suspended, as it came along": without(of(suspended, content=text_of(
            {**house.bundle, "status": [*suspended.lists.values()]})), *lists),
        "revoked and suspended": of(revoked, content=house.content),
        "withdrawn in the register alone": of(gone),
        "replaced": of(house.renewed(), content=house.content),
        "expired": of(house, on=NOW + dt.timedelta(days=1200)),
        "not yet in force": of(house, on=NOW - dt.timedelta(days=400)),
        "elsewhere": of(house, is_online=False),
        "lists that came along": without(of(house), *lists),
        "old lists that came along": without(of(house, **later), *lists),
        "no lists": without(of(house, content=text_of({**house.bundle, "status": []})), *lists),
        "no register": without(of(house), f"{page}/record.json", f"{page}/certificate.json"),
        "no keys": without(of(house), "/bodies/oak/did.json"),
        "no keys at all": without(of(house, content=text_of(house.credential)), "/bodies/oak/did.json"),
        "no log": without(of(house), "/log/checkpoint"),
        "log without key": without(of(house), "/log/key"),
        "credential alone": of(house, content=text_of(house.credential)),
        "jwt alone": of(house, content=house.bundle["jwt"].encode() + b"\n"),
        "with a mark": of(house, content=b"\xef\xbb\xbf" + house.content),
        "register without log": of(house, site={f"{page}/certificate.json": text_of(
            {name: part for name, part in house.bundle.items() if name != "log"})}),
        "a key as issuer": of(house, content=text_of(signed(
            bundles.credential(key_did(SIGNER.key)), method=f"{key_did(SIGNER.key)}#{SIGNER.key.multikey}"))),
        "no end": of(resigned(lambda document: document.pop("validUntil"))),
        "no lists named": of(resigned(lambda document: document.pop("credentialStatus"))),
        "another purpose": of(resigned(lambda document: document["credentialStatus"][0].update(statusPurpose="message"))),
    }  # fmt: skip


def forged_cases(house):
    stranger = signed(bundles.credential(), OTHER)
    rdf_only = {**house.credential, "proof": house.credential["proof"][:1]}
    return {
        "signed by a stranger": of(house, content=text_of({**house.bundle, "credential": stranger})),
        "an RDF proof alone": of(house, content=text_of(rdf_only)),
        "no proof": of(house, content=text_of(bundles.credential())),
        "an empty list of proofs": of(house, content=text_of({**house.credential, "proof": []})),
        "another holder": changed(house, lambda found: found["credential"]["credentialSubject"].update(name="Elm Ltd")),
        "another grade": changed(
            house, lambda found: found["credential"]["credentialSubject"]["result"][0].update(value="1")),
        "a longer time": changed(house, put_in("credential", validUntil="2039-08-01T00:00:00Z")),
        "proof with a restriction": changed(house, put_proof(challenge="x")),
        "proof for signing in": changed(house, put_proof(proofPurpose="authentication")),
        "proof that ran out": of(House(unsigned=bundles.credential()), content=text_of(
            signed(bundles.credential(), expires=NOW - dt.timedelta(days=1)))),
        "jwt of another": changed(house, lambda found: found.update(jwt=found["jwt"][:-8] + "AAAAAAAA")),
        "jwt with idle bits": of(house, content=house.bundle["jwt"][:-1].encode() + b"B"),
        "unknown member": changed(house, lambda found: found.update(extra=1)),
        "unknown format": changed(house, lambda found: found.update(format="sealmark-bundle/2")),
        "no list of lists": changed(house, lambda found: found.update(status={})),
    }  # fmt: skip


def put_in(name, **values):
    return lambda found: found[name].update(values)


def put_proof(**values):
    return lambda found: found["credential"]["proof"][1].update(values)


def key_cases(house):
    def keys(*terms):
        made = house.copy()
        made.keys = did_document(DID, list(terms))
        return of(made, content=house.content)

    def document(**change):
        made = house.copy()
        made.keys = {**made.keys, **change}
        return of(made, content=house.content)

    hour = dt.timedelta(hours=1)
    old = KeyTerm("key-1", SIGNER.key, NOW + hour)
    return {
        "compromised later": keys(KeyTerm("key-2", OTHER.key), old),
        "compromised before": keys(KeyTerm("key-2", OTHER.key), dataclasses.replace(old, compromised=NOW - 3 * hour)),
        "compromised later, no log": without(
            keys(KeyTerm("key-2", OTHER.key), old), "/log/key", "/log/checkpoint"),
        "replaced, but kept": keys(KeyTerm("key-2", OTHER.key), KeyTerm("key-1", SIGNER.key)),
        "gone": keys(KeyTerm("key-2", OTHER.key)),
        "of another name": document(id=f"did:web:{HOST}:bodies:elm"),
        "not for certificates": document(assertionMethod=[]),
        "named twice": document(verificationMethod=house.keys["verificationMethod"] * 2),
        "no list": document(verificationMethod={"id": METHOD}),
        "a published key": document(verificationMethod=[{**house.keys["verificationMethod"][0],
            "publicKeyMultibase": "z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"}]),
        "no JSON": of(house, site={"/bodies/oak/did.json": b"<html>"}),
    }  # fmt: skip


def list_cases(house):
    half = bytes(bundles.MINIMUM_ENTRIES // 16)
    bomb = bundles.packed(bytes((1 << 23) + 8))
    elm = f"did:web:{HOST}:bodies:elm"
    return {
        "short": relisted(house, bundles.packed(half)),
        "a bomb": relisted(house, bomb),
        "cut off": relisted(house, bundles.packed(bytes(16_384))[:-6]),
        "something follows": relisted(house, "u" + bundles.to_base64url(bundles.gzip.compress(bytes(16_384)) + b"x")),
        "no letters": relisted(house, "u***"),
        "without mark": relisted(house, bundles.packed(bytes(16_384))[1:]),
        "another purpose": relisted(house, statusPurpose="suspension"),
        "another type": relisted(house, type="BitstringStatus"),
        "another issuer": listed(house, did=elm),
        "of yesterday week": listed(house, since=NOW - dt.timedelta(days=9)),
        "of tomorrow": listed(house, since=NOW + dt.timedelta(days=1)),
        "unsigned": listed(house, how=dict),
        "by a stranger": listed(house, how=lambda one: signed(one, OTHER)),
        "larger": listed(house, entries=1 << 20),
        "page instead": of(house, site={"/status/oak/revocation/1": b"<html>"}),
    }


def log_cases(house):
    fake = SoftwareSigner.generate(bytes(range(3, 35)))
    other = bundles.Trail({1: "else"})
    trail = house.trail

    def log(**change):
        return changed(house, lambda found: found["log"].update(change))

    proof = house.bundle["log"]
    tile = "/log/tile/0/001"
    return {
        "another place": log(index=proof["index"] + 1),
        "another size": log(size=bundles.AFTER),
        "size 0": log(index=0, size=0, path=[]),
        "no path": log(path=[]),
        "path too long": log(path=proof["path"] + proof["path"][:1]),
        "path of many": log(path=proof["path"] * 20),
        "half a hash": log(path=["AAAA", *proof["path"][1:]]),
        "fraction": log(index=0.5),
        "another entry": log(entry=proof["entry"].replace("active", "actiVe")),
        "another key": log(key=bundles.NoteKey(bundles.ORIGIN, fake.key).text, checkpoint=trail.note(
            bundles.BEFORE, fake).decode()),
        "another name": log(origin="certs.example.org/log2"),
        "up the path": log(origin="certs.example.org/../log"),
        "no checkpoint": log(checkpoint="x"),
        "more members": log(more=1),
        "shrunk": of(house, site={"/log/checkpoint": trail.note(200)}),
        "as long": of(house, site={"/log/checkpoint": trail.note(bundles.BEFORE)}),
        "two histories": of(house, site={"/log/checkpoint": other.note(bundles.BEFORE)}),
        "rewritten": of(house, site=other.files()),
        "tile altered": of(house, site={tile: bytes(32) + house.site()[tile][32:]}),
        "tile short": of(house, site={tile: house.site()[tile][:-32]}),
        "tile gone": without(of(house), tile),
        "checkpoint by another": of(house, site={"/log/checkpoint": trail.note(bundles.AFTER, fake)}),
        "key of another": of(house, site={"/log/key": bundles.NoteKey(bundles.ORIGIN, fake.key).text.encode()}),
        "named by the installation": without(of(house, site={"/.well-known/did.json": text_of({"verificationMethod": [
            {"publicKeyMultibase": bundles.LOG_SIGNER.key.multikey}]})}), "/log/key"),
    }  # fmt: skip


def record_cases(house):
    page = f"/register/{NUMBER}/record.json"

    def record(**change):
        return of(house, site={page: text_of({**house.record, **change})})

    return {
        "holder altered": record(holder={"name": "Elm Ltd"}),
        "status altered": record(status="suspended"),
        "status unknown": record(status="lost"),
        "another number": record(number="OAK-C2026-00002"),
        "another certificate": record(credential={"sha256": "0" * 64}),
        "another format": record(format="x"),
        "broken": of(house, site={page: b"{"}),
    }


def form_cases(house):
    def contexts(*listed):
        return resigned(put(**{"@context": [*listed]}))

    known = bundles.credential()["@context"]
    deep = '{"a":' * 70 + "1" + "}" * 70
    texts = {
        "deep": deep, "very deep": "[" * 200_000, "twice": '{"a": 1, "a": 2}', "not a number": '{"a": NaN}',
        "endless": '{"a": 1e999}', "too exact": '{"a": 12345678901234567890}', "half a letter": '{"a": "\\ud83d"}',
        "a tab": '{"a": "\t"}', "more": "{} {}", "no object": "[]", "a zero": '{"a": 01}', "prototype": '{"__proto__": 1}',
        "not UTF-8": b'{"a": "\xff"}', "nothing": "", "words": "a certificate", "half a jwt": "a.b.c",
    }  # fmt: skip
    rightly_signed = {
        "a context of another": contexts(*known, "https://elm.example/context"),
        "contexts turned round": contexts(known[1], known[0]),
        "a context written out": contexts(*known, {"name": "https://elm.example/name"}),
        "no achievement": resigned(lambda document: document["credentialSubject"].pop("achievement")),
        "two subjects": resigned(lambda document: document.update(credentialSubject=[document["credentialSubject"]] * 2)),
        "a level that is none": resigned(
            lambda document: document["credentialSubject"]["result"][0].update(achievedLevel="urn:x")),
        "no day": resigned(put(validFrom="2026-02-30T00:00:00Z")),
        "no zone": resigned(put(validFrom="2026-02-20T00:00:00")),
        "ends before it begins": resigned(put(validUntil="2020-01-01T00:00:00Z")),
        "another type": resigned(put(type=["VerifiableCredential", "EndorsementCredential"])),
        "a name that is none": resigned(put(name=3)),
        "numbers": resigned(put(note=[0.1, 1e21, -0.0, 5e-324, 100.0, 1e-7, "€\u2028\u007f", {"é": 1, "Z": 2, "😀": 3}])),
        "a fake endorsement": resigned(put(endorsement=[bundles.credential()])),
        "names that hide": resigned(lambda document: document["credentialSubject"].update(name="a\u202eb\u0007" * 300)),
    }  # fmt: skip
    found = {name: of(made) for name, made in rightly_signed.items()}
    for name, text in texts.items():
        found[f"text: {name}"] = of(house, content=text if isinstance(text, bytes) else text.encode())
    return found


def paper_cases(house, folder):
    content = house.content
    parts = papers.parts(content)
    kids = papers.paper({**parts, 4: b"<< /Kids [4 0 R] >>"})
    pair = b"<< /Names [(certificate.json) 5 0 R (certificate.json) 5 0 R] >>"
    (folder / "certificate.json").write_bytes(content)
    source = '#set document(date: datetime(year: 2026, month: 11, day: 22))\n#pdf.attach("certificate.json", relationship: "data", mime-type: "application/json", description: "A")\nA'
    (folder / "paper.typ").write_text(source)
    made = {
        "by Typst": typst.compile(str(folder / "paper.typ"), pdf_standards=["a-3b"]),
        "plain": papers.paper(papers.parts(content, deflate=False)),
        "packed": papers.paper(parts),
        "folded": papers.folded(content),
        "updated": papers.updated(content),
        "with the name in UTF-16": papers.paper({**parts, 4: b"<< /Names [<FEFF%s> 5 0 R] >>" % "certificate.json".encode(
            "utf-16-be").hex().encode()}),
        "in a tree": papers.paper({**parts, 4: b"<< /Kids [9 0 R] >>", 9: papers.NAMES}),
        "altered": papers.paper(papers.parts(content.replace(b"M\xc3\xbcller", b"Miller"))),
        "something else inside": papers.paper(papers.parts(b"hello")),
        "nothing attached": papers.paper({1: b"<< /Type /Catalog >>"}),
        "of another name": papers.paper({**parts, 4: b"<< /Names [(certificate.txt) 5 0 R] >>"}),
        "two": papers.paper({**parts, 4: pair}),
        "encrypted": papers.paper(parts, b"/Encrypt << /Filter /Standard /V 1 /R 2 /O (x) /U (y) /P -4 >> /ID [(a) (b)]"),
        "round and round": kids,
        "a bomb": papers.paper(papers.parts(bytes(80 << 20))),
        "packed twice": papers.paper({**parts, 6: papers.stream(b"x", b" /DecodeParms << /Predictor 12 >>")}),
        "nothing but a head": b"%PDF-1.7\n",
        "without end": b"%PDF-1.7\n" + b"1 0 obj (" * 20_000,
        "deep": b"%PDF-1.7\n1 0 obj " + b"[" * 100_000,
    }  # fmt: skip
    return {name: of(house, content=one) for name, one in made.items()}


def changed_letters(house):
    """Return the bundle with one letter changed, at places that chance picks."""
    chance = random.Random(4)
    found = {}
    for place in sorted(chance.sample(range(len(house.content)), 90)):
        bit = 1 << chance.randrange(7)
        content = bytearray(house.content)
        content[place] ^= bit
        found[f"bit {bit} of {place}"] = of(house, content=bytes(content))
    return found
