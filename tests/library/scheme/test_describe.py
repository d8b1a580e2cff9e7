import re
from decimal import Decimal

import pytest

from sealmark.core.errors import SealmarkError
from sealmark.scheme import describe
from sealmark.scheme.discovery import load
from sealmark.scheme.grading import (
    Adjustment,
    CountGate,
    Grade,
    GradeGate,
    NodeGate,
    Rounding,
    Score,
    ScoreGate,
    SpecialsGate,
)
from sealmark.scheme.requirements import RollUp
from sealmark.scheme.rules import (
    ActionsRule,
    Applies,
    ChangeRule,
    DocumentRule,
    FactRule,
    JudgementRule,
    MeasureRule,
    PersonsRule,
    SampleRule,
    Scores,
)
from sealmark.scheme.telling import Teller, rule_phrases
from sealmark.scheme.wording import LANGUAGES

from .conftest import change


@pytest.fixture
def edition(pack):
    return load(str(pack))


def rule(model, edition, **keys):
    return describe.describe_rule(model(**keys), edition, "en")


def test_phrases_have_the_same_keys_and_placeholders_in_every_language():
    shapes = [
        {key: sorted(set(re.findall(r"\{(\w+)\}", text))) for key, text in rule_phrases(language).items()}
        for language in LANGUAGES
    ]

    assert shapes == [shapes[0]] * 4


def test_a_judgement_names_its_levels(edition):
    assert rule(JudgementRule, edition, judgement="quality", sites="worst", assessors="lowest") == (
        "Assessors mark it as one of: Not there (0%), Partly there (50%), Fully there (100%). "
        "Where several assessors marked one site, the lowest mark counts. The worst site counts."
    )


def test_a_sample_says_what_is_lost(edition):
    assert rule(SampleRule, edition, sample="quality", of="staff", minimum=10) == (
        "A sample of staff is drawn and each unit marked as one of: "
        "Not there (0%), Partly there (50%), Fully there (100%). "
        "The share that does not conform is lost. Units that must be drawn, else not determined: 10."
    )


def test_a_measure_says_which_number_counts(edition):
    requirement = edition.requirements["satisfaction"]

    assert describe.describe_requirement(requirement, edition, "en") == (
        "The lower confidence limit of “Satisfaction index (10 to 100)” counts. "
        "It conforms from 75 (“Lowest satisfaction index”) up and does not conform below. "
        "Answers or records needed, else not determined: Fewer than 50 employees: 20, 50 employees or more: 100 (by size)."
    )


def test_a_share_is_told_in_percent(edition):
    assert rule(MeasureRule, edition, measure="calls-in-time", sites="share", scores={"at_least": 0}).startswith(
        "The result of “Share of calls answered within one minute” counts. It conforms from 0% up"
    )


def test_facts_ratios_documents_persons_and_actions(edition):
    assert rule(FactRule, edition, fact="has-hotline", scores={"table": {"yes": 1, "no": 0}}) == (
        "The organization declares: Is there a telephone hotline? Answers count as follows: yes gives 100%; no gives 0%."
    )
    assert rule(FactRule, edition, fact="trained-staff", per="staff", scores={"curve": [[0, 0], [1, 1]]}) == (
        "The organization declares two figures, and the first divided by the second counts: Staff with visitor contact "
        "who completed the service training within the last two years; Staff with visitor contact. "
        "The share met follows straight lines between these points: 0 gives 0%; 1 gives 100%."
    )
    assert rule(DocumentRule, edition, document="complaints-procedure") == (
        "The document “Complaints procedure” is present and in date."
    )
    assert rule(PersonsRule, edition, persons="course", obtained_within_months=24, scores={"at_least": 2}) == (
        "Persons who obtained “course” in the last 24 months are counted. "
        "It conforms from 2 up and does not conform below."
    )
    assert rule(ActionsRule, edition, actions="effective", minimum=3, scores={"steps": [[1, 1]]}) == (
        "The share of due improvement actions whose effect was measured and reached counts. "
        "The share met rises in steps: 100% gives 100%. Actions that must be due, else not determined: 3."
    )


