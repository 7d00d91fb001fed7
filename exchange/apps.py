from django.apps import AppConfig


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self) -> None:
        # So that shared tasks find their application in the web process and in management commands too.
        from django.conf import settings

        from exchange import celery  # noqa: F401
        from exchange.operation.errors import report_errors

        report_errors(settings.SENTRY_DSN, settings.RELEASE)
