"""Every answer there is, and what it rests on: offline with what came along, online with what the issuer's host says."""

import copy
import datetime as dt

import pytest
from tests.library.attest.verifying.asked import LATER, STRANGER, offline, online, told
from tests.library.attest.verifying.house import (
    BODY,
    HOST,
    INSTALLATION,
    JCS,
    LOG_KEY,
    METHOD,
    NOW,
    ORIGIN,
    RDFC,
    SIGNER,
    WEEK,
    House,
    as_bytes,
    composed,
    signed,
    trusting,
    unsigned,
)

from sealmark.attest.envelopes import seal_jwt
from sealmark.attest.identifiers import KeyTerm, did_document, key_did
from sealmark.attest.proofs import ProofOptions, add_proof
from sealmark.attest.verifying.checking import verify
from sealmark.attest.verifying.material import Material, Means
from sealmark.attest.verifying.reading import read_material

# --- valid ------------------------------------------------------------------------------------------


def test_what_the_platform_issues_is_valid_offline_for_who_keeps_the_keys(house, contexts):
    verdict = offline(house, means=trusting(house, contexts=contexts, editions={"charter/2026": "sha256:" + "5a" * 32}))

    assert (verdict.answer, verdict.is_valid) == ("valid", True)
    assert {check.sentence for check in verdict.checks} == {
        "form.passed", "signature.passed", "issuer.pinned", "dates.passed", "status.kept", "log.included",
        "record.offline", "scheme.passed",
    }  # fmt: skip
    assert verdict.check("signature").values == {"suites": "eddsa-jcs-2022, eddsa-rdfc-2022"}
    assert verdict.shown.grades[1] == ("Stars", "Two stars")


def test_online_only_the_host_of_the_issuer_is_asked(house):
    house.entries += [f"later {number}".encode() for number in range(5)]
    verdict = online(house)

    assert verdict.answer == "valid"
    assert {check.sentence for check in verdict.checks} == {
        "form.passed", "signature.passed", "issuer.online", "dates.passed", "status.fetched", "log.followed",
        "record.passed", "scheme.absent",
    }  # fmt: skip
    assert all(address.startswith(f"https://{HOST}/") for address in house.asked)
    assert verdict.seen == {ORIGIN: (LOG_KEY.text, house.log().note)}


def test_a_bare_credential_and_an_envelope_are_checked_too(house):
    bare = unsigned(house.credential)
    envelope = read_material(seal_jwt(bare, SIGNER, METHOD).encode())

    assert online(house, material=Material(house.credential)).answer == "valid"
    assert online(house, material=envelope).answer == "valid"
    assert offline(house, jwt=seal_jwt(bare, SIGNER, METHOD)).check("signature").values["suites"] == f"{JCS}, VC-JWT"


def test_one_point_of_time_is_needed():
    with pytest.raises(ValueError, match="zone"):
        verify(Material({}), on=dt.datetime(2026, 1, 1))  # noqa: DTZ001


# --- who issued it ----------------------------------------------------------------------------------


def test_keys_that_only_came_along_prove_nothing(house):
    verdict = offline(house, means=Means())

    assert verdict.answer == "unknown"
    assert (told(verdict, "issuer"), told(verdict, "log")) == (("issuer.bundled", ""), ("log.bundled", "SM764"))
    assert verdict.shown.grades == ()


def test_a_forger_who_brings_keys_of_his_own_gets_nowhere():
    document = did_document(BODY, [KeyTerm("key-1", STRANGER.key)])
    forged = House(signed(composed(), signer=STRANGER))
    true_house = House(signed(composed()))
    bundle = forged.bundle(issuer=document, status=None, log=None)

    assert offline(forged, means=Means(), issuer=document, status=None, log=None).answer == "unknown"
    assert verify(read_material(as_bytes(bundle)), on=LATER, means=trusting(true_house)).answer == "not-valid"
    assert online(true_house, material=read_material(as_bytes(bundle))).answer == "not-valid"


def test_without_any_keys_nothing_can_be_said(house):
    verdict = verify(Material(house.credential), on=LATER)

    assert (verdict.answer, told(verdict, "signature")[0]) == ("unknown", "signature.keyless")
    assert told(verdict, "issuer")[0] == "issuer.absent"


def test_a_host_that_does_not_answer_leaves_what_came_along(house):
    house.down = {"bodies/example/did.json", "status/example/revocation/1", "status/example/suspension/1"}
    verdict = online(house)

    assert (verdict.answer, told(verdict, "issuer")) == ("unknown", ("issuer.unreachable", "SM779"))
    assert told(verdict, "status")[0] == "status.kept"


