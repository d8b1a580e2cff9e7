"""Editions: adopted with figures, succeeded by plan, and what that means for live files."""

import csv
import datetime as dt
import io
from importlib import resources
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from tests.platform.administration import editions
from tests.platform.people import after

from sealmark.core.errors import SealmarkError
from sealmark.scheme.loading import load_edition
from sealmark_platform.administration.moving import move_files, succeed
from sealmark_platform.casework.actions import evaluation, evidence
from sealmark_platform.casework.models import Notice
from sealmark_platform.casework.queries.consistency import disagreements
from sealmark_platform.catalogue.actions.adopting import adopt_edition, give_figures
from sealmark_platform.catalogue.actions.succession import Plan, call_off_succession, plan_succession
from sealmark_platform.catalogue.models import AdoptedEdition, Trial
from sealmark_platform.catalogue.queries import edition_stamp, loaded, open_to_applications
from sealmark_platform.records.models import Entry
from sealmark_platform.workbench.sheets import notice_sentence

OPEN = "servicemark-style/2019"
AT = after(1)


def figures(edition=OPEN, kind="licence-holder", **values):
    lines = "\n".join(f"  {name}: {value}" for name, value in (values or {"T1": 70}).items())
    return f"overlay: ours\nfor_edition: {edition}\nkind: {kind}\nsupplied_by: Holder\nvalues:\n{lines}\n"


def kinds(before=0):
    return list(Entry.objects.filter(number__gt=before).order_by("number").values_list("kind", flat=True))


def newest():
    return Entry.objects.order_by("-number").values_list("number", flat=True).first() or 0


# Adopting ---------------------------------------------------------------------------------------------------------


def test_an_edition_is_adopted_with_figures_from_a_file(desk, oak):
    before = newest()
    said = {"edition": OPEN, "file": SimpleUploadedFile("f.yaml", figures(T1=72, N1=100).encode())}

    page = desk.post(reverse("edition-adopt", args=["oak"]), said, follow=True).content.decode()

    adopted = AdoptedEdition.objects.get(edition=OPEN)
    assert (adopted.body, adopted.digest, kinds(before)) == (oak.body, loaded(OPEN).digest, ["edition.adopt"])
    assert "T1: 72" in adopted.overlay
    assert "licence holder" in page
    assert "not given" in page


def test_a_dry_run_shows_what_would_be_in_force_and_changes_nothing(desk, oak):
    before = newest()
    said = {"edition": OPEN, "file": SimpleUploadedFile("f.yaml", figures(T1=72).encode()), "look": "yes"}

    answer = desk.post(reverse("edition-adopt", args=["oak"]), said)

    shown = {one.name: (one.value, one.source) for one in answer.context["figures"]}
    assert (shown["T1"], shown["T2"]) == (("72", "overlay"), ("", "missing"))
    assert "T1: 72" in answer.context["form"]["overlay"].value()
    assert (kinds(before), AdoptedEdition.objects.filter(edition=OPEN).exists()) == ([], False)


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        (figures("cse-style/2008"), "SM887", "line 2"),
        (figures(kind="practice"), "SM887", "line 3"),
        (figures(T9=1), "SM887", "line 6"),
        (figures() + "colour: red\n", "SM202", "line 7"),
        ("overlay: [", "SM1", "line 1"),
    ],
)
def test_faults_of_an_overlay_are_told_with_their_place(desk, oak, text, code, place):
    before = newest()

    answer = desk.post(reverse("edition-adopt", args=["oak"]), {"edition": OPEN, "overlay": text})

    page = answer.content.decode()
    assert answer.status_code == 422
    assert code in page
    assert f"overlay.yaml, {place}" in page
    assert kinds(before) == []


def test_what_the_scheme_sets_itself_is_not_filled(oak):
    text = figures("sealmark-charter/2026", **{"resolution-hours": 80})

    with pytest.raises(SealmarkError, match="is set by the scheme"):
        give_figures(oak.edition, text, at=AT, by=oak.adam)


def test_figures_are_given_later_once(desk, oak):
    adopted = adopt_edition(oak.body.pk, OPEN, at=AT)
    before = newest()
    address = reverse("edition-task", args=["oak", adopted.pk, "figures"])
    stamp = desk.get(address).context["form"].initial["seen"]

    first = desk.post(address, {"overlay": figures(), "seen": stamp})
    second = desk.post(address, {"overlay": figures(T1=71), "seen": stamp})

    assert (first.status_code, second.status_code) == (302, 409)
    assert kinds(before) == ["edition.give-figures"]


def test_an_edition_is_adopted_once(oak):
    with pytest.raises(SealmarkError, match="SM839"):
        adopt_edition(oak.body.pk, oak.edition.edition, at=AT)


