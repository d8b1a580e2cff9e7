"""Every address of the platform."""

from django.contrib.auth.views import LogoutView
from django.urls import path

from sealmark_platform import front
from sealmark_platform.api import pages as api_pages
from sealmark_platform.api.interface import interface
from sealmark_platform.client_portal import views as portal
from sealmark_platform.register import views as register
from sealmark_platform.workbench import views as workbench

handler404 = "sealmark_platform.front.missing"
handler403 = "sealmark_platform.front.forbidden"

urlpatterns = [
    path("", front.home, name="home"),
    path("sign-in/", front.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("demo/sign-in/", front.demo_sign_in, name="demo-sign-in"),
    path("language/", front.language, name="language"),
    path("healthz", front.health, name="health"),
    path("today/", workbench.today, name="today"),
    path("files/", workbench.files, name="files"),
    path("files/<uuid:pk>/", workbench.file, name="file"),
    path("acts/<str:act>/<uuid:pk>/", workbench.act, name="act"),
    path("results/<uuid:pk>/", workbench.result, name="result"),
    path("results/<uuid:pk>/report/", workbench.report, name="report"),
    path("evidence/<uuid:pk>/", workbench.evidence, name="evidence"),
    path("documents/<int:pk>/", workbench.document, name="document"),
    path("apply/", portal.apply, name="apply"),
    path("apply/<uuid:pk>/", portal.application, name="application"),
    path("register/", register.search, name="register"),
    path("register/<str:number>/", register.certificate, name="certificate"),
    path("api/v1/", interface.urls),
    path("tokens/", api_pages.tokens, name="tokens"),
    path("tokens/<uuid:pk>/revoke/", api_pages.revoke, name="token-revoke"),
]
