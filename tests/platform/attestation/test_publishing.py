"""What the register says is signed when it changes, and stands in the trail: status, keys, rows altered by others."""

import base64
import json

import pytest
from django.db import connection
from django.urls import reverse
from tests.library.attest.conftest import PACKAGE, missing
from tests.platform.people import after

from sealmark.attest import (
    NoteKey,
    VerificationKey,
    check_proof,
    key_for,
    leaf_hash,
    open_checkpoint,
    open_jwt,
    places_of,
    proofs_of,
    status_of,
    verify_inclusion,
)
from sealmark.attest.contexts import KNOWN_CONTEXTS, Contexts, find_contexts
from sealmark.core.canonical import digest_json
from sealmark.core.errors import SealmarkError
from sealmark_platform.attestation import keys, publishing
from sealmark_platform.attestation.models import Credential, StatusList
from sealmark_platform.attestation.records import public_record
from sealmark_platform.casework.actions import certificate as certify
from sealmark_platform.casework.models import Certificate
from sealmark_platform.catalogue.queries import loaded
from sealmark_platform.parties.actions.organizations import change_organization
from sealmark_platform.records.models import Entry
from sealmark_platform.records.queries import verify_trail

DONE_NOTHING = publishing.Done()


def bundle_of(client, certificate):
    return client.get(reverse("bundle", args=[certificate.number])).json()


def newest_entry(certificate):
    found = Entry.objects.filter(subject=f"credential:{certificate.number}").order_by("-number").first()
    return json.loads(found.event)


def bits(bundle, day, credential=None):
    """Return which bits are set for a credential, after the signatures of the lists were checked."""
    found = {}
    for listing in bundle["status"]:
        (proof,) = proofs_of(listing)
        check_proof(listing, proof, key_for(bundle["issuer"], proof["verificationMethod"], signed_at=None))
    for place in places_of(credential or bundle["credential"]):
        listing = next(one for one in bundle["status"] if one["id"] == place.address)
        found[place.purpose] = status_of(place, listing, issuer=bundle["issuer"]["id"], at=after(day))
    return found


def suspend(world, certificate, day):
    trigger = loaded(world.edition.edition).procedure.suspension_triggers[0]
    return certify.suspend_certificate(
        certificate, trigger=trigger, way_back="Answer.", reason="No access.", by=world.bo, at=after(day)
    )


def test_a_published_certificate_can_be_checked_by_its_bundle_alone(world, certificate, client):
    bundle = bundle_of(client, certificate)
    credential, log, issuer = bundle["credential"], bundle["log"], bundle["issuer"]
    entry = json.loads(log["entry"])
    note_key = NoteKey.from_text(log["key"])
    checkpoint = open_checkpoint(log["checkpoint"].encode(), note_key, origin=log["origin"])

    checked = [
        check_proof(credential, proof, key_for(issuer, proof["verificationMethod"], signed_at=None))
        for proof in proofs_of(credential)
    ]
    envelope = open_jwt(bundle["jwt"], lambda method: key_for(issuer, method, signed_at=None))
    path = [base64.b64decode(one) for one in log["path"]]
    verify_inclusion(
        leaf_hash(log["entry"].encode()), path, index=log["index"], size=checkpoint.size, root=checkpoint.root
    )

    assert [one.suite for one in checked] == ["eddsa-jcs-2022"]
    assert envelope.credential == {name: value for name, value in credential.items() if name != "proof"}
    assert credential["credentialSubject"]["licenseNumber"] == certificate.number
    assert (entry["kind"], entry["actor"]) == ("certificate.published", "publisher")
    assert entry["details"] == {
        "number": certificate.number, "status": "active", "edition": world.edition.edition,
        "credential": digest_json(credential)[7:], "record": digest_json(public_record(certificate))[7:],
    }  # fmt: skip
    assert bits(bundle, 16) == {"revocation": False, "suspension": False}
    assert publishing.publish_due(after(16), is_whole=True) == DONE_NOTHING
    assert verify_trail().faults == ()


def test_a_credential_has_the_proof_of_open_badges_where_the_contexts_are(world, data, moved, client):
    if not PACKAGE.is_file():
        missing(f"{PACKAGE} does not exist")
    (data / "contexts").mkdir()
    known = {item: item.file for item in KNOWN_CONTEXTS}
    sources = [PACKAGE.read_bytes(), *(path.read_bytes() for path in vectors_of_contexts())]
    for item, content in (pair for one in sources for pair in find_contexts(one).items()):
        (data / "contexts" / known[item]).write_bytes(content)
    granted = world.certified()
    keys.make_key(world.body, at=after(15))

    moved(16)

    bundle = bundle_of(client, granted)
    contexts = Contexts.from_folder(data / "contexts")
    for document in (bundle["credential"], *bundle["status"]):
        suites = [
            check_proof(
                document, proof, key_for(bundle["issuer"], proof["verificationMethod"], signed_at=None),
                contexts=contexts,
            ).suite
            for proof in proofs_of(document)
        ]  # fmt: skip
        assert suites == ["eddsa-rdfc-2022", "eddsa-jcs-2022"]


