"""The app of these pages."""

from django.apps import AppConfig


class ClientPortalConfig(AppConfig):
    """Pages for organizations, and their self-assessments."""

    name = "sealmark_platform.client_portal"
    label = "client_portal"
