"""A design is data: what does not fit is told with its place, and no colour may hide the text."""

import json
import re
from pathlib import Path

import pytest
from tests.library.reports.certificates.examples import DESIGN, LOGO

from sealmark.core.errors import SealmarkError
from sealmark.reports.certificates.design import PLAIN, CertificateDesign, contrast, read_design
from sealmark.reports.certificates.logos import read_logo

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">%s</svg>'


def problem(content):
    with pytest.raises(SealmarkError) as caught:
        read_design(content, "design.yaml")
    (found,) = caught.value.problems
    return found.code, found.where, found.what + found.fix


def test_yaml_and_json_say_the_same():
    design = read_design(DESIGN)

    assert read_design(json.dumps(design.model_dump(mode="json", exclude_none=True))) == design
    assert design.colours.ink == PLAIN.colours.ink
    assert design.signatory.role["ru"] == "Руководитель органа"


@pytest.mark.parametrize(
    ("content", "where", "said"),
    [
        ("papier: a4", "line 1", "papier"),
        ("paper: a5", "line 1", "a5"),
        ("colours:\n  accent: red", "line 2", "colour"),
        ("paper: a4\ncolours: {soft: '#cccccc'}", "line 2", "soft on paper has a contrast of 1.61"),
        ("footer: {fr: Bonjour}", "line 1", "fr"),
        ('title: {en: "a\\nb"}', "line 1", "one line"),
        ("complaints: javascript:alert(1)", "line 1", "https://"),
        ("logo: ../../etc/passwd.svg", "line 1", "passwd"),
        ("logo_height_mm: 300", "line 1", "30 or less"),
        ("signatory: {role: {en: Head}}", "line 1", "name"),
    ],
)
def test_what_does_not_fit_is_told_with_its_place(content, where, said):
    code, place, told = problem(content)

    assert code == "SM791"
    assert where in place
    assert said in told


def test_contrast_is_that_of_the_guidelines():
    # The two greys that WCAG tools name as the border on white: 4.54 passes, 4.48 does not.
    assert contrast("#767676", "#ffffff") == 4.54
    assert contrast("#ffffff", "#777777") == 4.48
    assert contrast("#000000", "#000000") == 1.0


def test_the_design_in_the_manual_is_read():
    page = (Path(__file__).parents[4] / "docs/reference/certificate-design.md").read_text(encoding="utf-8")

    design = read_design(re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1])

    assert design.model_fields_set == set(CertificateDesign.model_fields)


def test_the_plain_design_is_what_an_empty_one_says():
    assert CertificateDesign() == PLAIN == read_design("{}")


def test_a_plain_picture_is_taken_as_it_is():
    assert (read_logo(LOGO).format, read_logo(LOGO).content) == ("svg", LOGO)
    gradient = SVG % '<defs><linearGradient id="a"/></defs><path fill="url(#a)" d="M0 0h9"/>'
    assert read_logo(gradient.encode()).format == "svg"
    png = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10"
    assert read_logo(png).format == "png"


@pytest.mark.parametrize(
    "content",
    [
        b"GIF89a",
        b"<p/>",
        b"x" * (512 * 1024 + 1),
        b'<!DOCTYPE svg [<!ENTITY a "b">]>' + LOGO,
        b'<?xml-stylesheet href="https://x.example/a.css"?>' + LOGO,
        (SVG % "<script>alert(1)</script>").encode(),
        (SVG % "<text>A</text>").encode(),
        (SVG % '<image href="https://x.example/a.png"/>').encode(),
        (SVG % '<use href="#a"/>').encode(),
        (SVG % '<path onload="alert(1)" d="M0 0"/>').encode(),
        (SVG % '<g xmlns:xlink="http://www.w3.org/1999/xlink"><path xlink:href="a"/></g>').encode(),
        (SVG % '<path fill="url(https://x.example/a)"/>').encode(),
        (SVG % "<path style=\"fill:url('data:x')\"/>").encode(),
        (SVG % '<a xmlns="http://www.w3.org/1999/xhtml"/>').encode(),
        (SVG % ("<g/>" * 5_001)).encode(),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x01\x00\x10\x00\x00\x00\x10",
        b"\x89PNG\r\n\x1a\n",
    ],
)
def test_a_picture_that_could_do_harm_is_refused(content):
    with pytest.raises(SealmarkError) as caught:
        read_logo(content)

    assert caught.value.codes == ("SM792",)