def vectors_of_contexts():
    import os
    from pathlib import Path

    root = Path(__file__).parents[4]
    folder = Path(os.environ.get("SEALMARK_VECTORS", root / "shared" / "vectors")) / "contexts"
    return folder.glob("credentials-v2.jsonld")


def test_suspended_restored_and_withdrawn_are_told_apart_within_one_tick(world, certificate, moved, client):
    first = bundle_of(client, certificate)["credential"]
    told = {}
    steps = {
        20: lambda one: suspend(world, one, 20),
        22: lambda one: certify.restore_certificate(one, reason="Shown.", by=world.bo, at=after(22)),
        24: lambda one: certify.withdraw_certificate(one, reason="Asked.", by=world.bo, at=after(24)),
    }

    for day, act in steps.items():
        certificate.refresh_from_db()
        act(certificate)
        moved(day)
        bundle = bundle_of(client, certificate)
        record = client.get(reverse("record", args=[certificate.number])).json()
        published = json.loads(client.get(f"/status/oak/suspension/{1}").content)
        assert bundle["credential"] == first
        assert published in bundle["status"]
        assert newest_entry(certificate)["details"]["record"] == digest_json(record)[7:]
        assert record["grade"] == ("three-stars" if record["status"] == "active" else "")
        told[day] = (record["status"], bits(bundle, day))

    assert told == {
        20: ("suspended", {"revocation": False, "suspension": True}),
        22: ("active", {"revocation": False, "suspension": False}),
        24: ("withdrawn", {"revocation": True, "suspension": False}),
    }
    assert Credential.objects.count() == 1


def test_what_says_something_else_is_signed_anew_and_the_one_before_is_revoked(world, certificate, moved, client):
    before = bundle_of(client, certificate)["credential"]
    change_organization(world.body, world.organization, {"name": "Willow & Sons"}, by=world.cora, at=after(20))

    done = moved(20)

    bundle = bundle_of(client, certificate)
    address = reverse("credential", args=[certificate.number, 1])
    assert (done.certificates, done.problems) == ((certificate.number,), ())
    assert bundle["credential"]["credentialSubject"]["name"] == "Willow & Sons"
    assert bundle["credential"]["id"] != before["id"]
    assert bits(bundle, 20) == {"revocation": False, "suspension": False}
    assert bits(bundle, 20, before) == {"revocation": True, "suspension": False}
    assert json.loads(client.get(address).content) == before


def test_an_act_publishes_by_itself_once_it_is_done(
    world, certificate, data, client, django_capture_on_commit_callbacks
):
    entries = Entry.objects.count()

    with django_capture_on_commit_callbacks(execute=True):
        suspend(world, certificate, 20)

    # One of the act, one of its publication.
    assert Entry.objects.count() == entries + 2
    assert bits(bundle_of(client, certificate), 20)["suspension"]
    assert bundle_of(client, certificate)["log"]["size"] == Entry.objects.count()


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("casework_certificate", "status = 'active'"),
        ("casework_certificate", "grade = 'five-stars'"),
        ("casework_certificate", "valid_until = '2039-01-01'"),
        ("casework_certificateevent", "what = 'restore'"),
        ("parties_organization", "name = 'Somebody else'"),
        ("parties_body", "name = 'Somebody else'"),
    ],
)
def test_a_row_changed_behind_the_back_of_the_platform_is_not_published(world, certificate, moved, table, change):
    suspend(world, certificate, 20)
    moved(20)
    entries = Entry.objects.count()

    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {change}")
    done = publishing.publish_due(after(21), is_whole=True)

    record = public_record(Certificate.objects.get(pk=certificate.pk))
    assert [one.code for one in done.problems] == ["SM816"]
    assert Entry.objects.count() == entries
    # The grade of a suspended certificate is not shown, so that nobody can see it changed before it comes back.
    is_seen = newest_entry(certificate)["details"]["record"] != digest_json(record)[7:]
    assert is_seen is ("grade" not in change)


def test_a_key_is_replaced_and_what_the_old_one_signed_stays_valid(world, certificate, data, moved, client):
    before = bundle_of(client, certificate)
    old = keys.present_key(world.body)

    new = keys.rotate_key(world.body, at=after(30))
    done = moved(30)

    after_ = bundle_of(client, certificate)
    (proof,) = proofs_of(before["credential"])
    key = key_for(after_["issuer"], proof["verificationMethod"], signed_at=None)
    assert (old.name, new.name, key.multikey) == ("key-1", "key-2", old.multikey)
    assert check_proof(before["credential"], proof, key).suite == "eddsa-jcs-2022"
    assert after_["credential"] == before["credential"]
    # The lists are of the new key at once.
    assert done == publishing.Done(lists=2)
    assert {proofs_of(one)[0]["verificationMethod"][-5:] for one in after_["status"]} == {"key-2"}
    assert [path.name for path in (data / "keys").iterdir()] == ["oak-key-2.pem"]


