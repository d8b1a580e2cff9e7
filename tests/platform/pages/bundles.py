"""A certification body with its register, log and lists, all in memory: what stands at which path of its host."""

import copy
import datetime as dt
import gzip
import hashlib
import json
from dataclasses import dataclass, field

from tests.library.attest.credentials import examples

from sealmark.attest.credentials.composing import certificate_credential
from sealmark.attest.credentials.statements import Issuer
from sealmark.attest.documents import canonical_form
from sealmark.attest.envelopes import seal_jwt
from sealmark.attest.identifiers import KeyTerm, did_document
from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.log.checkpoints import Checkpoint, sign_checkpoint
from sealmark.attest.log.notes import NoteKey, to_base64
from sealmark.attest.log.tiles import TileReader, tile_bytes, tiles_of
from sealmark.attest.log.tree import leaf_hash, root_of
from sealmark.attest.multibase import to_base64url
from sealmark.attest.proofs import JCS, ProofOptions, add_proof
from sealmark.attest.statuslists import MINIMUM_ENTRIES, StatusList, StatusPlace, bits_of, status_list_credential

HOST = "certs.example.org"
DID = f"did:web:{HOST}:bodies:oak"
METHOD = f"{DID}#key-1"
ORIGIN = f"{HOST}/log"
NUMBER = "OAK-C2026-00001"
NOW = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
PLACE = 94_567
BEFORE, AFTER, INDEX, LATER = 300, 700, 271, 650
SIGNER = SoftwareSigner.generate(bytes(range(40, 72)))
LOG_SIGNER = SoftwareSigner.generate(bytes(range(90, 122)))
LOG_KEY = NoteKey(ORIGIN, LOG_SIGNER.key)


def digest(document):
    return hashlib.sha256(canonical_form(document)).hexdigest()


def bare(document):
    return {name: part for name, part in document.items() if name != "proof"}


def list_address(purpose):
    return f"https://{HOST}/status/oak/{purpose}/1"


def signed(document, signer=SIGNER, method=METHOD, **options):
    return add_proof(document, signer, ProofOptions(JCS, method, NOW, **options))


def with_both(document):
    """Return a signed document with a proof over RDF before: neither side checks it without contexts."""
    proof = document["proof"]
    return {**document, "proof": [{**proof, "cryptosuite": "eddsa-rdfc-2022"}, proof]}


def credential(did=DID, **issuance):
    status = tuple(StatusPlace(list_address(purpose), purpose, PLACE) for purpose in ("revocation", "suspension"))
    made = examples.issuance(
        "1", issuer=Issuer(did, "Oak Certification"), status=status,
        register_address=f"https://{HOST}/register/{NUMBER}/", **issuance,
    )  # fmt: skip
    said = examples.certificate(issuance=made, number=NUMBER, first_issued=dt.date(2020, 8, 1))
    return certificate_credential(said)


def listing(purpose, *places, since=NOW - dt.timedelta(hours=1), did=DID, entries=MINIMUM_ENTRIES):
    bits = bits_of(places, entries=entries)
    return status_list_credential(
        StatusList(list_address(purpose), did, purpose, bits, since, since + dt.timedelta(days=8))
    )


def packed(bits):
    """An ``encodedList`` of any bytes."""
    return "u" + to_base64url(gzip.compress(bits, mtime=0))


@dataclass
class Trail:
    """A log of which some entries are known."""

    entries: dict
    leaves: list = field(init=False)

    def __post_init__(self):
        self.leaves = [leaf_hash(self.entries.get(place, f"{place}").encode()) for place in range(AFTER)]

    def _hashes(self, places):
        found = {}
        for place in places:
            first = place.number << place.level
            found[place] = root_of(self.leaves[first : first + (1 << place.level)])
        return found

    def note(self, size, signer=LOG_SIGNER):
        return bytes(sign_checkpoint(Checkpoint(ORIGIN, size, root_of(self.leaves[:size])), signer, name=ORIGIN))

    def files(self):
        tiles = {f"/log/{tile.path}": tile_bytes(tile, self._hashes) for tile in tiles_of(AFTER)}
        return {**tiles, "/log/checkpoint": self.note(AFTER), "/log/key": LOG_KEY.text.encode()}

    def proof(self, index=INDEX, size=BEFORE):
        path = TileReader({tile.path: tile_bytes(tile, self._hashes) for tile in tiles_of(size)}.__getitem__, size)
        return {
            "origin": ORIGIN, "index": index, "size": size, "entry": self.entries[index], "key": LOG_KEY.text,
            "path": [to_base64(one) for one in path.inclusion_proof(index)], "checkpoint": self.note(size).decode(),
        }  # fmt: skip


def entry_text(about, record, status="active", *, index=INDEX):
    details = {
        "number": NUMBER,
        "credential": digest(about),
        "record": digest(record),
        "status": status,
        "edition": "x",
    }
    said = {"number": index + 1, "kind": "certificate.published", "at": "2026-11-22T11:00:00Z", "details": details}
    return canonical_form(said).decode()


class House:
    """What a body serves, and the bundle of its certificate; parts can be exchanged before they are asked for."""

    def __init__(self, status="active", unsigned=None, **about):
        self.credential = with_both(signed(unsigned or credential(**about)))
        self.record = {"format": "sealmark-record/1", "number": NUMBER, "status": status, "credential": {
            "sha256": digest(self.credential)}, "updated": "2026-11-22T11:00:00Z"}  # fmt: skip
        self.trail = Trail({INDEX: entry_text(self.credential, self.record, status)})
        self.keys = did_document(DID, [KeyTerm("key-1", SIGNER.key)])
        self.lists = {purpose: signed(listing(purpose)) for purpose in ("revocation", "suspension")}
        self.bundle = {
            "format": "sealmark-bundle/1", "credential": self.credential, "issuer": self.keys,
            "jwt": seal_jwt(bare(self.credential), SIGNER, METHOD), "status": list(self.lists.values()), "log": self.trail.proof(),
        }  # fmt: skip

    def renewed(self):
        """Return the house after a newer certificate took the place of this one."""
        made = House(valid_from=NOW - dt.timedelta(days=2))
        made.trail = Trail({**self.trail.entries, LATER: entry_text(made.credential, made.record, index=LATER)})
        made.bundle["log"] = made.trail.proof(LATER, AFTER)
        return made

    def copy(self):
        """Return a house of its own with the same in it; trees are not grown again."""
        made = copy.copy(self)
        for name in ("credential", "record", "keys", "lists", "bundle"):
            setattr(made, name, copy.deepcopy(getattr(self, name)))
        return made

    def site(self):
        page = f"/register/{NUMBER}"
        documents = {
            "/bodies/oak/did.json": self.keys, f"{page}/record.json": self.record, f"{page}/certificate.json": self.bundle,
            **{f"/status/oak/{purpose}/1": one for purpose, one in self.lists.items()},
        }  # fmt: skip
        return {path: json.dumps(one).encode() for path, one in documents.items()} | self.trail.files()

    @property
    def content(self):
        return json.dumps(self.bundle, ensure_ascii=False).encode()