def test_a_file_that_is_no_text_is_refused(desk, oak):
    said = {"edition": OPEN, "file": SimpleUploadedFile("f.yaml", b"\xff\xfe\x00")}
    assert desk.post(reverse("edition-adopt", args=["oak"]), said).status_code == 422


def test_a_later_edition_in_the_same_pack_leaves_the_digest_of_the_earlier_one(tmp_path):
    editions.install(tmp_path)
    try:
        both = load_edition(tmp_path / "two_charters", "2026")
        ours = load_edition(Path(str(resources.files("sealmark_schemes.sealmark_charter"))), "2026")
        scheme = tmp_path / "two_charters/scheme.yaml"
        text = scheme.read_text(encoding="utf-8")
        scheme.write_text(
            text.replace('editions: ["2026", "2027"]', 'editions:\n  - "2026"\n  - "2027"'), encoding="utf-8"
        )
        rows = load_edition(tmp_path / "two_charters", "2026").files["scheme.yaml"]
    finally:
        editions.uninstall(tmp_path)

    assert both.digest == ours.digest
    assert rows.decode() == text.replace('editions: ["2026", "2027"]', 'editions:\n  - "2026"')
    assert both.manifest.edition == "2026"


# Succession -------------------------------------------------------------------------------------------------------


@pytest.fixture
def later(oak, two_editions):
    return adopt_edition(oak.body.pk, two_editions, at=AT)


def planned(oak, later, begins=30, until=None):
    plan = Plan(later, after(begins).date(), None if until is None else after(until).date())
    return plan_succession(oak.edition, plan, at=AT, by=oak.adam)


def test_a_succession_is_planned_on_its_page_and_called_off(desk, oak, later, now):
    before = newest()
    begins = now.date() + dt.timedelta(days=30)
    address = reverse("edition-task", args=["oak", oak.edition.pk, "succession"])
    desk.post(address, {"successor": later.pk, "begins_on": begins.isoformat()})

    oak.edition.refresh_from_db()
    later.refresh_from_db()
    assert (oak.edition.successor, oak.edition.last_applications_on) == (later, begins - dt.timedelta(days=1))
    assert later.first_applications_on == begins
    assert set(open_to_applications(now.date())) == {oak.edition}
    assert set(open_to_applications(begins)) == {later}

    desk.post(reverse("edition-task", args=["oak", oak.edition.pk, "call-off"]), {})
    assert set(open_to_applications(now.date())) == {oak.edition, later}
    assert kinds(before) == ["edition.plan-succession", "edition.call-off-succession"]


def test_an_applicant_is_offered_the_edition_of_the_day(client, oak, later, now):
    AdoptedEdition.objects.filter(pk=later.pk).update(first_applications_on=now.date() + dt.timedelta(days=1))
    client.force_login(oak.cleo)

    answer = client.post(reverse("apply"), {"organization": oak.organization.pk, "edition": later.pk, "language": "en"})

    assert answer.status_code == 422
    assert str(later.pk) not in client.get(reverse("apply")).content.decode()


@pytest.mark.parametrize("begins", [-5, 1])
def test_a_succession_begins_after_today(oak, later, begins):
    with pytest.raises(SealmarkError, match="SM888"):
        planned(oak, later, begins)


def test_what_cannot_succeed_is_refused(oak, later):
    other = adopt_edition(oak.body.pk, OPEN, at=AT)
    for successor in (other, oak.edition):
        with pytest.raises(SealmarkError, match="SM888"):
            planned(oak, successor)
    with pytest.raises(SealmarkError, match="before the succession begins"):
        planned(oak, later, begins=30, until=29)
    planned(oak, later)
    with pytest.raises(SealmarkError, match="is to be succeeded itself"):
        plan_succession(later, Plan(oak.edition, after(60).date()), at=AT, by=oak.adam)


def test_the_calendar_puts_a_succession_into_force_once(oak, later):
    planned(oak, later)
    before = newest()

    assert succeed(after(29)) == ((), ())
    first, second = succeed(after(30)), succeed(after(31))

    assert first == (("sealmark-charter/2026 > sealmark-charter/2027",), ())
    assert (second, kinds(before)) == (((), ()), ["edition.succeed"])
    with pytest.raises(SealmarkError, match="SM888"):
        call_off_succession(oak.edition, at=after(32), by=oak.adam)
    with pytest.raises(SealmarkError, match="has been succeeded"):
        planned(oak, later)


