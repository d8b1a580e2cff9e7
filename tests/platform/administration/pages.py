"""The names of the administration's pages; each is tried in test_access.py."""

from django.urls import URLPattern

from sealmark_platform.administration.addresses import addresses

OF_THE_ADMINISTRATION = {pattern.name for pattern in addresses if isinstance(pattern, URLPattern)}
