"""How the log is written, as Django's `LOGGING`."""

from typing import Any

FORMATS = ("plain", "json")


def logging_config(lines: str, level: str) -> dict[str, Any]:
    """Return the configuration for one of `FORMATS` and a level; the same for web, worker, beat and commands."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {
                "()": "common.seen.lines.PlainLines",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            },
            "json": {"()": "common.seen.lines.JsonLines"},
        },
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": lines}},
        "root": {"handlers": ["console"], "level": level},
        "loggers": {
            # Django gives them handlers of its own, whose lines are no JSON.
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.server": {"handlers": [], "level": level, "propagate": True},
            "django.db.backends": {"level": "WARNING"},
            # Every tick and every task would be a line.
            "celery.beat": {"level": "WARNING"},
            "celery.app.trace": {"level": "WARNING"},
            "celery.worker.strategy": {"level": "WARNING"},
        },
    }
