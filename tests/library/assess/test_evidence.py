from decimal import Decimal

from tests.library.builders import evidence_of

from sealmark.assess.evidence import Draw, Measured
from sealmark.core.estimates import Estimate

D = Decimal
WAITING = Measured(Estimate(D(9), D(8), D(10), base=40), {"east": Estimate(D(7), D(5), D(9), base=12)})


def test_under_a_draw_the_overall_value_is_certain_and_the_base_stays():
    evidence = evidence_of(measures={"waiting": WAITING})

    drawn = evidence.under(Draw({("waiting", None): D("9.5")}))

    overall = drawn.measures["waiting"].overall
    assert (overall.value, overall.lower, overall.upper, overall.base) == (D("9.5"), D("9.5"), D("9.5"), 40)
    assert drawn.measures["waiting"].sites == WAITING.sites
    assert evidence.measures["waiting"] is WAITING


def test_under_a_draw_a_site_moves_alone():
    draw = Draw({("waiting", "east"): D(6)}, {("a", 0, None): D("0.5")})

    drawn = evidence_of(measures={"waiting": WAITING}).under(draw)

    assert drawn.measures["waiting"].overall == WAITING.overall
    assert drawn.measures["waiting"].sites["east"].lower == 6
    assert drawn.draw is draw
