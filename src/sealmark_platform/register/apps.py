"""The app of these pages."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """The public directory, and complaints that come in from outside."""

    name = "sealmark_platform.register"
    label = "register"
