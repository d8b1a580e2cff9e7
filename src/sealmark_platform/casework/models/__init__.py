"""One certification file and what belongs to it, a module per noun."""

from sealmark_platform.casework.models.certificate import Certificate, CertificateEvent
from sealmark_platform.casework.models.decision import Decision, Vote
from sealmark_platform.casework.models.evaluation import Evaluation, Evidence, Participation, PlannedSite
from sealmark_platform.casework.models.file import Agreement, CertificationFile, Document
from sealmark_platform.casework.models.finding import Finding
from sealmark_platform.casework.models.notice import Notice
from sealmark_platform.casework.models.objection import Objection, Panellist
from sealmark_platform.casework.models.run import EvaluationRun

__all__ = [
    "Agreement", "Certificate", "CertificateEvent", "CertificationFile", "Decision", "Document", "Evaluation",
    "EvaluationRun", "Evidence", "Finding", "Notice", "Objection", "Panellist", "Participation", "PlannedSite", "Vote",
]  # fmt: skip
