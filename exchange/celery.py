"""The Celery application: `celery -A exchange worker`."""

import os
from logging.config import dictConfig
from typing import Any

from celery import Celery
from celery.signals import setup_logging

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "exchange.settings")
app = Celery("exchange")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@setup_logging.connect
def _lines_as_everywhere(**_words: Any) -> None:
    """Let worker and beat write the lines that the settings say: `--loglevel` gives way to `LOG_LEVEL`."""
    from django.conf import settings

    dictConfig(settings.LOGGING)
