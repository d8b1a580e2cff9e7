"""The app of accounts."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """How people sign in, and what the trail keeps of it."""

    name = "sealmark_platform.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Connect what happens to an account with the trail."""
        from sealmark_platform.accounts import happenings

        happenings.connect()
