"""A certification body with everything a platform publishes, in memory: what its addresses hold, and bundles."""

import base64
import datetime as dt
import functools
import hashlib
import json

from tests.library.attest.credentials.examples import NOW, PLACES, SIGNER, certificate, issuance
from tests.library.attest.log.forest import Log, path

from sealmark.attest.credentials.composing import certificate_credential
from sealmark.attest.credentials.statements import Issuer
from sealmark.attest.documents import canonical_form
from sealmark.attest.identifiers import KeyTerm, did_document
from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.log.notes import NoteKey
from sealmark.attest.log.tree import leaf_hash
from sealmark.attest.proofs import JCS, RDFC, ProofOptions, add_proof
from sealmark.attest.statuslists import MINIMUM_ENTRIES, StatusList, StatusPlace, bits_of, status_list_credential
from sealmark.attest.verifying.material import Means

__all__ = ["BODY", "HOST", "INSTALLATION", "JCS", "LOG_KEY", "LOG_SIGNER", "METHOD", "NOW", "NUMBER", "ORIGIN",
           "RDFC", "SIGNER", "WEEK", "House", "as_bytes", "body_of", "composed", "sha256", "signed", "trusting",
           "unsigned"]  # fmt: skip

HOST = "certs.example.org"
NUMBER = "EX-2026-0001"
WEEK = dt.timedelta(days=7)
LOG_SIGNER = SoftwareSigner.generate(hashlib.sha256(b"the log of an installation").digest())
PURPOSES = ("revocation", "suspension")


def installation_of(host):
    return "did:web:" + host.replace(":", "%3A")


def body_of(host):
    return f"{installation_of(host)}:bodies:example"


INSTALLATION, BODY = installation_of(HOST), body_of(HOST)
METHOD = f"{BODY}#key-1"
ORIGIN = f"{HOST}/log"
LOG_KEY = NoteKey(ORIGIN, LOG_SIGNER.key)


def sha256(document):
    return hashlib.sha256(canonical_form(document)).hexdigest()


def signed(document, suites=(JCS,), *, contexts=None, signer=SIGNER, method=METHOD, created=NOW):
    for suite in suites:
        document = add_proof(document, signer, ProofOptions(suite, method, created), contexts=contexts)
    return document


def unsigned(document):
    return {name: value for name, value in document.items() if name != "proof"}


def composed(host=HOST, **changes):
    """The credential of a certificate, without proof."""
    changes = {
        "issuer": Issuer(body_of(host), "Example Certification", country="DE"),
        "status": tuple(StatusPlace(list_address(host, purpose), purpose, PLACES[purpose]) for purpose in PURPOSES),
        "register_address": f"https://{host}/register/{NUMBER}/",
    } | changes
    return certificate_credential(certificate(issuance=issuance(**changes)))


def list_address(host, purpose):
    return f"https://{host}/status/example/{purpose}/1"


@functools.cache
def status_list(purpose, marked, at, host):
    bits = bits_of(marked, entries=MINIMUM_ENTRIES)
    listing = StatusList(list_address(host, purpose), body_of(host), purpose, bits, at, at + WEEK)
    return signed(status_list_credential(listing), method=f"{body_of(host)}#key-1", created=at)


class House:
    """What stands at the addresses of an installation; change it, and ``bundle()`` and ``fetch`` show it."""

    def __init__(self, credential, *, before=3, host=HOST):
        self.credential, self.host = credential, host
        self.document = did_document(body_of(host), [KeyTerm("key-1", SIGNER.key)])
        self.status, self.marked, self.at = "active", {}, NOW
        self.entries = [f"entry {number}".encode() for number in range(before)]
        self.asked, self.down, self.places = [], set(), {}
        self.publish()

    def publish(self):
        """Enter the certificate into the log, as it is now."""
        self.index = len(self.entries)
        details = {"number": NUMBER, "credential": sha256(self.credential), "record": sha256(self.record()),
                   "status": self.status, "edition": "sha256:" + "5a" * 32}  # fmt: skip
        self.entries.append(canonical_form({
            "number": self.index + 1, "kind": "certificate.published", "at": NOW.isoformat(),
            "actor": "publisher", "tenant": "example", "file": "1", "subject": NUMBER, "details": details,
        }))  # fmt: skip

    def record(self):
        return {"format": "sealmark-record/1", "number": NUMBER, "status": self.status, "holder": {"name": "Müller"},
                "credential": {"sha256": sha256(self.credential)}, "updated": "2026-11-22T11:00:00Z"}  # fmt: skip

    def log(self):
        return Log([leaf_hash(entry) for entry in self.entries], LOG_SIGNER, f"{self.host}/log")

    def lists(self):
        return [status_list(purpose, tuple(self.marked.get(purpose, ())), self.at, self.host) for purpose in PURPOSES]

    def mark(self, purpose):
        self.marked[purpose] = (PLACES[purpose],)

    def part(self):
        """The log as a bundle carries it."""
        log = self.log()
        return {
            "origin": log.checkpoint.origin,
            "index": self.index,
            "size": len(self.entries),
            "entry": self.entries[self.index].decode(),
            "path": [base64.b64encode(item).decode() for item in path(self.index, log.leaves)],
            "checkpoint": log.note.decode(),
            "key": NoteKey(log.checkpoint.origin, LOG_SIGNER.key).text,
        }

    def bundle(self, **changes):
        whole = {"format": "sealmark-bundle/1", "credential": self.credential, "issuer": self.document,
                 "status": self.lists(), "log": self.part()}  # fmt: skip
        return {name: value for name, value in (whole | changes).items() if value is not None}

    def installation(self):
        return did_document(installation_of(self.host), [KeyTerm("log-1", LOG_SIGNER.key)])

    def fetch(self, address):
        """What a network gives; ``asked`` keeps the addresses."""
        self.asked.append(address)
        assert address.startswith(f"https://{self.host}/"), address
        return self.at_path(address.removeprefix(f"https://{self.host}/"))

    def at_path(self, place):
        if place in self.down:
            raise FileNotFoundError(place)
        if place in self.places:
            return self.places[place]
        if place.startswith("log/tile/"):
            return self.log().fetch(place.removeprefix("log/"))
        answers = {
            ".well-known/did.json": self.installation,
            "bodies/example/did.json": lambda: self.document,
            f"register/{NUMBER}/record.json": self.record,
            f"register/{NUMBER}/certificate.json": self.bundle,
            "status/example/revocation/1": lambda: self.lists()[0],
            "status/example/suspension/1": lambda: self.lists()[1],
            "log/checkpoint": lambda: self.log().note,
        }
        if place not in answers:
            raise FileNotFoundError(place)
        answer = answers[place]()
        return answer if isinstance(answer, bytes) else json.dumps(answer).encode()


def trusting(house, **more):
    """Means of somebody who keeps the keys of body and installation."""
    return Means({body_of(house.host): house.document, installation_of(house.host): house.installation()}, **more)


def as_bytes(bundle):
    return canonical_form(bundle)
