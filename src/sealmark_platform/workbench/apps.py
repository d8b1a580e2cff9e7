"""The app of these pages."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """Pages of the people of a body, and the days on which it decides."""

    name = "sealmark_platform.workbench"
    label = "workbench"
