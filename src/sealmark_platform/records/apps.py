"""The app of the trail."""

from django.apps import AppConfig


class RecordsConfig(AppConfig):
    """Append-only records."""

    name = "sealmark_platform.records"
    label = "records"
