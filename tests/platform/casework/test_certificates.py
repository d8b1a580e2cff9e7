"""What a certificate keeps of the day it was decided."""

from django.urls import reverse

from sealmark_platform.casework.models import CertificationFile
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.catalogue.queries import loaded


def test_a_certificate_keeps_the_edition_it_was_granted_by(world, client):
    held = world.certified()
    later = AdoptedEdition.objects.create(
        body=world.body, edition="gbt27922/2011", digest=loaded("gbt27922/2011").digest, adopted_on=held.valid_from
    )
    # Another scheme stands for a later edition of its own: what matters is that the file moves.
    CertificationFile.objects.filter(pk=held.file_id).update(edition=later)

    page = client.get(reverse("certificate", args=[held.number])).content.decode()
    told = client.get(f"/api/v1/register/{held.number}").json()["edition"]

    assert (held.edition, told) == (world.edition, world.edition.edition)
    assert world.edition.edition in page
    assert "gbt27922/2011" not in page
