from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class ListingsConfig(AppConfig):
    name = "listings"

    def ready(self) -> None:
        """Let whoever signs in have the stars that they pressed before; models are there only now."""
        from listings.views.wishes import grant_wishes

        user_logged_in.connect(grant_wishes)
