"""What nobody comes to by the pages, and what is done twice."""

import pytest
from django.urls import reverse
from tests.platform.people import after

from sealmark.core.errors import SealmarkError
from sealmark_platform.catalogue.actions.adopting import adopt_edition, give_figures
from sealmark_platform.catalogue.actions.succession import Plan, call_off_succession, plan_succession
from sealmark_platform.catalogue.models import AdoptedEdition
from sealmark_platform.parties.actions.competence import Bond, declare_tie
from sealmark_platform.parties.actions.people import add_person
from sealmark_platform.records.models import Entry

AT = after(1)


def test_what_is_no_task_is_not_there(desk, oak):
    oak.draft()
    ed, willow, edition = oak.ed.pk, oak.organization.pk, oak.edition.pk

    found = [
        desk.get(address).status_code
        for address in (
            reverse("person-task", args=["oak", ed, "crown"]), reverse("person-item-task", args=["oak", ed, "crown", 1]),
            reverse("person-item-task", args=["oak", ed, "end-tie", 1]),
            reverse("organization-task", args=["oak", willow, "crown"]),
            reverse("representation-end", args=["oak", willow, 999_999]),
            reverse("edition-task", args=["oak", edition, "crown"]), reverse("people", args=["no-such"]),
        )
    ]  # fmt: skip

    assert found == [404] * 7


def test_a_pack_that_changed_is_told_on_the_page_of_its_edition(desk, oak):
    AdoptedEdition.objects.filter(pk=oak.edition.pk).update(digest="sha256:other")

    page = desk.get(reverse("edition", args=["oak", oak.edition.pk]))

    assert (page.status_code, "SM810" in page.content.decode()) == (200, True)


def test_the_same_figures_again_leave_no_entry(oak):
    adopted = adopt_edition(oak.body.pk, "servicemark-style/2019", at=AT)
    before = Entry.objects.count()

    give_figures(adopted, "", at=AT, by=oak.adam)

    assert Entry.objects.count() == before


def test_an_overlay_of_any_length_is_not_read(oak):
    with pytest.raises(SealmarkError, match="too large"):
        give_figures(oak.edition, "#" * 200_001, at=AT, by=oak.adam)


def test_a_tie_has_a_known_kind(oak):
    with pytest.raises(SealmarkError, match="SM883"):
        declare_tie(oak.body, oak.ed, oak.organization, Bond("friendship"), by=oak.adam, at=AT)


def test_nobody_works_in_no_function(oak):
    with pytest.raises(SealmarkError, match="SM838"):
        add_person(oak.body, oak.dov, [], by=oak.adam, at=AT)


def test_a_plan_can_be_made_anew_and_what_is_not_planned_is_not_called_off(oak, two_editions):
    with pytest.raises(SealmarkError, match="No succession"):
        call_off_succession(oak.edition, at=AT, by=oak.adam)
    later = adopt_edition(oak.body.pk, two_editions, at=AT)
    for days in (30, 60):
        plan_succession(oak.edition, Plan(later, after(days).date()), at=AT, by=oak.adam)

    later.refresh_from_db()
    assert later.first_applications_on == after(60).date()
    file = oak.draft()
    file.edition = later
    file.save()
    call_off_succession(oak.edition, at=AT, by=oak.adam)
    plan_succession(oak.edition, Plan(later, after(30).date()), at=AT, by=oak.adam)
    later.refresh_from_db()
    assert later.first_applications_on is None