def test_a_new_key_may_be_missing_from_what_somebody_keeps(house):
    old = did_document(BODY, [KeyTerm("key-0", STRANGER.key)])
    verdict = offline(house, means=Means({BODY: old}))

    assert (verdict.answer, told(verdict, "signature")) == ("unknown", ("signature.newer", "SM772"))


def test_a_did_key_says_nothing_about_who_has_it():
    did = key_did(SIGNER.key)
    credential = composed()
    credential["issuer"]["id"] = did
    del credential["credentialStatus"]
    material = Material(signed(credential, method=f"{did}#{SIGNER.key.multikey}"))

    verdict = verify(material, on=LATER)
    assert (verdict.answer, told(verdict, "issuer")) == ("unknown", ("issuer.nameless", "SM770"))
    assert told(verdict, "status")[0] == "status.none"
    pinned = {did: did_document(did, [KeyTerm(SIGNER.key.multikey, SIGNER.key)])}
    assert verify(material, on=LATER, means=Means(pinned)).answer == "valid"


def test_a_published_key_is_nobody():
    credential = composed()
    credential["issuer"]["id"] = did = "did:key:z6MktwupdmLXVVqTzCw4i46r4uGyosGXRnR3XjN4Zq7oMMsw"
    proof = {**signed(composed())["proof"], "verificationMethod": f"{did}#{did[8:]}"}
    verdict = verify(Material({**credential, "proof": proof}), on=LATER)

    assert (did in verdict.shown.issuer_id, verdict.answer) == (True, "not-valid")
    assert told(verdict, "issuer") == ("issuer.failed", "SM751")


def test_a_compromised_key_counts_when_a_trusted_log_is_older(house):
    stolen = dt.timedelta(days=1)
    late, early = (did_document(BODY, [KeyTerm("key-1", SIGNER.key, NOW + by)]) for by in (stolen, -stolen))
    new = did_document(BODY, [KeyTerm("key-2", STRANGER.key), KeyTerm("key-1", SIGNER.key, NOW + stolen)])
    lists = [signed(unsigned(item), signer=STRANGER, method=f"{BODY}#key-2")
             for item in house.lists()]  # fmt: skip
    pins = {INSTALLATION: house.installation()}

    assert offline(house, means=Means({BODY: new, **pins}), status=lists).answer == "valid"
    assert told(offline(house, means=Means({BODY: late, **pins})), "status") == ("status.failed", "SM773")
    assert told(offline(house, means=Means({BODY: early, **pins})), "signature") == ("signature.failed", "SM773")
    assert told(offline(house, means=Means({BODY: new})), "signature") == ("signature.failed", "SM773")


# --- in force ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("on", "answer"),
    [
        (dt.datetime(2026, 7, 31, 23, 59, 59, tzinfo=dt.UTC), "not-yet-valid"),
        (dt.datetime(2029, 8, 1, 0, 0, 1, tzinfo=dt.UTC), "expired"),
    ],
)
def test_dates_count_to_the_second(house, on, answer):
    verdict = offline(house, on=on)

    assert (verdict.answer, verdict.sentence) == (answer, f"answer.{answer}")
    assert verdict.shown.grades == ()


@pytest.mark.parametrize("ask", [offline, online])
def test_suspended_restored_and_revoked_are_told_apart(house, ask):
    house.mark("suspension")
    suspended = ask(house)
    house.marked = {}
    restored = ask(house)
    house.mark("revocation")
    house.mark("suspension")
    revoked = ask(house)

    assert [one.answer for one in (suspended, restored, revoked)] == ["suspended", "valid", "revoked"]
    assert told(revoked, "status")[0] == "status.revoked"


def test_an_old_bundle_shows_what_the_issuer_says_now(house):
    material = read_material(as_bytes(house.bundle()))
    house.mark("suspension")

    assert online(house, material=material).answer == "suspended"


def test_a_list_counts_only_while_it_says_so(house):
    on = NOW + 2 * WEEK
    old = offline(house, on=on)
    house.at = on - dt.timedelta(hours=1)
    fetched = online(house, on=on, material=read_material(as_bytes(house.bundle(status=[]))))

    assert (old.answer, told(old, "status")) == ("unknown", ("status.offline", "SM775"))
    assert (fetched.answer, told(fetched, "status")[0]) == ("valid", "status.fetched")


