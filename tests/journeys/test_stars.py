"""A GB/T 27922-style file in a real browser: a pass, the one-year rule, stars, a suspension, and more stars."""

import datetime as dt
import re

from tests.journeys.scheme_life import NEEDS_A_BROWSER, living
from tests.journeys.test_certification import NARROW

pytestmark = NEEDS_A_BROWSER
FULL = {"special-deductions": 0, "special-bonuses": 0}


def case_of(life, since, *lost):
    """Return a case in which everything is met but some requirements, and that says since when the pass is held."""
    scales = {"met-or-not": ("met", "not-met"), "unit-conforms": ("conforming", "nonconforming")}
    marks = {}
    for name, requirement in life.cases.edition.requirements.items():
        for rule in requirement.evidence:
            scale = getattr(rule, "judgement", None) or getattr(rule, "sample", None)
            if scale is not None:
                marks[name] = scales[scale][name in lost]
    facts = {**FULL, "up-to-standard-since": since, "system-running-since": life.today - dt.timedelta(days=700)}
    return life.cases.zip(life.today, facts=facts, marks=marks, visited=1, units=2)


def test_stars_come_a_year_after_the_pass_and_a_suspension_between_them_ends(tmp_path):
    with living("gbt27922/2011", tmp_path, {"cleo": ("zh-hans", NARROW)}, **{"suspension-days": 90}) as life:
        life.apply()
        life.plan("initial")
        claimed = life.result(case_of(life, life.today - dt.timedelta(days=800), "5.3.1")).text()
        bo = life.review()
        early = bo.act("evaluation.decide", refused=True, outcome="grant", reason="Three stars.")
        life.at("bo").act("evaluation.defer", reason="No certificate is a year old.")
        life.at("ada").act("evaluation.gather-more", reason="Without the day of a certificate of another body.")
        plain = life.result(case_of(life, None, "5.3.1")).text()
        passed = life.decide("grant").text("aside")
        issued = life.today

        opened = life.wait(380)
        life.plan("surveillance", is_open=True)
        stars = life.result(case_of(life, issued, "5.3.1")).text()
        starred = life.decide("change-grade").text("aside")

        life.wait(40)
        way_back = {"way_back": "The cause is removed.", "reason": "A batch was recalled."}
        life.at("bo").act("certificate.suspend", trigger="major-problem", **way_back)
        suspended = life.desks["bo"].text("aside")
        seen = life.at("cleo").text("aside")
        life.wait(30)
        life.at("bo").act("certificate.restore", reason="Removed, and checked in three shops.")

        life.wait(120)
        life.plan("upgrade")
        life.result(case_of(life, issued))
        upgraded = life.decide("change-grade")
        upgraded.press("aside a[href^='/register/']")
        history = upgraded.text()

    assert "Grade: Three stars" in claimed
    assert 'The grade "Three stars" needs a certificate of "Up to standard" that is old enough.' in early
    assert "Grade: Up to standard" in plain
    assert "Up to standard" in passed
    assert "OAK-C2026-00001 surveillance" in opened
    assert "Grade: Three stars" in stars
    assert "Three stars" in starred
    assert "Suspended until" in suspended
    assert "The cause is removed." in seen
    events = re.findall(r"Grade changed|Suspension lifted|Suspended|Issued", history)
    assert events == ["Grade changed", "Suspension lifted", "Suspended", "Grade changed", "Issued"]
    assert "Five stars" in history
