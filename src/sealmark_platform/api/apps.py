"""The app of these pages."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Pages; it keeps nothing."""

    name = "sealmark_platform.api"
    label = "api"
