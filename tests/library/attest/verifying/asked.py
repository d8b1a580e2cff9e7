"""Ways to ask for a verdict, and to read it, for the tests of verifying."""

import datetime as dt

from tests.library.attest.verifying.house import NOW, as_bytes, trusting

from sealmark.attest.keys import SoftwareSigner
from sealmark.attest.verifying.checking import verify
from sealmark.attest.verifying.material import Means
from sealmark.attest.verifying.reading import read_material

LATER = NOW + dt.timedelta(hours=1)
STRANGER = SoftwareSigner.generate(bytes(range(9, 41)))


def offline(house, *, on=LATER, means=None, **changes):
    return verify(read_material(as_bytes(house.bundle(**changes))), on=on, means=means or trusting(house))


def online(house, *, on=LATER, memory=None, material=None, contexts=None):
    means = Means(fetch=house.fetch, memory=memory or {}, contexts=contexts)
    return verify(material or read_material(as_bytes(house.bundle())), on=on, means=means)


def outcomes(verdict):
    return {check.name: check.outcome for check in verdict.checks}


def told(verdict, name):
    check = verdict.check(name)
    return check.sentence, check.problem.code if check.problem else ""
