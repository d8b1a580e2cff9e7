"""The app of these pages."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """Pages; it keeps nothing."""

    name = "sealmark_platform.workbench"
    label = "workbench"
