"""What the interface answers, a schema per thing. Words of schemes are ids: packs have the sentences."""

from sealmark_platform.api.schemas.acts import (
    ActForm,
    Done,
    FormField,
)
from sealmark_platform.api.schemas.files import (
    Certificate,
    CertificateRow,
    Evaluation,
    EvaluationRow,
    File,
    FileRow,
    Finding,
    FindingRow,
    Objection,
    ObjectionRow,
    Record,
    Upload,
)
from sealmark_platform.api.schemas.parties import (
    Edition,
    Me,
    Organization,
    Registered,
    RegisteredRow,
    Site,
)

__all__ = [
    "ActForm", "Certificate", "CertificateRow", "Done", "Edition", "Evaluation", "EvaluationRow", "File", "FileRow",
    "Finding", "FindingRow", "FormField", "Me", "Objection", "ObjectionRow", "Organization", "Record", "Registered",
    "RegisteredRow", "Site", "Upload",
]  # fmt: skip
