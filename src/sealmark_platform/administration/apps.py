"""The app of the administration; it has no tables of its own."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """Staff administration."""

    name = "sealmark_platform.administration"
    label = "administration"

    def ready(self) -> None:
        """Note at sign-in who administers, so that no page has to ask."""
        from django.contrib.auth.signals import user_logged_in

        from sealmark_platform.administration.access import note_administrator

        user_logged_in.connect(note_administrator, dispatch_uid="sealmark-administration")