def test_a_change_says_what_is_compared_and_what_improvement_is(edition):
    verdicts = {"table": {"improved": 1, "not-shown": "0.5", "not-improved": 0}}
    verdicts = {"table": {word: Decimal(share) for word, share in verdicts["table"].items()}}

    assert rule(ChangeRule, edition, change="satisfaction", relevant=2, minimum_base=50, scores=verdicts) == (
        "How far “Satisfaction index (10 to 100)” moved from the earlier to the later wave counts. "
        "It has improved if its whole interval lies above a rise by 2. "
        "Verdicts count as follows: improved gives 100%; not shown to have improved gives 50%; not improved gives 0%. "
        "Answers or records needed in each wave, else not determined: 50."
    )
    assert rule(
        ChangeRule, edition, change="calls-in-time", counts="lower-limit", scores={"at_least": Decimal("0.02")}
    ) == (
        "The lower confidence limit of the change of “Share of calls answered within one minute” from the earlier to the "
        "later wave counts. It conforms from 2% (percentage points) up and does not conform below."
    )


def test_a_change_of_what_should_be_low_improves_by_a_fall(edition):
    lower = edition.measures["satisfaction"].model_copy(update={"better": "lower"})
    edition.measures["satisfaction"] = lower

    words = rule(ChangeRule, edition, change="satisfaction", relevant=2, scores={"at_most": 0})

    assert "It has improved if its whole interval lies beyond a fall by 2." in words


def test_an_unknown_parameter_says_who_must_supply_it(edition):
    parameter = edition.parameters["satisfaction-floor"]
    blank = parameter.model_copy(update={"values": ()})
    edition.parameters["satisfaction-floor"] = blank

    words = describe.describe_number(edition.requirements["satisfaction"].evidence[0].scores.at_least, edition, "en")

    assert words == "“Lowest satisfaction index” (to be supplied by the owner of the standard)"


@pytest.mark.parametrize(
    ("gate", "words"),
    [
        (ScoreGate(id="g", score="total-score", at_least=50), "“Total score” is at least 50."),
        (NodeGate(id="g", nodes=("people", "results"), at_least=1), "Each of these reaches 100%: “People”, “Results”."),
        (
            CountGate(id="g", count=("partly", "does-not-conform"), below="total", at_most=2),
            "At most 2 requirements of “Service as a whole” are: Partly there, does not conform.",
        ),
        (
            CountGate(id="g", count=("conforms",), below="total", at_least=1, as_share=True),
            "At least 100% of the applicable requirements of “Service as a whole” are: conforms.",
        ),
        (SpecialsGate(id="g", adjustment="minus", at_most=4), "The number of times “minus” is given is at most 4."),
        (GradeGate(id="g", ladder="certificate", at_least="excellent"),
         "“Certificate” is at least “Certified with excellence”."),
    ],
)  # fmt: skip
def test_gates_in_words(edition, gate, words):
    assert describe.describe_gate(gate, edition, "en") == words


def test_conditions_roll_up_scores_and_grades_in_words(edition):
    assert describe.describe_applies(None, edition, "en") == "Applies always."
    assert describe.describe_applies(Applies(sizes=("large",), facts={"has-hotline": False}), edition, "en") == (
        "Applies to the size classes: 50 employees or more. Applies only where: Is there a telephone hotline?: no."
    )
    assert describe.describe_roll_up(RollUp(rule="sum-of-points", renormalise="group"), edition, "en") == (
        "Points of the parts are added; the group keeps its points when a part does not apply."
    )
    assert describe.describe_score(edition.grading.scores[0], edition, "en") == (
        "The share of “Service as a whole” times 100."
    )
    grades = edition.grading.ladders[0].grades
    assert describe.describe_grade(grades[1], edition, "en") == "The score is 85 or more."
    adjustment = Adjustment(id="a", count="staff", each=-1, at_most=5)
    assert describe.describe_adjustment(adjustment, edition, "en") == (
        "-1 for each: Staff with visitor contact. At most 5 count. "
        "Added to the score, after dividing by the points that apply."
    )


