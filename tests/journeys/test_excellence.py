"""A CSE-style file in a real browser: partly met elements are sent back at the review, and made good."""

from tests.journeys.scheme_life import NEEDS_A_BROWSER, living
from tests.journeys.test_certification import NARROW

pytestmark = NEEDS_A_BROWSER
PARTIAL = dict.fromkeys(("1.1.1", "1.1.2", "1.1.3"), "partially-compliant")


def test_partly_met_elements_come_back_from_the_review_and_are_made_good(tmp_path):
    with living("cse-style/2008", tmp_path, {"rex": ("zh-hant", NARROW)}) as life:
        life.apply()
        life.plan("initial")
        first = life.result(life.cases.zip(life.today, good_marks=1, marks=PARTIAL)).text()
        statement = "Three elements of the first criterion are met in part."
        ada = life.at("ada")
        ada.act("finding.raise", grade="partial-finding", requirement="1.1.3", statement=statement)
        ada.act("evaluation.recommend", reason="Nearly there.")
        life.at("rex").act("evaluation.send-back", reason="Three partials: look again at what was done since.")

        sent_back = life.at("ada").text()
        ada.act("evaluation.gather-more", reason="What was done since.")
        second = life.result(life.cases.zip(life.today, good_marks=1, marks={"1.1.3": "partially-compliant"})).text()
        granted = life.decide("grant").text("aside")
        seen = life.at("cleo").text()

    assert "Pass rule: Rule not met" in first
    assert "Rule not met" in sent_back
    assert statement in sent_back
    assert "Send back to the team" in sent_back
    assert "Pass rule: Rule met" in second
    assert "Rule met" in granted
    acts = ("Evaluate the evidence", "Send back to the team", "Gather more evidence", "Decide\n")
    assert [granted.count(act) for act in acts] == [2, 1, 1, 1]
    assert "Rule met" in seen
