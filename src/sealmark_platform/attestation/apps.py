"""The app of signed certificates."""

from django.apps import AppConfig


class AttestationConfig(AppConfig):
    """Keys, credentials, status lists."""

    name = "sealmark_platform.attestation"
    label = "attestation"

    def ready(self) -> None:
        """Have what an act on a certificate changes published at once; the tick publishes what that misses."""
        from sealmark_platform.attestation.after import publish_after
        from sealmark_platform.casework.actions.steps import certificate_acted

        certificate_acted.connect(publish_after, dispatch_uid="publish-certificate")
