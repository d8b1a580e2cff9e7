"""How the certificates of a body look: colours, paper, marks and own texts, as data, never as a program."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from sealmark.core.documents import parse_yaml, read_model
from sealmark.scheme.schemas import FileFormat
from sealmark.scheme.wording import Language

__all__ = ["DESIGN_FORMATS", "PLAIN", "CertificateDesign", "Look", "contrast", "read_design"]

LEAST_CONTRAST = 4.5
"""WCAG 2.2, 1.4.3: text against its ground."""
_COLOUR = re.compile(r"#[0-9a-f]{6}", re.ASCII | re.IGNORECASE)
_HIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_WEB = re.compile(r"(https://|mailto:)[!#$%&'()*+,./0-9:;=?@A-Z_a-z~\[\]-]+", re.ASCII)


def contrast(first: str, second: str) -> float:
    """Return the contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance).

    Example:
        >>> contrast("#ffffff", "#000000")
        21.0
    """
    high, low = sorted((_luminance(first), _luminance(second)), reverse=True)
    return round((high + 0.05) / (low + 0.05), 2)


def _luminance(colour: str) -> float:
    linear = (_linear(int(colour[at : at + 2], 16) / 255) for at in (1, 3, 5))
    return sum(weight * value for weight, value in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4  # noqa: PLR2004


def _as_colour(text: str) -> str:
    if not _COLOUR.fullmatch(text):
        raise ValueError('This is no colour\nWrite six hexadecimal digits in quotes, for example "#0e6470".')
    return text.lower()


def _as_line(text: str) -> str:
    if _HIDDEN.search(text) or not text.strip():
        raise ValueError("This is no line of text\nWrite visible characters on one line.")
    return text


def _as_address(text: str) -> str:
    if not _WEB.fullmatch(text):
        raise ValueError("This is no address\nWrite https://... or mailto:...")
    return text


Colour = Annotated[str, StringConstraints(max_length=7), AfterValidator(_as_colour)]
Line = Annotated[str, StringConstraints(max_length=300), AfterValidator(_as_line)]
Address = Annotated[str, StringConstraints(max_length=300), AfterValidator(_as_address)]
Texts = Mapping[Language, Line]


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Colours(_Model):
    """Colours of a certificate; text must stand out from its ground."""

    paper: Colour = "#ffffff"
    ink: Colour = "#1d2730"
    soft: Colour = "#55616c"
    accent: Colour = "#0e6470"
    band: Colour = "#eef3f3"

    @model_validator(mode="after")
    def _readable(self) -> Colours:
        grounds = {"paper": self.paper, "band": self.band}
        for text in ("ink", "soft", "accent"):
            for name, ground in grounds.items():
                ratio = contrast(getattr(self, text), ground)
                if ratio < LEAST_CONTRAST:
                    what = f"The colour {text} on {name} has a contrast of {ratio:.2f}"
                    raise ValueError(f"{what}\nMake one darker or the other lighter, to {LEAST_CONTRAST} at least.")
        return self


class Signatory(_Model):
    """Who answers for the certificates of the body."""

    name: Line
    role: Texts = Field(default_factory=dict)


class CertificateDesign(_Model):
    """How the certificates of one body look.

    Attributes:
        paper: Size of the sheet.
        marks: What is drawn beside text: a frame around the sheet, a stripe of the accent colour at its
            head, the steps of the ladder beside a grade.
        logo: Name of the file with the logo, SVG or PNG, beside this one; who sets a certificate hands it over.
        title: Own heading of the document per language.
        accreditation: By whom and under which number the body is accredited, per language.
        signatory: Who answers for it.
        complaints: Where to complain about the body or the holder.
        footer: A line at the foot of each sheet per language.
    """

    format: Literal["sealmark-certificate-design/1"] = "sealmark-certificate-design/1"
    paper: Literal["a4", "us-letter"] = "a4"
    colours: Colours = Colours()
    marks: tuple[Literal["frame", "stripe", "steps"], ...] = ("stripe", "steps")
    logo: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,80}\.(svg|png)$")] | None = None
    logo_height_mm: Annotated[int, Field(ge=6, le=30)] = 16
    title: Texts = Field(default_factory=dict)
    accreditation: Texts = Field(default_factory=dict)
    signatory: Signatory | None = None
    complaints: Address | None = None
    footer: Texts = Field(default_factory=dict)


PLAIN = CertificateDesign()
"""What a body has that says nothing."""


@dataclass(frozen=True, slots=True)
class Look:
    """How a document of a body looks.

    Attributes:
        design: The plain one when the body has none.
        logo: The logo of the body, SVG or PNG.
    """

    design: CertificateDesign = PLAIN
    logo: bytes | None = None


DESIGN_FORMATS: Mapping[str, FileFormat] = {
    "certificate-design": FileFormat(
        "certificate-design", CertificateDesign, "certificate-design.yaml", "How the certificates of a body look"
    )
}
"""The format for ``sealmark schema``."""


def read_design(content: bytes | str, name: str = "certificate-design.yaml") -> CertificateDesign:
    """Return a design from YAML or JSON.

    Args:
        content: Of the file.
        name: Of the file, for errors.

    Raises:
        SealmarkError: SM1xx it is not YAML; SM791 one problem for each value that is wrong, with its place.
    """
    return read_model(parse_yaml(content, name), CertificateDesign, code="SM791")
