"""Every address of the platform."""

from django.urls import path

from sealmark_platform import front
from sealmark_platform.accounts.addresses import addresses as account_addresses
from sealmark_platform.administration.addresses import addresses as administration_addresses
from sealmark_platform.api import pages as api_pages
from sealmark_platform.client_portal import assessing
from sealmark_platform.client_portal import views as portal
from sealmark_platform.interface.whole import interface
from sealmark_platform.register import (
    attested,
    complaining,
    exports,
    inbox,
    printed,
    schemes,
    subscribing,
    transparency,
    verifying,
    withholdings,
)
from sealmark_platform.register import views as register
from sealmark_platform.workbench import calendar, convene, meeting, planner
from sealmark_platform.workbench import views as workbench

handler404 = "sealmark_platform.front.missing"
handler403 = "sealmark_platform.front.forbidden"
handler429 = "sealmark_platform.front.too_many"

urlpatterns = [
    path("", front.home, name="home"),
    path("demo/sign-in/", front.demo_sign_in, name="demo-sign-in"),
    path("language/", front.language, name="language"),
    path("healthz", front.health, name="health"),
    path("today/", workbench.today, name="today"),
    path("files/", workbench.files, name="files"),
    path("files/<uuid:pk>/", workbench.file, name="file"),
    path("acts/<str:act>/<uuid:pk>/", workbench.act, name="act"),
    path("evaluations/<uuid:pk>/run/", workbench.run, name="run"),
    path("results/<uuid:pk>/", workbench.result, name="result"),
    path("results/<uuid:pk>/report/", workbench.report, name="report"),
    path("evidence/<uuid:pk>/", workbench.evidence, name="evidence"),
    path("documents/<int:pk>/", workbench.document, name="document"),
    path("apply/", portal.apply, name="apply"),
    path("apply/<uuid:pk>/", portal.application, name="application"),
    path("calendar/", calendar.calendar, name="calendar"),
    path("calendar/<uuid:pk>/<str:secret>.ics", calendar.calendar_file, name="calendar-file"),
    path("planner/", planner.planner, name="planner"),
    path("planner/<uuid:pk>/", planner.crew, name="crew"),
    path("meeting/", meeting.meeting, name="meeting"),
    path("meeting/days/", convene.meeting_days, name="meeting-days"),
    path("meeting/<str:day>/", meeting.minutes, name="minutes"),
    path("self-assessment/", assessing.assessments, name="self-assessments"),
    path("self-assessment/<uuid:pk>/", assessing.assessment, name="self-assessment"),
    path("self-assessment/<uuid:pk>/report/", assessing.assessment_report, name="self-assessment-report"),
    path("self-assessment/<uuid:pk>/result/", assessing.assessment_record, name="self-assessment-record"),
    path("self-assessment/<uuid:pk>/erase/", assessing.assessment_erase, name="self-assessment-erase"),
    path("complain/", complaining.complain, name="complain"),
    path("complain/<uuid:pk>/<str:secret>/", complaining.complaint_status, name="complaint-status"),
    path("complaints/", inbox.outside_complaints, name="outside-complaints"),
    path("complaints/<uuid:pk>/", inbox.outside_complaint, name="outside-complaint"),
    path("log/<path:name>", transparency.log_file, name="log-file"),
    path("schemes/<str:name>/", schemes.scheme, name="scheme"),
    path("schemes/<str:name>/<str:edition>/", schemes.scheme, name="scheme-edition"),
    path("verify/", verifying.verify, name="verify"),
    path("register/", register.search, name="register"),
    path("register/export.csv", exports.export_csv, name="register-csv"),
    path("register/export.json", exports.export_json, name="register-json"),
    path("register/<str:number>/", register.certificate, name="certificate"),
    path("register/<str:number>/subscribe/", subscribing.subscribe_page, name="subscribe"),
    path("withheld/", withholdings.withholdings, name="withholdings"),
    path("withheld/<uuid:pk>/", withholdings.withholding, name="withholding"),
    path("told/<uuid:pk>/<str:secret>/", subscribing.subscription, name="subscription"),
    path("register/<str:number>/record.json", attested.record, name="record"),
    path("register/<str:number>/certificate.json", attested.bundle, name="bundle"),
    path("register/<str:number>/certificate.pdf", printed.pdf, name="certificate-pdf"),
    path("register/<str:number>/badge.svg", printed.badge, name="badge"),
    path("register/<str:number>/credentials/<int:version>", attested.credential, name="credential"),
    path("register/<str:number>/credentials/<int:version>/sites.json", attested.sites, name="credential-sites"),
    path("status/<str:code>/<str:purpose>/<int:number>", attested.status_list, name="status-list"),
    path("bodies/<str:code>/did.json", attested.body_did, name="body-did"),
    path("bodies/<str:code>/endorsements.json", attested.body_endorsements, name="body-endorsements"),
    path(".well-known/did.json", attested.did, name="did"),
    path("api/v1/", interface.urls),
    path("tokens/", api_pages.tokens, name="tokens"),
    path("tokens/<uuid:pk>/revoke/", api_pages.revoke, name="token-revoke"),
    *account_addresses,
    *administration_addresses,
]
