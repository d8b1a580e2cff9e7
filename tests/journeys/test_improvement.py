"""A ServiceMark-style file in a real browser: the mark is kept by an improvement that was measured."""

import re

from tests.journeys.scheme_life import NEEDS_A_BROWSER, living
from tests.journeys.test_certification import NARROW

pytestmark = NEEDS_A_BROWSER
FIGURES = {"T1": 80, "N1": 40, "N2": 20}
FEW = {
    "customers": {"respondents": 60, "mean": 9.0, "spread": 0.8},
    "employees": {"respondents": 30, "mean": 8.6, "spread": 0.8},
}


def surveys_of(life, mean):
    """Return how customers and employees answer, as the example's profile has it."""
    kind = type(next(iter(life.cases.profile.surveys.values())))
    return {name: kind(**{**item, "mean": mean if name == "customers" else item["mean"]}) for name, item in FEW.items()}


def case_of(life, mean, before=None):
    rounds = {} if before is None else {"before": {"surveys": surveys_of(life, before)}}
    actions = {"done": 1, "effective": 3}
    return life.cases.zip(life.today, surveys=surveys_of(life, mean), good_marks=1, actions=actions, **rounds)


def change_in(text):
    """Return by how many points the page says the customer index rose."""
    said = re.search(r"Customer index, change from the earlier to the later wave: (\S+)", text)[1]
    return float(said.replace("\N{MINUS SIGN}", "-"))


def test_the_mark_is_renewed_for_an_improvement_that_was_measured(tmp_path):
    with living("servicemark-style/2019", tmp_path, {"cleo": ("zh-hant", NARROW)}, **FIGURES) as life:
        life.apply()
        life.plan("initial")
        life.result(case_of(life, 9.0))
        granted = life.decide("grant").text("aside")

        opened = life.wait(340)
        life.plan("surveillance", is_open=True)
        progress = life.result(case_of(life, 9.0)).text()
        life.decide("maintain")

        opened_again = life.wait(620)
        life.plan("recertification", is_open=True)
        still = life.result(case_of(life, 9.0, before=9.0)).text()
        bo = life.review().press("main a[href*='/acts/evaluation.decide/']")
        possible = bo.page.locator("#id_outcome option").all_inner_texts()
        life.at("bo").act("evaluation.defer", reason="The improvement is not shown.")
        life.at("ada").act("evaluation.gather-more", reason="The survey of this autumn.")
        risen = life.result(case_of(life, 9.6, before=8.6)).text()
        bo = life.decide("renew")
        bo.press("aside a[href^='/register/']")
        renewed = bo.text()
        seen = life.at("cleo").press("main dd a[href^='/results/'] >> nth=0").text()

    assert "Award (ServiceMark style)" in granted
    assert "OAK-C2026-00001 surveillance" in opened
    assert "The evidence of improvement against the action plan: Accepted" in progress
    assert "not shown" not in progress
    assert "OAK-C2026-00001 recertification" in opened_again
    assert change_in(still) < 1
    assert "not shown" in still
    assert possible == ["refuse"]
    assert change_in(risen) > 1
    assert "earlier wave: " in risen
    assert "not shown\n" not in risen
    assert "Renewed" in renewed
    assert f"{life.today.year + 3}" in renewed
    assert "客戶指數" in seen
