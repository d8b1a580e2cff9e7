"""A credential with everything that ours have: scores, results, sites, two languages, two status entries."""

from sealmark.attest.contexts import OPEN_BADGES, VC_V2

__all__ = ["DID", "METHOD", "certificate"]

DID = "did:web:body.example"
METHOD = f"{DID}#key-1"
REGISTER = "https://body.example/register/C-2026-0001"


def certificate():
    return {
        "@context": [VC_V2, OPEN_BADGES],
        "id": REGISTER,
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "issuer": {"id": DID, "type": ["Profile"], "name": "Body"},
        "validFrom": "2026-03-01T00:00:00Z",
        "validUntil": "2029-02-28T23:59:59Z",
        "name": "Certificate C-2026-0001",
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "id": "did:web:hotel.example",
            "licenseNumber": "C-2026-0001",
            "achievement": achievement(),
            "result": [
                {
                    "type": ["Result"],
                    "resultDescription": "urn:uuid:00000000-0000-4000-8000-000000000001",
                    "value": "87.25",
                },
                {
                    "type": ["Result"],
                    "resultDescription": "urn:uuid:00000000-0000-4000-8000-000000000002",
                    "value": "Gold",
                },
            ],
        },
        "evidence": [{"id": "urn:sha256:" + "ab" * 32, "type": ["Evidence"], "name": "evaluation.json"}],
        "credentialStatus": [status("revocation", 94567), status("suspension", 23451)],
    }


def achievement():
    return {
        "id": "https://scheme.example/editions/2026/gold",
        "type": ["Achievement"],
        "achievementType": "QualityAssuranceCredential",
        "name": "Gold",
        "description": "服务质量 Service quality",
        "criteria": {"narrative": "The requirements of the edition."},
        "resultDescription": [
            {
                "id": "urn:uuid:00000000-0000-4000-8000-000000000001",
                "type": ["ResultDescription"],
                "name": "Score",
                "resultType": "Percent",
                "valueMin": "0",
                "valueMax": "100",
            }
        ],
    }


def status(purpose, index):
    return {
        "id": f"https://body.example/status/{purpose}#{index}",
        "type": "BitstringStatusListEntry",
        "statusPurpose": purpose,
        "statusListIndex": str(index),
        "statusListCredential": f"https://body.example/status/{purpose}",
    }
