"""Every address of the administration, and everybody's own pages."""

from __future__ import annotations

from django.urls import path

from sealmark_platform.administration import (
    body,
    calendars,
    editions,
    hooks,
    mails,
    organizations,
    own,
    people,
    registers,
)

__all__ = ["addresses"]

_B = "administration/<slug:code>/"
_PERSON = f"{_B}people/<uuid:pk>/"
_ORGANIZATION = f"{_B}organizations/<uuid:pk>/"
_EDITION = f"{_B}editions/<uuid:pk>/"

addresses = [
    path("administration/", body.administration, name="administration"),
    path(f"{_B}people/", people.people, name="people"),
    path(f"{_B}people/add/", people.add, name="person-add"),
    path(_PERSON, people.one, name="person"),
    path(f"{_PERSON}<slug:task>/", people.task, name="person-task"),
    path(f"{_PERSON}<slug:task>/<int:item>/", people.item_task, name="person-item-task"),
    path(f"{_B}organizations/", organizations.organizations, name="organizations"),
    path(f"{_B}organizations/add/", organizations.add, name="organization-add"),
    path(_ORGANIZATION, organizations.one, name="organization"),
    path(f"{_ORGANIZATION}<slug:task>/", organizations.task, name="organization-task"),
    path(f"{_ORGANIZATION}sites/<uuid:site>/close/", organizations.site_close, name="site-close"),
    path(
        f"{_ORGANIZATION}representatives/<int:seat>/end/", organizations.end_representation, name="representation-end"
    ),
    path(f"{_B}editions/", editions.editions, name="editions"),
    path(f"{_B}editions/adopt/", editions.adopt, name="edition-adopt"),
    path(_EDITION, editions.one, name="edition"),
    path(f"{_EDITION}<slug:task>/", editions.task, name="edition-task"),
    path(f"{_EDITION}impact/<uuid:successor>/", editions.impact, name="edition-impact"),
    path(f"{_B}settings/", body.settings, name="body-settings"),
    path(f"{_B}calendar/", calendars.calendar, name="body-calendar"),
    path(f"{_B}calendar/<slug:task>/", calendars.task, name="body-calendar-task"),
    path(f"{_B}calendar/days/<int:pk>/remove/", calendars.holiday_remove, name="holiday-remove"),
    path(f"{_B}registers/", registers.registers, name="body-registers"),
    path(f"{_B}registers/take-over/", registers.take_over_page, name="body-registers-take-over"),
    path(f"{_B}mails/", mails.mails, name="mails"),
    path(f"{_B}mails/<uuid:person>/<str:moment>/", mails.mail, name="mail"),
    path(f"{_B}webhooks/", hooks.hooks, name="webhooks"),
    path(f"{_B}webhooks/<uuid:pk>/", hooks.hook, name="webhook"),
    path("my/declarations/", own.declarations, name="my-declarations"),
    path("my/declarations/<int:pk>/end/", own.end_declaration, name="my-declaration-end"),
    path("my/leave/", own.leave, name="my-leave"),
    path("my/leave/<int:pk>/take-back/", own.take_back_leave, name="my-leave-take-back"),
    path("my/settings/", own.my_settings, name="my-settings"),
]
