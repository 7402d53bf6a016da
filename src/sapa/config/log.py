"""What a log looks like, and what must not stand in it: the secret of a sign-in link is a way in for whoever reads
it."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

_LINK = re.compile(r"(/enter/)[^\s/?#\"'\\]+")
CONTEXT = ("call", "stage", "attempt", "code", "holder", "took_s")
"""What `extra` may add to a line. Libraries put whole requests there, which are left out."""


def links_hidden(said: str) -> str:
    return _LINK.sub(r"\1…", said)


class LinkSecretsHidden(logging.Filter):
    """Django logs the path of a refused request, so the secret of a link that was not spent would be kept."""

    def filter(self, record: logging.LogRecord) -> bool:
        said = record.getMessage()
        hidden = links_hidden(said)
        if hidden != said:
            record.msg, record.args = hidden, ()
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line: `time` (UTC), `level`, `logger`, `message`, of `CONTEXT` what is known, and `trace`."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, tz=UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        told |= {name: value for name in CONTEXT if (value := getattr(record, name, None)) is not None}
        if record.exc_info:
            told["trace"] = links_hidden(self.formatException(record.exc_info))
        return json.dumps(told, ensure_ascii=False, default=str)
