from decimal import Decimal

import pytest

from sealmark.assess.figures import Missing
from sealmark.assess.findings import Finding, Reason, RuleResult, mean, reason_for, statement_of


@pytest.mark.parametrize(
    ("share", "statement"),
    [
        (None, "not-determined"),
        ("0", "does-not-conform"),
        ("0.0000000001", "partial"),
        ("0.9999999999", "partial"),
        ("1", "conforms"),
        ("1.2", "conforms"),
        ("-0.1", "does-not-conform"),
    ],
)
def test_statement_follows_the_share(share, statement):
    assert statement_of(None if share is None else Decimal(share)) == statement


def test_earned_needs_share_and_points():
    shares = [(Decimal("0.5"), Decimal(4)), (None, Decimal(4)), (Decimal("0.5"), None)]

    earned = [Finding("a", "partial", share, points).earned for share, points in shares]

    assert earned == [2, None, None]


@pytest.mark.parametrize(
    ("kind", "only"), [("parameter", False), ("size", False), ("fact", True), ("measure", True), ("judgement", True)]
)
def test_only_evidence_missing_tells_evidence_from_figures_of_the_scheme(kind, only):
    assert RuleResult("fact", "f", None, missing=(Missing(kind, "x"),)).only_evidence_missing is only


def test_only_evidence_missing_is_false_where_nothing_is_missing():
    assert RuleResult("fact", "f", Decimal(1)).only_evidence_missing is False


def test_reason_for_says_which_kind_and_carries_figures():
    assert reason_for(Missing("sector", "sector")) == Reason("missing-sector", "sector")
    assert reason_for(Missing("parameter", "t"), value=Decimal(3)) == Reason("unknown-parameter", "t", {"value": 3})


def test_mean_is_plain():
    assert mean([Decimal(1), Decimal(2), Decimal(6)]) == 3