def test_files_stay_until_their_recertification(oak, later):
    file = oak.certified().file
    waiting = oak.agreed()
    planned(oak, later)
    succeed(after(30))
    assert move_files(after(31)) == ()

    evaluation.open_evaluation(file, "recertification", by=oak.cora, at=after(900))
    moved = move_files(after(901))

    file.refresh_from_db()
    waiting.refresh_from_db()
    assert (moved, move_files(after(902))) == ((file.number,), ())
    assert (file.edition, waiting.edition) == (later, oak.edition)
    assert Entry.objects.get(kind="application.move-edition").file == str(file.pk)
    told = Notice.objects.filter(kind="edition-moved").order_by("person__name")
    assert [(one.person, notice_sentence(one)) for one in told] == [
        (oak.cleo, "The file moves to the edition sealmark-charter/2027."),
        (oak.cora, "The file moves to the edition sealmark-charter/2027."),
    ]
    assert disagreements() == ()


def test_files_move_on_the_last_day_except_where_an_evaluation_is_under_way(oak, later):
    certified, agreed = oak.certified().file, oak.agreed()
    busy = oak.gathering(day=6).file
    withdrawn = oak.draft()
    from sealmark_platform.casework.actions import application

    application.withdraw_application(withdrawn, by=oak.cleo, at=after(7))
    planned(oak, later, begins=30, until=60)

    early, due = succeed(after(59))[1], succeed(after(60))[1]

    assert (early, set(due)) == ((), {certified.number, agreed.number})
    busy.refresh_from_db()
    withdrawn.refresh_from_db()
    assert (busy.edition, withdrawn.edition) == (oak.edition, oak.edition)
    assert disagreements() == ()


def test_what_was_found_under_the_old_edition_can_still_be_read(client, oak, later, sealed):
    one = oak.gathering()
    evaluation.record_result(one, sealed, by=oak.ada, at=after(12))
    evaluation.cancel_evaluation(one, reason="Moved.", by=oak.cora, at=after(13))
    planned(oak, later, begins=30, until=30)
    assert succeed(after(30))[1] == (one.file.number,)
    client.force_login(oak.cora)

    pages = [reverse("result", args=[one.pk]), reverse("report", args=[one.pk]), reverse("file", args=[one.file.pk])]

    assert [client.get(page).status_code for page in pages] == [200, 200, 200]


# Impact -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def with_evidence(oak, sealed, case_archive):
    one = oak.gathering()
    evidence.add_evidence(one, SimpleUploadedFile("case.zip", case_archive), by=oak.ada, at=after(11))
    evaluation.record_result(one, sealed, by=oak.ada, at=after(12))
    return one.file


def test_the_impact_names_changes_files_and_grades(desk, oak, later, with_evidence):
    plain = oak.certified().file
    address = reverse("edition-impact", args=["oak", oak.edition.pk, later.pk])
    before = newest()

    first = desk.get(address)
    desk.post(address)
    page = desk.get(address)

    changed = [(one.area, one.id, one.key, one.old, one.new) for one, _area in page.context["grading"]]
    assert changed == [("grade", "stars/three-stars", "gates", "[groups-45]", "[groups-60]")]
    assert {row["told"] for row in first.context["rows"]} == {
        "Not evaluated yet.", "No case folder is kept with its newest result."
    }  # fmt: skip
    told = {row["row"].file.number: (row["row"].grade, row["row"].new_grade) for row in page.context["rows"]}
    assert told == {with_evidence.number: ("Three stars", "Two stars"), plain.number: ("Three stars", "")}
    assert kinds(before) == []
    with_evidence.refresh_from_db()
    assert with_evidence.edition == oak.edition


def test_the_impact_is_downloaded(desk, oak, later, with_evidence):
    address = reverse("edition-impact", args=["oak", oak.edition.pk, later.pk])
    text = b"".join(desk.get(address + "?as=csv").streaming_content).decode()

    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["number"], row["grade"], row["new_grade"], row["reason"]) for row in rows] == [
        (with_evidence.number, "Three stars", "not determined", "Not evaluated yet.")
    ]


def test_evidence_that_cannot_be_evaluated_is_not_determined(desk, oak, later, with_evidence):
    kept = with_evidence.evaluations.get().evidence.get()
    kept.content.storage.delete(kept.content.name)
    address = reverse("edition-impact", args=["oak", oak.edition.pk, later.pk])

    desk.post(address)

    trial = Trial.objects.get()
    assert (trial.is_certifiable, trial.grade) == (None, "")
    assert trial.reason
    assert "not determined" in desk.get(address).content.decode()


def test_only_editions_of_one_scheme_are_compared(desk, oak, later):
    other = adopt_edition(oak.body.pk, OPEN, at=AT)
    for first, second in ((oak.edition, other), (oak.edition, oak.edition)):
        assert desk.get(reverse("edition-impact", args=["oak", first.pk, second.pk])).status_code == 404


def test_a_stamp_tells_that_something_changed(oak, later):
    stamp = edition_stamp(oak.edition)
    planned(oak, later)
    oak.edition.refresh_from_db()
    assert edition_stamp(oak.edition) != stamp
