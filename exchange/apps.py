from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.db.models.signals import post_migrate


class ExchangeConfig(AppConfig):
    name = "exchange"

    def ready(self) -> None:
        # So that shared tasks find their application in the web process and in management commands too.
        from exchange import celery  # noqa: F401
        from exchange.keeping.checks import check_earthdistance
        from exchange.operation.errors import report_errors

        report_errors(settings.SENTRY_DSN, settings.RELEASE)
        checks.register(check_earthdistance, checks.Tags.database)
        post_migrate.connect(_grant_again, sender=self)


def _grant_again(**_facts: object) -> None:
    """Let the role that runs the site have the tables that a migration made."""
    from exchange.keeping.roles import grant, running_role

    if settings.MIGRATION_DATABASE_URL and (role := running_role()):
        grant(role)
