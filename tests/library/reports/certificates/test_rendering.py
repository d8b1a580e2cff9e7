"""A certificate on paper says what its credential says, in every language, and carries it inside."""

import datetime as dt
import hashlib
import io
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from pypdf import PdfReader
from tests.library.attest.credentials.examples import (
    LISTS,
    OUTCOME,
    PLACES,
    STARS,
    award,
    issuance,
    person,
    status_list,
)
from tests.library.reports.certificates.examples import (
    DESIGN,
    HOLDER,
    LOGO,
    annex,
    bundle,
    bundle_of,
    sign,
    statement,
)

from sealmark.attest.credentials.annex import digest_multibase
from sealmark.attest.credentials.composing import award_credential, certificate_credential, person_credential
from sealmark.attest.credentials.statements import Grade, Holder, Person, Site, Wording
from sealmark.attest.documents import canonical_form
from sealmark.core.canonical import digest_bytes
from sealmark.core.errors import SealmarkError
from sealmark.reports.certificates.design import Look, read_design
from sealmark.reports.certificates.page import certificate_phrases
from sealmark.reports.certificates.rendering import render_certificate
from sealmark.reports.certificates.words import SchemeWords
from sealmark.reports.sentences import placeholders
from sealmark.scheme.discovery import load
from sealmark.scheme.wording import LANGUAGES

ALL = ("en", "ru", "zh-Hans", "zh-Hant")
GOLDEN = ((("en",), "05e51e2b620846fb"), (ALL, "acde53638618f2e9"))


def read(content):
    return PdfReader(io.BytesIO(content))


def text_of(content):
    """Everything printed, in one line: where a line ends depends on its width."""
    printed = " ".join(page.extract_text() for page in read(content).pages)
    return " ".join(printed.replace("\u200b", "").split())


def refused(given, **named):
    with pytest.raises(SealmarkError) as caught:
        render_certificate(given, **({"languages": ["en"]} | named))
    return caught.value


@pytest.fixture(scope="module")
def english():
    return render_certificate(bundle(), languages=["en"], annex=annex())


def test_the_sheet_says_everything_that_a_certificate_must_have(english):
    printed = text_of(english)

    for said in (
        "Certificate of conformity", "Müller & Söhne GmbH", "Große Elbstraße 12, 22767 Hamburg, DE", "HRB 12345",
        "Example Charter 2026", "Repair of household appliances", "EX-2026-0001", "1 August 2020", "28 July 2026",
        "1 August 2026", "1 August 2029", "Two stars", "83.5", "0\u2013100", "83%", "A surveillance visit before August 2027",
        "Prüfstraße 1, 10115 Berlin, DE", "https://certs.example.org/register/1", "only the register says",
        "certificate.json", "2 sites, listed in the annex",
    ):  # fmt: skip
        assert said in printed, said


def test_the_bundle_is_inside_byte_for_byte_and_so_is_the_file_of_sites(english):
    attached = read(english).attachments

    assert attached["certificate.json"] == [canonical_form(bundle())]
    assert attached["sites.json"] == [annex()]


def test_it_says_that_it_is_for_the_archive_and_accessible(english):
    document = read(english)
    meta = document.xmp_metadata.stream.get_data().decode()
    names = document.trailer["/Root"]["/AF"]

    assert "<pdfaid:part>3</pdfaid:part>" in meta
    assert "<pdfaid:conformance>A</pdfaid:conformance>" in meta
    assert "<pdfuaid:part>1</pdfuaid:part>" in meta
    assert [name.get_object()["/AFRelationship"] for name in names] == ["/Data", "/Supplement"]
    assert document.trailer["/Root"]["/Lang"] == "en-GB"
    assert document.metadata.creation_date == dt.datetime(2026, 8, 1, 10, tzinfo=dt.UTC)


def test_the_same_input_gives_the_same_bytes(english):
    assert render_certificate(bundle(), languages=["en"], annex=annex()) == english


