"""Plan an evaluation: which sites, how many respondents, how many records, and what the grade risks."""

from sealmark.evaluation.planning.conditions import Condition, check_conditions
from sealmark.evaluation.planning.frames import FrameColumns, read_frame
from sealmark.evaluation.planning.risks import RiskPlan, plan_risks
from sealmark.evaluation.planning.samples import RecordPlan, RespondentPlan, plan_records, plan_respondents
from sealmark.evaluation.planning.sites import (
    DrawnSite,
    LevelPlan,
    SitePlan,
    draw_sites,
    levels_of,
    sites_needed,
)

__all__ = [
    "Condition",
    "DrawnSite",
    "FrameColumns",
    "LevelPlan",
    "RecordPlan",
    "RespondentPlan",
    "RiskPlan",
    "SitePlan",
    "check_conditions",
    "draw_sites",
    "levels_of",
    "plan_records",
    "plan_respondents",
    "plan_risks",
    "read_frame",
    "sites_needed",
]