def test_the_register_knows_more_than_a_bit(house, contexts):
    old = read_material(as_bytes(house.bundle()))
    house.mark("revocation")
    house.status = "withdrawn"
    house.publish()
    withdrawn = online(house, material=old)
    house.status, house.credential = "active", signed(composed(valid_until=None))
    house.publish()
    superseded = online(house, material=old)
    earlier = online(house, material=old, on=dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC))

    assert [(one.answer, one.sentence) for one in (withdrawn, superseded)] == [
        ("revoked", "answer.withdrawn"), ("revoked", "answer.superseded"),
    ]  # fmt: skip
    # What was recorded later says nothing about an earlier time, and no list speaks about it.
    assert earlier.answer == "unknown"


def test_a_status_that_cannot_be_read_is_never_a_good_one(house):
    def with_status(entry):
        credential = composed()
        credential["credentialStatus"] = entry
        return offline(House(signed(credential)), means=trusting(house))

    entry = house.credential["credentialStatus"][0]

    assert told(with_status({**entry, "statusListIndex": "-1"}), "status") == ("status.failed", "SM775")
    assert told(with_status([entry] * 5), "status") == ("status.failed", "SM775")
    assert told(with_status({**entry, "statusPurpose": "message"}), "status") == ("status.unknown", "SM775")
    assert told(with_status({**entry, "statusListIndex": "131072"}), "status") == ("status.failed", "SM775")


def test_lists_of_other_hosts_are_not_asked_for():
    credential = composed()
    for entry in credential["credentialStatus"]:
        entry["statusListCredential"] = "https://elsewhere.example/list"
    verdict = online(House(signed(credential)))

    assert (verdict.answer, told(verdict, "status")[0]) == ("unknown", "status.unreachable")


def test_a_list_by_somebody_else_is_refused(house):
    lists = [signed(unsigned(item), signer=STRANGER) for item in house.lists()]

    verdict = offline(house, status=lists)
    assert (verdict.answer, told(verdict, "status")) == ("not-valid", ("status.failed", "SM757"))


# --- the rest ---------------------------------------------------------------------------------------


def test_another_text_of_the_edition_is_not_passed_over(house):
    verdict = offline(house, means=trusting(house, editions={"charter/2026": "sha256:" + "00" * 32}))

    assert (verdict.answer, told(verdict, "scheme")) == ("unknown", ("scheme.failed", "SM786"))


def test_a_certificate_may_name_no_edition(house):
    credential = composed()
    credential["credentialSubject"]["achievement"]["alignment"] = [{"type": ["Alignment"], "targetCode": "x"}]
    verdict = offline(House(signed(credential)))

    assert (verdict.answer, verdict.check("scheme")) == ("valid", None)


def test_only_the_suite_without_contexts_can_be_checked_without_them(contexts):
    house = House(signed(composed(), (RDFC,), contexts=contexts))

    assert told(offline(house), "signature") == ("signature.contextless", "SM754")
    assert offline(house, means=trusting(house, contexts=contexts)).answer == "valid"


def test_lists_signed_for_readers_of_json_ld_alone_need_contexts(house, contexts):
    lists = [signed(unsigned(item), (RDFC,), contexts=contexts)
             for item in house.lists()]  # fmt: skip

    assert told(offline(house, status=lists), "status") == ("status.unknown", "SM754")


def test_a_proof_that_has_run_out_is_none(house):
    options = ProofOptions(JCS, METHOD, NOW, expires=LATER)
    run_out = House(add_proof(composed(), SIGNER, options))

    assert told(offline(run_out), "signature") == ("signature.failed", "SM756")
    assert offline(run_out, on=LATER - dt.timedelta(seconds=1)).answer == "valid"


def test_an_envelope_that_says_something_else_is_refused(house):
    other = composed()
    other["name"] = "Three stars"

    verdict = offline(house, jwt=seal_jwt(other, SIGNER, METHOD))
    assert (verdict.answer, told(verdict, "signature")) == ("not-valid", ("signature.failed", "SM781"))


def test_every_proof_is_one_of_the_issuer(house):
    elsewhere = signed(house.credential, signer=STRANGER, method="did:web:elsewhere.example#key-1")

    assert told(offline(House(elsewhere)), "signature") == ("signature.failed", "SM781")
    assert told(offline(House(composed())), "signature") == ("signature.failed", "SM756")


def change(path, value):
    def changed(credential):
        *owners, last = path
        part = credential
        for name in owners:
            part = part[name]
        if value is None:
            del part[last]
        else:
            part[last] = value

    return changed