@pytest.mark.parametrize(("languages", "digest"), GOLDEN)
def test_the_bytes_are_those_of_the_last_time(languages, digest):
    """Look at the sheets when this fails, then write the new digest down."""
    given = bundle() | {"status": []}  # how a list is packed differs from one zlib to another
    made = render_certificate(given, languages=languages, look=Look(read_design(DESIGN), LOGO), annex=annex())

    assert hashlib.sha256(made).hexdigest()[:16] == digest


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("ru", ("Сертификат соответствия", "1 августа 2029 г.", "83,5", "83 %", "2 площадки, перечень в приложении")),  # noqa: RUF001
        ("zh-Hans", ("符合性证书", "2029年8月1日", "2个场所，见附件")),  # noqa: RUF001
        ("zh-Hant", ("符合性證書", "2029年8月1日", "2個場所，見附件")),  # noqa: RUF001
    ],
)
def test_each_language_writes_its_own_way(language, said):
    printed = text_of(render_certificate(bundle(), languages=[language], annex=annex()))

    tight = printed.replace(" ", "") if language.startswith("zh") else printed.replace("\u00a0", " ")
    assert [part for part in said if part not in tight] == []


def test_four_languages_stand_side_by_side_on_one_sheet():
    made = render_certificate(bundle(sites=(), annex_address=""), languages=ALL)

    tight = text_of(made).replace(" ", "")
    titles = (certificate_phrases(language).say("title.organization") for language in ALL)
    assert len(read(made).pages) == 1
    assert [title for title in titles if title.replace(" ", "") not in tight] == []
    assert tight.count("2029-08-01") == 1


def test_two_hundred_sites_run_over_pages_under_one_heading():
    sites = tuple(Site(f"S-{number:03}", f"客户服务中心 {number}", "Hamburg") for number in range(200))
    made = render_certificate(bundle(sites=sites), languages=["zh-Hans"], annex=annex(sites=sites))

    pages = [page.extract_text() for page in read(made).pages]
    assert [site.code for site in sites if site.code not in "".join(pages[1:])] == []
    assert "S-000" not in pages[0]
    assert [page for page in pages[1:] if "代码" not in page] == []


def test_sites_that_only_the_credential_lists_are_shown_as_it_lists_them():
    printed = text_of(render_certificate(bundle(), languages=["en"]))

    assert "HH-1 · Hafen · Hamburg" in printed.replace("·", " · ").replace("  ", " ")


def test_many_sites_that_only_the_credential_lists_stand_on_a_sheet_of_their_own():
    sites = tuple(Site(f"S-{number}", "Centre") for number in range(11))
    first, second = read(render_certificate(bundle(sites=sites, annex_address=""), languages=["en"])).pages

    assert "Listed in the annex" in first.extract_text()
    assert "S-10" in second.extract_text()
    assert "S-10" not in first.extract_text()


def test_long_names_stay_on_the_sheet():
    long = Holder("https://x.example/1", "Ю" * 160, "RU", address="Ы" * 80, city="Ж" * 80)
    made = render_certificate(bundle(holder=long, conditions=("W" * 300,)), languages=ALL, annex=annex())

    printed = []
    for page in read(made).pages:
        page.extract_text(visitor_text=lambda text, *_: printed.append(text))
    assert "Ю" * 160 in text_of(made).replace(" ", "")
    assert max(len(line) for text in printed if "W" in text for line in text.replace("\u200b", "").split("\n")) < 100


def test_a_design_changes_the_look_and_adds_what_the_body_says():
    design = read_design(DESIGN)
    made = render_certificate(bundle(), languages=["ru", "en"], look=Look(design, LOGO), annex=annex())

    printed = text_of(made)
    assert read(made).pages[0].mediabox.width == 612
    for said in ("Certificate of service", "Accredited under No. 0123", "Dr. Ada Lovelace", "Руководитель органа",
                 "complaints@certs.example.org", "Registered in Berlin"):  # fmt: skip
        assert said in printed, said
    assert "認可" not in printed


@pytest.mark.parametrize(("purpose", "said"), [("suspension", "Suspended."), ("revocation", "Not valid.")])
def test_a_bundle_whose_own_lists_say_no_shows_that_and_no_grade(purpose, said):
    given = bundle()
    given["status"] = [status_list(name, *([PLACES[name]] if name == purpose else [])) for name in LISTS]

    printed = text_of(render_certificate(given, languages=["en"]))

    assert said in printed
    assert "Two stars" not in printed
    assert "83.5" not in printed


# -- the words of the scheme ------------------------------------------------------------------------

CHARTER = load("sealmark-charter/2026")
SHOWN = {
    "en": ("Sealmark Charter for Customer Service", "Three stars", "Service score", "Conditions"),
    "ru": ("Хартия клиентского сервиса Sealmark", "Три звезды", "Балл за сервис", "Условия"),
    "zh-Hans": ("Sealmark客户服务宪章", "三星", "服务得分", "条件"),
    "zh-Hant": ("Sealmark客戶服務憲章", "三星", "服務得分", "條件"),
}


