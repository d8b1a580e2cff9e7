"""Changes of what a body keeps, by the forms of its pages: told, checked, done once, each with its entry."""

import pytest
from tests.platform.people import SCHEME

from sealmark_platform.interface.changes import CHANGES
from sealmark_platform.parties.models import Membership, Organization, Person, Representation
from sealmark_platform.records.models import Entry

A = "/bodies/oak/changes"


def _changed(asked, name, subject, /, **said):
    address = f"{A}/{name}/{subject}"
    seen = asked.get(address).json()["seen"]
    answer = asked.post(address, {**({"seen": seen} if seen else {}), **said})
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_the_changes_that_are_open_are_told(oak, program):
    told = {who: [row["change"] for row in program(who).get(A).json()] for who in (oak.adam, oak.cora, oak.ed)}

    assert told[oak.adam] == list(CHANGES)
    assert {name.partition(".")[0] for name in told[oak.cora]} == {"organization"}
    assert told[oak.ed] == []


def test_somebody_is_taken_in_given_more_to_do_and_let_go(oak, program):
    adam = program(oak.adam)
    new = {"email": "new@example.org", "name": "Nora", "language": "en", "functions": ["evaluator"]}

    added = _changed(adam, "person.add", oak.body.pk, **new)
    nora = Person.objects.get(email="new@example.org")
    more = _changed(adam, "person.set-functions", nora.pk, functions=["evaluator", "reviewer"])
    able = _changed(adam, "competence.add", nora.pk, scheme="sealmark-charter", language="")
    item = nora.competences.get()
    ended = _changed(adam, "competence.end", item.pk, until="2030-01-01")
    tied = _changed(adam, "tie.declare", nora.pk, organization="Willow oak", kind="consultancy")
    untied = _changed(adam, "tie.end", nora.person_ties.get().pk, until="2026-01-01")
    gone = _changed(adam, "person.let-go", nora.pk, reason="Left.", confirmed=True)

    kinds = [[left["kind"] for left in told["records"]] for told in (added, more, able, ended, tied, untied, gone)]
    assert kinds == [["person.add", "account.invite"], ["person.set-functions"], ["competence.add"], ["competence.end"],
                     ["tie.declare"], ["tie.end"], ["person.let-go"]]  # fmt: skip
    assert added["records"][0]["subject"] == f"person:{nora.pk}"
    assert added["told"] == "Nora was taken in, and the invitation is on its way."
    assert "Left." not in str(Entry.objects.get(kind="person.let-go").__dict__)


def test_an_organization_is_taken_down_with_its_sites_and_people(oak, program):
    cora = program(oak.cora)

    _changed(cora, "organization.add", oak.body.pk, name="Alder", country="gb", city="Hull")
    alder = Organization.objects.get(name="Alder")
    _changed(cora, "organization.change", alder.pk, name="Alder Ltd", country="GB")
    _changed(cora, "organization.add-site", alder.pk, code="a", name="A", is_central=True)
    _changed(cora, "organization.add-sites", alder.pk, file="code,name\nb,Bank\nc,Corner\n")
    _changed(cora, "organization.close-site", alder.sites.get(code="c").pk, on="2026-11-01")
    _changed(cora, "organization.add-representative", alder.pk, email="al@example.org", name="Al", language="en")
    _changed(cora, "organization.end-representation", Representation.objects.get(organization=alder).pk)

    alder.refresh_from_db()
    assert (alder.name, alder.country) == ("Alder Ltd", "GB")
    assert sorted(alder.sites.values_list("code", "name", "closed_on")) == [
        ("a", "A", None), ("b", "Bank", None), ("c", "Corner", alder.sites.get(code="c").closed_on),
    ]  # fmt: skip
    assert not Representation.objects.filter(organization=alder).exists()