def test_what_a_compromised_key_signed_is_signed_anew(world, certificate, moved, client):
    before = bundle_of(client, certificate)["credential"]

    keys.compromise_key(world.body, "key-1", since=after(20), at=after(30))
    without = publishing.publish_due(after(30))
    keys.make_key(world.body, at=after(31))
    done = moved(31)

    bundle = bundle_of(client, certificate)
    (old,), (new,) = proofs_of(before), proofs_of(bundle["credential"])
    assert [one.code for one in without.problems] == ["SM813"]
    assert done.certificates == (certificate.number,)
    assert key_for(bundle["issuer"], new["verificationMethod"], signed_at=None)
    # The log proves that the first was signed before; without that it counts no more.
    assert key_for(bundle["issuer"], old["verificationMethod"], signed_at=after(16), logged_at=after(16))
    with pytest.raises(SealmarkError, match="SM773"):
        key_for(bundle["issuer"], old["verificationMethod"], signed_at=after(16))
    kinds = Entry.objects.filter(kind__startswith="key.").order_by("number").values_list("kind", flat=True)
    assert list(kinds) == ["key.make", "key.compromise", "key.make"]


def test_keys_are_refused_that_cannot_be_what_they_shall_be(world, data, settings):
    made = keys.make_key(world.body, at=after(1))
    path = data / "keys/oak-key-1.pem"
    mode, pem = path.stat().st_mode & 0o777, path.read_bytes()
    codes = []

    def refused(act):
        with pytest.raises(SealmarkError) as error:
            act()
        codes.append(error.value.codes[0])

    refused(lambda: keys.make_key(world.body, at=after(2)))
    refused(lambda: keys.compromise_key(world.body, "key-9", since=after(1), at=after(2)))
    refused(lambda: keys.compromise_key(world.body, "key-1", since=after(3), at=after(2)))
    settings.KEY_PASSPHRASE = ""
    codes += [one.code for one in keys.key_faults(world.body)]
    settings.KEY_PASSPHRASE = "another passphrase"
    codes += [one.code for one in keys.key_faults(world.body)]
    path.unlink()
    codes += [one.code for one in keys.key_faults(world.body)]
    settings.KEY_PASSPHRASE = "short"
    refused(lambda: keys.rotate_key(world.body, at=after(4)))
    settings.ADDRESS = "https://192.0.2.7/"
    keys.retire_key(world.body, at=after(5))
    refused(lambda: keys.make_key(world.body, at=after(6)))

    assert (mode, b"ENCRYPTED" in pem) == (0o600, True)
    assert codes == ["SM818", "SM818", "SM818", "SM814", "SM752", "SM814", "SM752", "SM817"]
    assert [one.multikey for one in keys.keys_of(world.body)] == [made.multikey]


def test_documents_are_read_by_everybody_and_by_their_kind(world, certificate, client):
    page = reverse("certificate", args=[certificate.number])
    kinds = ["application/json", "application/vc", "application/vc+jwt", "text/html"]
    host, body = client.get("/.well-known/did.json").json(), client.get("/bodies/oak/did.json").json()

    found = [client.get(page, headers={"Accept": kind}) for kind in kinds]
    again = client.get(page, headers={"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"})
    absent = [client.get(f"/register/OAK-C1999-00001/{name}") for name in ("record.json", "certificate.json")]

    assert [one["Content-Type"].partition(";")[0] for one in found] == kinds
    assert again["Content-Type"].startswith("text/html")
    assert found[0].json() == client.get(reverse("record", args=[certificate.number.lower()])).json()
    assert [one.status_code for one in absent] == [404, 404]
    assert (host["id"], body["id"]) == ("did:web:localhost%3A8000", "did:web:localhost%3A8000:bodies:oak")
    assert VerificationKey.from_multikey(body["verificationMethod"][0]["publicKeyMultibase"])
    assert client.get("/status/oak/revocation/1")["Content-Type"] == "application/vc"
    assert [client.get(f"/status/{path}").status_code for path in ("oak/other/1", "elm/revocation/1")] == [404, 404]


def test_a_list_that_is_half_full_is_left_for_another(world, certificate, moved):
    StatusList.objects.filter(number=1, purpose="revocation").update(given=65_536)
    change_organization(world.body, world.organization, {"name": "Willow & Sons"}, by=world.cora, at=after(20))

    moved(20)

    assert list(Credential.objects.order_by("version").values_list("list_number", flat=True)) == [1, 2]
    assert StatusList.objects.count() == 4