@pytest.mark.parametrize(
    "spoil",
    [
        change(["@context", 1], "https://evil.example/context"),
        change(["@context", 1], {"name": "https://evil.example/#name"}),
        change(["type"], ["VerifiableCredential"]),
        change(["id"], None),
        change(["validFrom"], None),
        change(["issuer", "id"], "https://certs.example.org"),
        change(["credentialSubject"], [{"type": "AchievementSubject"}]),
        change(["credentialSubject", "id"], None),
        change(["credentialSubject", "achievement"], None),
        change(["credentialSubject", "achievement", "name"], None),
        change(["credentialSubject", "achievement", "criteria"], {}),
        change(["credentialSubject", "result", 0, "resultDescription"], "urn:other"),
        change(["credentialSubject", "result", 1, "achievedLevel"], "urn:other"),
        change(["validUntil"], "2029"),
    ],
)
def test_the_form_is_looked_at_first(house, spoil):
    credential = copy.deepcopy(composed())
    spoil(credential)
    asked = []
    verdict = verify(Material(signed(credential)), on=LATER, means=Means(fetch=asked.append))

    assert (verdict.answer, [check.name for check in verdict.checks], asked) == ("not-valid", ["form"], [])


def test_what_is_shown_can_do_nothing_but_be_read(house):
    credential = composed()
    credential["credentialSubject"]["name"] = "Hotel \x1b[2J\u202egoat" + "x" * 1000

    shown = offline(House(signed(credential))).shown
    assert shown.holder == "Hotel  [2J goat" + "x" * 385 + "…"


# --- endorsements -----------------------------------------------------------------------------------


def endorsement(did=BODY, signer=STRANGER):
    owner = "did:web:scheme.example"
    document = {
        "@context": composed()["@context"],
        "id": "https://scheme.example/endorsements/1",
        "type": ["VerifiableCredential", "EndorsementCredential"],
        "name": "Licensed body",
        "issuer": {"id": owner, "type": ["Profile"], "name": "Owner"},
        "validFrom": "2026-01-01T00:00:00Z",
        "credentialSubject": {"id": did, "type": ["EndorsementSubject"], "endorsementComment": "Licensed."},
    }
    return owner, signed(document, signer=signer, method=f"{owner}#key-1")


def test_endorsements_count_from_whom_one_knows(house):
    owner, document = endorsement()
    pins = {BODY: house.document, owner: did_document(owner, [KeyTerm("key-1", STRANGER.key)])}
    known = offline(house, means=Means(pins), endorsements=[document])
    unknown = offline(house, endorsements=[document])
    others = offline(house, means=Means(pins), endorsements=[endorsement("did:web:other.example")[1]])
    forged = offline(house, means=Means(pins), endorsements=[{**document, "name": "Best body"}])
    certificate = offline(house, means=Means(pins), endorsements=[house.credential])
    later = offline(house, means=Means(pins), endorsements=[document], on=dt.datetime(2025, 1, 1, tzinfo=dt.UTC))

    assert (known.answer, told(known, "endorsement")[0]) == ("valid", "endorsement.passed")
    assert (unknown.answer, told(unknown, "endorsement")[0]) == ("valid", "endorsement.unknown")
    assert told(later, "endorsement")[0] == "endorsement.unknown"
    assert [(one.answer, told(one, "endorsement")) for one in (others, forged, certificate)] == [
        ("not-valid", ("endorsement.failed", code)) for code in ("SM785", "SM757", "SM785")
    ]


def test_an_endorsement_inside_is_looked_at_too(house):
    credential = composed() | {"endorsement": "x"}

    assert told(offline(House(signed(credential))), "endorsement") == ("endorsement.failed", "SM785")


def test_a_list_of_a_newer_key_than_somebody_keeps_is_not_checked(house):
    lists = [signed(unsigned(item), signer=STRANGER, method=f"{BODY}#key-2") for item in house.lists()]
    verdict = offline(house, status=lists)

    assert (verdict.answer, told(verdict, "status")) == ("unknown", ("status.unknown", "SM772"))


def test_a_list_without_dates_is_looked_at_all_the_same(house):
    lists = [signed({**unsigned(item), "validUntil": None}) for item in house.lists()]

    assert told(offline(house, status=lists), "status") == ("status.failed", "SM759")
    endless = [unsigned(item) for item in house.lists()]
    for item in endless:
        del item["validUntil"]
    kept = offline(house, status=[signed(item) for item in endless])
    house.places = {
        address.partition(f"{HOST}/")[2]: as_bytes(signed(item)) for item in endless for address in [item["id"]]
    }

    assert told(kept, "status") == ("status.offline", "SM775")
    assert told(online(house), "status")[0] == "status.fetched"
