from django.apps import AppConfig


class RegisterConfig(AppConfig):
    name = "register"

    def ready(self) -> None:
        """Let the plants of registers count where a listing hides among others."""
        from listings.disclosure.crowd import also_counts
        from register.selectors.plants import places_in

        also_counts(places_in)
