from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self) -> None:
        # So that shared tasks find their application in the web process and in management commands too.
        from exchange import celery  # noqa: F401
