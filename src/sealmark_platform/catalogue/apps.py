"""The app of adopted editions."""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Adopted editions."""

    name = "sealmark_platform.catalogue"
    label = "catalogue"
