"""The app of the programming interface."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Tokens, kept answers and webhooks."""

    name = "sealmark_platform.api"
    label = "api"