def test_a_language_without_wording_is_refused(edition):
    with pytest.raises(SealmarkError) as caught:
        describe.describe_applies(None, edition, "ru")

    assert str(caught.value) == 'SM297 front-desk/2026 has no wording in "ru".\n  fix: Legal: en.'


def test_the_rest_of_the_rules_in_words(edition):
    assert rule(JudgementRule, edition, judgement="quality", minimum_sites=2).endswith(
        "Sites that must be marked, else not determined: 2."
    )
    assert rule(JudgementRule, edition, judgement="quality", marks=["intent"], mark_roll_up="minimum").endswith(
        "It is marked separately for: intent. The lowest of these marks counts."
    )
    assert rule(SampleRule, edition, sample="quality", of="records", sites="worst").endswith("The worst site counts.")
    for kind, keys in ((JudgementRule, {"judgement": "quality"}), (SampleRule, {"sample": "quality", "of": "records"})):
        assert rule(kind, edition, every_site=True, **keys).endswith(
            "Every site visited must be marked, else not determined."
        )
    assert describe.describe_scores(Scores(at_most=4), edition, "en", unit="hours") == (
        "It conforms up to 4 h and does not conform above."
    )
    assert describe.describe_applies(Applies(facts={"has-hotline": "shop"}), edition, "en") == (
        "Applies only where: Is there a telephone hotline?: shop."
    )
    assert describe.describe_applies(Applies(), edition, "en") == "Applies always."


def test_a_score_tells_its_caps_and_rounding(edition):
    score = Score(id="s", node="total", lowest=0, highest=100, rounding=Rounding(places=1, way="half-up"))

    assert describe.describe_score(score, edition, "en") == (
        "The share of “Service as a whole” times 100. Never below 0. Never above 100. "
        "Rounded to 1 decimals before it is compared."
    )


def test_a_grade_without_needs_of_its_own_says_so(edition):
    assert describe.describe_grade(Grade(id="certified"), edition, "en") == "All gates of the ladder hold."


def test_chinese_punctuation_carries_its_own_space():
    teller = Teller(load("gbt27922/2011"), "zh-Hans")

    assert teller.say("scores.at_least", limit="3（“月数”）") == "达到 3（“月数”）及以上为符合，低于则为不符合。"  # noqa: RUF001


BANDED = (
    "scales:",
    "scales:\n  ten: {lowest: 0, highest: 10, bands: [{id: low, lowest: 0, highest: 4}, {id: top, lowest: 10, highest: 10}]}",
)


def test_a_range_names_its_bands(pack):
    change(pack, "scales.yaml", *BANDED)
    change(pack, "text/en.yaml", "scales:", "scales:\n  ten: {low: Little, top: All of it}")
    edition = load(str(pack))

    assert rule(JudgementRule, edition, judgement="ten") == (
        "Assessors mark it from 0 to 10 in steps of 1. Its marks mean: 0 to 4: Little; 10: All of it."
    )
    assert rule(SampleRule, edition, sample="ten", of="staff").endswith(
        "Its marks mean: 0 to 4: Little; 10: All of it."
    )


def test_steps_at_most_are_told_as_upper_limits(edition):
    scores = Scores.model_validate({"steps_at_most": [[24, 1], [48, 0]]})

    assert describe.describe_scores(scores, edition, "en", unit="hours") == (
        "The share met falls in steps and is nothing above the last: up to 24 h: 100%; up to 48 h: 0%."
    )


def test_a_gate_for_information_says_so(edition):
    gate = NodeGate(id="x", nodes=("people",), at_least=1, information=True)

    assert describe.describe_gate(gate, edition, "en").endswith(" For information only: no grade needs it.")


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({}, "No grade is reached."),
        ({"below_is_a_result": True}, "The score is below 70."),
        ({"below_is_a_result": True, "grades": (Grade(id="one"),)}, "No grade is reached."),
    ],
)
def test_the_result_below_the_grades(edition, keys, words):
    ladder = edition.grading.ladders[0].model_copy(update=keys)

    assert describe.describe_below(ladder, edition, "en") == words
