"""The app of signed certificates."""

from django.apps import AppConfig


class AttestationConfig(AppConfig):
    """Keys, credentials, status lists."""

    name = "sealmark_platform.attestation"
    label = "attestation"