def of_charter(language="en", **changes):
    """A bundle of the charter, written in a language as the platform writes it."""
    text = CHARTER.wording[language]
    labels = tuple(text.grades[f"{name}-star{'s' * (name != 'one')}"] for name in ("one", "two", "three"))
    digest = changes.pop("digest", CHARTER.digest)
    outcome = replace(
        OUTCOME,
        edition=replace(OUTCOME.edition, code=CHARTER.id, name=text.title, scheme=text.title, digest=digest),
        grades=(Grade("stars", text.ladders["stars"], changes.pop("labels", labels), 3),),
        scores=(replace(OUTCOME.scores[0], name=text.scores["service-score"]),),
    )
    headings = Wording(conditions=certificate_phrases(language).say("label.conditions"))
    return bundle(outcome=outcome, issuance=issuance(language=language, wording=headings), **changes)


def charter_in(*languages, own="en", **changes):
    return text_of(render_certificate(of_charter(own, **changes), languages=languages, edition=CHARTER)).replace(
        " ", ""
    )


@pytest.mark.parametrize(("own", "language"), [("en", "ru"), ("en", "zh-Hant"), ("zh-Hans", "en"), ("ru", "ru")])
def test_the_words_of_the_scheme_stand_in_the_language_of_the_sheet(own, language):
    printed = charter_in(language, own=own)

    assert [word for word in SHOWN[language] if word.replace(" ", "") not in printed] == []
    assert own == language or [word for word in SHOWN[own] if word.replace(" ", "") in printed] == []


def test_side_by_side_each_language_has_its_words_and_shared_ones_stand_once():
    printed = charter_in(*ALL)

    assert [word for words in SHOWN.values() for word in words if word.replace(" ", "") not in printed] == []
    assert "Threestars·Тризвезды·三星" in printed
    assert printed.count("三星") == 1


def test_what_the_edition_does_not_know_stands_as_it_was_signed():
    printed = charter_in("ru", labels=("Low", "Middle", "Very high"), conditions=("Sites",))

    assert "Veryhigh" in printed
    assert "Sites" in printed
    assert SHOWN["ru"][0].replace(" ", "") in printed


def test_a_sheet_without_the_edition_has_the_words_that_were_signed():
    printed = text_of(render_certificate(of_charter(), languages=["ru"]))

    assert [word for word in SHOWN["en"] if word not in printed] == []


def test_an_edition_with_another_digest_is_refused():
    assert refused(of_charter(digest="sha256:" + "00" * 32), edition=CHARTER).codes == ("SM799",)


def test_a_word_with_two_meanings_is_not_translated():
    text = CHARTER.wording["en"]
    twice = text.model_copy(update={"grades": dict.fromkeys(text.grades, "Level")})
    words = SchemeWords("en", replace(CHARTER, wording={**CHARTER.wording, "en": twice}))

    assert words.of("ru", "grades", "Level") is None
    assert words.told(["en", "ru"], "grades", "Level") == [["Level", -1]]
    assert words.of("ru", "title", text.short_title) == CHARTER.wording["ru"].short_title


def test_a_probability_is_never_rounded_up():
    sure = replace(OUTCOME, grades=(replace(STARS, probability=Decimal("0.99987")),), scores=())

    assert "99.9%" in text_of(render_certificate(bundle(outcome=sure), languages=["en"]))


def test_a_score_just_below_a_limit_does_not_look_as_if_it_were_reached():
    close = replace(OUTCOME, scores=(replace(OUTCOME.scores[0], value=Decimal("84.9999999")),))

    text = text_of(render_certificate(bundle(outcome=close), languages=["en"]))
    assert ("84.99 " in text, "85" in text) == (True, False)


def fonts_of(content):
    """Names of the typefaces inside, without the letters that mark a part of one."""
    resources = (page["/Resources"]["/Font"] for page in read(content).pages)
    return {font.get_object()["/BaseFont"].partition("+")[2] for fonts in resources for font in fonts.values()}


@pytest.mark.parametrize(("language", "forms"), [("zh-TW", "TC"), ("zh-CN", "SC"), ("de", "SC")])
def test_a_name_is_set_in_the_letter_forms_of_its_language(language, forms):
    own = statement(issuance=issuance(language=language), holder=replace(HOLDER, name="骨"))
    made = render_certificate(bundle_of(certificate_credential(own)), languages=["en"])

    assert {name[:10] for name in fonts_of(made)} == {f"/NotoSans{region}"[1:] for region in {"SC", forms}}