def test_editions_are_succeeded_and_called_off_and_settings_change(oak, program):
    adam = program(oak.adam)

    fields = {
        one["name"]: one["choices"]
        for one in adam.get(f"{A}/edition.plan-succession/{oak.edition.pk}").json()["fields"]
    }
    planned = _changed(
        adam, "edition.plan-succession", oak.edition.pk, successor=str(oak.later.pk), begins_on="2099-01-01"
    )
    off = _changed(adam, "edition.call-off-succession", oak.edition.pk)
    settings = {"name": "Oak", "country": "GB", "cooling_off_days": 900, "votes_needed": 2, "rotation_evaluations": 3}
    changed = _changed(adam, "body.change-settings", oak.body.pk, **settings)
    same = _changed(adam, "body.change-settings", oak.body.pk, **settings)

    assert fields["successor"] == [[str(oak.later.pk), "sealmark-charter/2027"]]
    assert [told["records"][0]["kind"] for told in (planned, off, changed)] == [
        "edition.plan-succession", "edition.call-off-succession", "body.change-settings",
    ]  # fmt: skip
    assert (same["records"], adam.get("/bodies/oak").json()["votes_needed"]) == ([], 2)


def test_figures_and_adoptions_are_checked_as_on_the_page(oak, program):
    adam = program(oak.adam)
    seen = adam.get(f"{A}/edition.give-figures/{oak.edition.pk}").json()["seen"]

    wrong = adam.post(f"{A}/edition.give-figures/{oak.edition.pk}", {"seen": seen, "overlay": "for_edition: other/1"})
    none = adam.post(f"{A}/edition.adopt/{oak.body.pk}", {"edition": SCHEME})

    assert wrong.status_code == 422
    assert (none.status_code, none.json()["faults"][0]["where"]) == (422, "body.edition")


def test_who_saw_an_older_state_changes_nothing(oak, program):
    adam = program(oak.adam)
    address = f"{A}/person.set-functions/{oak.ed.pk}"
    seen = adam.get(address).json()["seen"]
    Membership.objects.create(person=oak.ed, body=oak.body, function="reviewer")

    stale = adam.post(address, {"seen": seen, "functions": []})
    blind = adam.post(address, {"functions": []})

    assert [(one.status_code, one.json()["code"]) for one in (stale, blind)] == [(409, "SM801"), (422, "SM863")]
    assert Membership.objects.filter(person=oak.ed, body=oak.body, until=None).count() == 2


def test_a_change_is_made_once_for_its_key(oak, program):
    cora = program(oak.cora)
    said = {"name": "Alder", "country": "GB"}

    first = cora.post(f"{A}/organization.add/{oak.body.pk}", said, Idempotency_Key="one")
    again = cora.post(f"{A}/organization.add/{oak.body.pk}", said, Idempotency_Key="one")

    assert (again.json(), again.headers["Idempotency-Replayed"]) == (first.json(), "true")
    assert Organization.objects.filter(name="Alder").count() == 1


def test_a_token_that_only_reads_changes_nothing(oak, program):
    reader = program(oak.adam, "read")

    answer = reader.post(f"{A}/organization.add/{oak.body.pk}", {"name": "Alder", "country": "GB"})

    assert (answer.status_code, answer.json()["code"]) == (403, "SM861")


@pytest.mark.parametrize("subject", ["9" * 30, "no-id", "\u0663", "-1"])
def test_what_is_no_id_is_not_there(oak, program, subject):
    adam = program(oak.adam)

    found = [
        adam.get(f"{A}/{name}/{subject}").status_code for name in ("competence.end", "person.invite", "party.begin")
    ]

    assert found == [404, 404, 404]


def test_a_field_that_is_none_or_of_another_type_is_told(oak, program):
    answer = program(oak.cora).post(
        f"{A}/organization.add-sites/{oak.organization.pk}", {"seen": "x", "file": 7, "more": 1}
    )

    assert [fault["where"] for fault in answer.json()["faults"]] == ["body.more", "body.file"]
