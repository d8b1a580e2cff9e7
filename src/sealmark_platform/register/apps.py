"""The app of these pages."""

from django.apps import AppConfig


class RegisterConfig(AppConfig):
    """Pages; it keeps nothing."""

    name = "sealmark_platform.register"
    label = "register"