def test_a_scheme_that_is_called_as_its_edition_is_named_once():
    same = replace(OUTCOME, edition=replace(OUTCOME.edition, scheme=OUTCOME.edition.name))

    assert "Scheme" not in text_of(render_certificate(bundle(outcome=same), languages=["en"]))


def test_a_bare_certificate_needs_no_grade_score_address_or_end():
    bare = statement(
        outcome=replace(OUTCOME, grades=(), scores=(), evidence=()), first_issued=None, sites=(), conditions=(),
        annex_address="", holder=Holder("https://x.example/1", "Ada"),
        issuance=issuance(register_address="", valid_until=None, awarded=None, status=()),
    )  # fmt: skip
    printed = text_of(render_certificate(bundle_of(certificate_credential(bare)), languages=["en"]))

    assert "Valid until" not in printed
    assert "sealmark verify” checks it." in printed


def test_personal_certificates_and_awards_are_set_too():
    clear = person_credential(person(person=Person("Adele Goldberg", "name")))
    hashed = person_credential(person())

    printed = text_of(render_certificate(bundle_of(clear), languages=["en"]))
    honoured = text_of(render_certificate(bundle_of(award_credential(award())), languages=["zh-Hans"]))

    assert "Certificate of competence" in printed
    assert "Adele Goldberg" in printed
    assert "奖项" in honoured
    assert refused(bundle_of(hashed)).codes == ("SM790",)


def test_a_letter_that_no_font_has_is_named_with_its_field():
    error = refused(bundle(holder=replace(HOLDER, name="A\U00013000"), scope="\U00013000 services"))

    assert [problem.code for problem in error.problems] == ["SM793", "SM793"]
    assert [problem.where for problem in error.problems] == ["holder.name", "scope"]
    assert "U+13000" in error.problems[0].what


def test_spaces_of_other_widths_are_printed_as_spaces():
    assert "A B" in text_of(render_certificate(bundle(scope="A\u2009B"), languages=["en"])).replace("\u00a0", " ")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda given: given.update(format="other/1"),
        lambda given: given.update(credential=[]),
        lambda given: given["credential"].pop("proof"),
        lambda given: given["credential"].pop("credentialSubject"),
        lambda given: given["credential"]["credentialSubject"]["achievement"].update(achievementType="Badge"),
        lambda given: given["credential"].update(validFrom="2026"),
        lambda given: given["credential"]["credentialSubject"]["result"][0].update(value="many"),
    ],
)
def test_what_is_no_bundle_of_a_certificate_is_refused(spoil):
    given = json.loads(json.dumps(bundle()))
    spoil(given)

    assert refused(given).codes == ("SM790",)


def test_another_file_of_sites_is_refused():
    assert refused(bundle(), annex=annex() + b" ").codes == ("SM795",)
    assert refused(bundle(sites=(), annex_address=""), annex=annex()).codes == ("SM795",)


def test_a_file_of_sites_in_another_form_is_refused():
    given = bundle()
    given["credential"]["relatedResource"][0]["digestMultibase"] = digest_multibase(digest_bytes(b'[{"code": 1}]'))

    assert refused(given, annex=b'[{"code": 1}]').codes == ("SM795",)


@pytest.mark.parametrize(("languages", "code"), [([], "SM796"), (["en", "en"], "SM796"), (["fr"], "SM612")])
def test_languages_are_named_once(languages, code):
    assert refused(bundle(), languages=languages).codes == (code,)


def test_a_picture_that_the_setter_cannot_read_is_an_error():
    broken = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x10\x00\x00\x00\x10"

    assert refused(bundle(), look=Look(logo=broken)).codes == ("SM794",)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_has_the_same_sentences_with_the_same_places(language):
    def shape(name):
        return {key: placeholders(phrase) for key, phrase in certificate_phrases(name).texts.items()}

    found = {key: names | ({"count"} if key == "text.sites" else set()) for key, names in shape(language).items()}
    assert found == shape("en")


def test_a_proof_says_when_it_was_made_or_the_first_day_counts():
    credential = certificate_credential(statement())
    signed = sign(credential)
    signed["proof"].pop("created")
    made = render_certificate({"format": "sealmark-bundle/1", "credential": signed}, languages=["en"])

    assert read(made).metadata.creation_date == dt.datetime(2026, 8, 1, tzinfo=dt.UTC)
