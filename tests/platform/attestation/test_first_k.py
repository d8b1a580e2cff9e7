import pytest, json, datetime as dt
from django.urls import reverse
from tests.platform.people import after
from sealmark_platform.attestation import keys, publishing, bundles
from sealmark_platform.records.publishing import publish_log
from sealmark.attest import check_proof, proofs_of, key_for, verify_inclusion, open_checkpoint, NoteKey, leaf_hash, Contexts, open_jwt

@pytest.fixture
def folder(settings, tmp_path):
    settings.DATA=tmp_path; settings.KEY_PASSPHRASE="a long enough passphrase"
    import os
    from pathlib import Path
    settings.CONTEXTS=Path("/tmp/k-contexts")
    return tmp_path

def test_it(world, folder, client):
    c=world.certified()
    keys.make_key(world.body, at=after(15))
    done=publishing.publish_due(after(16))
    print(done)
    publish_log(after(16))
    b=bundles.bundle_of(c)
    print(json.dumps(b,indent=1)[:6000])
    r=client.get(reverse("record",args=[c.number]))
    print(r.json())
    print(client.get("/.well-known/did.json").json())
    print(client.get("/bodies/oak/did.json").json())
    for k in ("application/vc","application/vc+jwt","application/json","text/html"):
        r=client.get(reverse("certificate",args=[c.number]),headers={"accept":k}); print(r.status_code,r["content-type"],len(r.content))
    print(json.loads(client.get("/status/oak/revocation/1").content).keys())
    cred=b["credential"]
    for p in proofs_of(cred):
        print(check_proof(cred,p,key_for(b["issuer"],p["verificationMethod"],signed_at=None),contexts=Contexts.from_folder(folder.__class__("/tmp/k-contexts"))))
    assert publishing.publish_due(after(16))==publishing.Done()
