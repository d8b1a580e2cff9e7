"""The app of these pages."""

from django.apps import AppConfig
from django.db.models.signals import post_save


class RegisterConfig(AppConfig):
    """The public directory, and complaints that come in from outside."""

    name = "sealmark_platform.register"
    label = "register"

    def ready(self) -> None:
        """Have the names kept by which the register is searched, whoever changes them."""
        from sealmark_platform.casework.models import Certificate
        from sealmark_platform.parties.models import Organization
        from sealmark_platform.register import names

        post_save.connect(names.keep_name, sender=Organization, dispatch_uid="name-of-holder")
        post_save.connect(names.keep_number, sender=Certificate, dispatch_uid="number-of-certificate")
