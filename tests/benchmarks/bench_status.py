"""A million certificates: their status lists made anew, and one of them after a suspension (``make bench``)."""

import json

import pytest
from django.db import connection
from tests.benchmarks.speed.harness import Row, cpu, print_table
from tests.platform.attestation.conftest import certificate, data, moved  # noqa: F401  # fixtures
from tests.platform.people import World, after

from sealmark.attest.statuslists import decode_bits
from sealmark_platform.attestation.lists import list_file, renew_lists
from sealmark_platform.attestation.models import Credential, StatusList

MILLION = 1_000_000
ON_A_LIST = 65_536
ROWS = """
WITH RECURSIVE place(number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM place WHERE number < %s)
INSERT INTO attestation_credential
 (id, certificate_id, version, key_id, document, jwt, annex, content, digest, body_id, list_number, list_index,
  issued_at, superseded_at, is_revoked, is_suspended, entry)
SELECT lower(hex(randomblob(16))), certificate_id, number, key_id, '', '', '', '', '', body_id,
 number / 65536 + 2, number %% 65536, issued_at, issued_at, number %% 20 = 0, number %% 100 = 1, entry
FROM place, attestation_credential WHERE version = 1
"""


@pytest.fixture
def world(db):
    return World()


@pytest.fixture
def million(world, certificate):  # noqa: F811  # the fixture
    """One certificate with very many credentials: what lists are made of knows only the credentials."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [MILLION])
    for number in range(2, MILLION // ON_A_LIST + 3):
        for purpose in ("revocation", "suspension"):
            StatusList.objects.create(body=world.body, purpose=purpose, number=number, size=131_072, given=ON_A_LIST)
    return world.body


def test_lists_of_a_million_certificates(million):
    made = []
    every = cpu(lambda: made.append(renew_lists(million, after(20))))
    Credential.objects.filter(list_number=9, list_index=7).update(is_suspended=True)
    one = cpu(lambda: made.append(renew_lists(million, after(20))))
    served = cpu(lambda: list_file("oak", "revocation", 9).read_bytes())

    rows = [
        Row("every list made anew", every, limit=10.0, bar=1.0),
        Row("after one suspension", one, limit=5.0, bar=1.0),
        Row("a list read to be served", served, limit=0.05, bar=1.0),
    ]
    print_table(rows, "status lists of a million certificates, seconds")
    listing = json.loads(list_file("oak", "revocation", 9).read_bytes())
    bits = decode_bits(listing["credentialSubject"]["encodedList"])
    assert (made, sum(byte.bit_count() for byte in bits)) == ([34, 1], Credential.objects.filter(
        list_number=9, is_revoked=True
    ).count())  # fmt: skip
    assert [row.ours < row.limit for row in rows] == [True, True, True]
