"""How a line of the log is written: for machines one JSON object, for eyes one line; both say which request it was."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

from common.seen.context import current_request


class JsonLines(logging.Formatter):
    """One JSON object for each line: time (UTC), level, logger, message, request, and what `fields` adds."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; line breaks within are escaped, so that nobody can forge another."""
        said: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if request := current_request():
            said["request"] = request
        said |= getattr(record, "fields", {})
        if record.exc_info:
            said["error"] = self.formatException(record.exc_info)
        return json.dumps(said, ensure_ascii=False, default=str)


class PlainLines(logging.Formatter):
    """One line of text, with the request where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        request = current_request()
        return f"{super().format(record)} [{request}]" if request else super().format(record)
