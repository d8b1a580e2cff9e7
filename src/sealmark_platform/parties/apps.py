"""The app of organizations and people."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    """Organizations and people."""

    name = "sealmark_platform.parties"
    label = "parties"
