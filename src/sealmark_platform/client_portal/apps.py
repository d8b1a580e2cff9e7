"""The app of these pages."""

from django.apps import AppConfig


class ClientPortalConfig(AppConfig):
    """Pages; it keeps nothing."""

    name = "sealmark_platform.client_portal"
    label = "client_portal"
