"""The app of certification files."""

from django.apps import AppConfig


class CaseworkConfig(AppConfig):
    """Certification files."""

    name = "sealmark_platform.casework"
    label = "casework"
